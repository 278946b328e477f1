//! The list of newsletters, the page of one, and its box as a snippet to paste.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::boxes::{Kept, NewsletterView, SignupBox};
use super::embed::Snippets;
use crate::app::App;
use crate::domain::language::Language;
use crate::domain::newsletter::Newsletter;
use crate::domain::slug::Slug;
use crate::http::page;
use crate::http::problem::Problem;
use crate::usecases::newsletters;

/// How many other newsletters stand below the subject of a box.
const EXTRAS: usize = 1;

#[derive(Serialize)]
struct Values {
    newsletters: Vec<NewsletterView>,
    r#box: SignupBox,
}

/// `/`: every newsletter.
pub(crate) async fn directory(
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let language = page::language(&request, None);
    let wanted = language.clone();
    let offers = app
        .db
        .transaction(move |conn| newsletters::offers(conn, None, &wanted, &[]))
        .await?;
    let all = offers
        .iter()
        .map(|offer| NewsletterView::new(&offer.newsletter, &app.site))
        .collect();
    let kept = Kept {
        chosen: vec![String::new()],
        ..Kept::default()
    };
    let Some(signup_box) = SignupBox::new(&app, &offers, &language, offers.len(), kept) else {
        return Err(Problem::not_found(
            "no_newsletter",
            "there is no newsletter yet; `POST /api/v1/newsletters` makes one",
        ));
    };
    page::render(
        &app,
        StatusCode::OK,
        "directory",
        &language,
        &Values {
            newsletters: all,
            r#box: signup_box,
        },
    )
}

/// `/n/{slug}`: one newsletter and its form.
pub(crate) async fn page(
    app: Data<App>,
    slug: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (language, _, signup_box) = box_of(&app, &slug, &request).await?;
    page::render(
        &app,
        StatusCode::OK,
        "newsletter",
        &language,
        &values(signup_box),
    )
}

/// `/embed/{slug}.html`: the box as plain HTML that any site can paste, without our page around it.
pub(crate) async fn snippet(
    app: Data<App>,
    slug: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (language, newsletter, signup_box) = box_of(&app, &slug, &request).await?;
    let values = values(signup_box.for_other_sites(&app.site));
    let html = app
        .templates
        .render("embed/form.html", &language, &values)?;
    let snippets = Snippets::new(&app, &language, &newsletter.slug, newsletter.title.as_str())?;
    let html = format!(
        "<!-- 1. A form. It works without any script. -->\n{html}\n\
         <!-- 2. Beside it, the answer without leaving the page: -->\n{}\n\n\
         <!-- 3. Or, with that script, an element in the place of the form: -->\n{}\n\n\
         <!-- 4. Or a frame, where neither forms nor scripts may be pasted: -->\n{}\n",
        snippets.script, snippets.component, snippets.frame
    );
    // As text, because it is to be read and copied.
    let plain = (CONTENT_TYPE, "text/plain; charset=utf-8");
    Ok(HttpResponse::Ok().insert_header(plain).body(html))
}

/// The box of one newsletter, in `?lang=` or else its own language.
pub(super) async fn box_of(
    app: &App,
    slug: &str,
    request: &HttpRequest,
) -> Result<(Language, Newsletter, SignupBox), Problem> {
    let slug: Slug = slug.parse().map_err(|_| unknown())?;
    let wanted = page::language(request, None);
    let offers = app
        .db
        .transaction(move |conn| newsletters::offers(conn, Some(&slug), &wanted, &[]))
        .await?;
    let subject = offers.first().ok_or_else(unknown)?;
    let language = page::language(request, Some(&subject.newsletter.language));
    let signup_box = SignupBox::new(app, &offers, &language, EXTRAS, Kept::default());
    let newsletter = subject.newsletter.clone();
    Ok((language, newsletter, signup_box.ok_or_else(unknown)?))
}

fn values(signup_box: SignupBox) -> Values {
    Values {
        newsletters: Vec::new(),
        r#box: signup_box,
    }
}

fn unknown() -> Problem {
    Problem::not_found("unknown_newsletter", "there is no such newsletter")
}
