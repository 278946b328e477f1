//! The sample page of a stored article, which ends in the sign-up box.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use jiff::tz::TimeZone;
use serde::Serialize;

use super::boxes::{Kept, SignupBox};
use crate::app::App;
use crate::domain::article::Article;
use crate::domain::slug::Slug;
use crate::http::page;
use crate::http::problem::Problem;
use crate::usecases::{articles, newsletters};

#[derive(Serialize)]
struct Values {
    article: ArticleView,
    r#box: SignupBox,
}

#[derive(Serialize)]
struct ArticleView {
    section: String,
    title: String,
    standfirst: String,
    byline: String,
    published_on: String,
    language: String,
    image: Option<ImageView>,
    body_html: String,
}

#[derive(Serialize)]
struct ImageView {
    url: String,
    alt: String,
    caption: String,
    credit: String,
}

/// `/articles/{slug}`.
pub(crate) async fn page(
    app: Data<App>,
    slug: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let slug: Slug = slug
        .parse()
        .map_err(|_| Problem::from(articles::Error::NotFound))?;
    let article = app
        .db
        .transaction_now(move |conn, now| articles::read(conn, now, &slug))
        .await?;
    let language = page::language(&request, Some(&article.language));
    let (fits, topics) = (article.language.clone(), article.topics.clone());
    let offers = app
        .db
        .transaction(move |conn| newsletters::offers(conn, None, &fits, &topics))
        .await?;
    let zone = offers
        .first()
        .and_then(|offer| TimeZone::get(&offer.newsletter.schedule_zone).ok());
    let kept = Kept {
        source_url: app.site.article_url(&article),
        ..Kept::default()
    };
    let Some(signup_box) = SignupBox::new(&app, &offers, &language, 1, kept) else {
        return Err(Problem::not_found(
            "no_newsletter",
            "there is no newsletter to subscribe to yet",
        ));
    };
    let values = Values {
        article: view(&article, zone.unwrap_or(TimeZone::UTC)),
        r#box: signup_box,
    };
    page::render(&app, StatusCode::OK, "article", &language, &values)
}

fn view(article: &Article, zone: TimeZone) -> ArticleView {
    ArticleView {
        section: article.section.clone(),
        title: article.title.as_str().to_owned(),
        standfirst: article.standfirst.clone(),
        byline: article.authors.join(", "),
        published_on: article.published_at.to_zoned(zone).date().to_string(),
        language: article.language.to_string(),
        image: article.image().map(|image| ImageView {
            url: image.url,
            alt: image.alt,
            caption: image.caption,
            credit: image.credit,
        }),
        body_html: article.body_html.clone(),
    }
}
