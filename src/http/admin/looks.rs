//! How a newsletter looks, over the admin API.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::brand::{DEFAULT_LOGO_WIDTH, MAX_LOGO_WIDTH, accent};
use crate::domain::color::Color;
use crate::domain::line::{Line, LineError};
use crate::domain::look::{Archive, Look};
use crate::domain::slug::Slug;
use crate::domain::subject_pattern::SubjectPattern;
use crate::http::dto::{Fields, ObjectJson};
use crate::http::problem::Problem;
use crate::usecases::looks;

/// The longest text of a footer or of an alt, in characters.
const MAX_CHARS: usize = 300;

/// How a newsletter looks; what is absent or empty is as the publisher's settings say.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LookBody {
    /// With {lead}, {date}, {newsletter} and {count}; "{lead}" when absent.
    #[schema(example = "{newsletter}: {lead}")]
    subject_pattern: String,
    /// "public": listed, with feeds, for search engines; "unlisted": by address only; "off": not at all.
    archive: Archive,
    /// #rrggbb, with a contrast of at least 4.5:1 to white.
    #[schema(example = "#0b4a82")]
    accent_color: String,
    logo: Option<LogoBody>,
    postal_address: String,
    imprint_url: String,
    /// The imprint itself, where a link is not enough.
    imprint_text: String,
    /// Whether each reader has a feed of their own, with what they were sent, behind a link that only they get; false when
    /// absent.
    readers_feed: bool,
}

/// The picture in the masthead.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogoBody {
    /// Absolute address; twice as wide as shown, for sharp screens.
    url: String,
    /// What it says.
    alt: String,
    /// CSS pixels, 16 to 552; 180 when absent.
    width: Option<i32>,
}

impl Default for LookBody {
    fn default() -> Self {
        Self {
            subject_pattern: SubjectPattern::default().to_string(),
            archive: Archive::Public,
            accent_color: String::new(),
            logo: None,
            postal_address: String::new(),
            imprint_url: String::new(),
            imprint_text: String::new(),
            readers_feed: false,
        }
    }
}

impl From<&Look> for LookBody {
    fn from(look: &Look) -> Self {
        Self {
            subject_pattern: look.subject_pattern.clone(),
            archive: look.archive,
            accent_color: look.accent_color.clone(),
            logo: (!look.logo_url.is_empty()).then(|| LogoBody {
                url: look.logo_url.clone(),
                alt: look.logo_alt.clone(),
                width: Some(look.logo_width),
            }),
            postal_address: look.postal_address.clone(),
            imprint_url: look.imprint_url.clone(),
            imprint_text: look.imprint_text.clone(),
            readers_feed: look.readers_feed,
        }
    }
}

/// One line that may be empty.
fn line(fields: &mut Fields, name: &str, text: &str) -> String {
    match Line::parse(text, MAX_CHARS) {
        Ok(line) => line.as_str().to_owned(),
        Err(LineError::Empty) => String::new(),
        Err(cause) => {
            fields.wrong(name, cause);
            String::new()
        }
    }
}

fn accent_color(fields: &mut Fields, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let color: Option<Color> = fields.parse("accent_color", text);
    let Some(color) = color else {
        return String::new();
    };
    match accent(color) {
        Ok(color) => color.to_string(),
        Err(faint) => {
            fields.wrong("accent_color", faint);
            String::new()
        }
    }
}

/// What the body says, for a look that is plain.
fn read(body: &LookBody) -> Result<impl FnOnce(Look) -> Look + Send + 'static, Problem> {
    let mut fields = Fields::default();
    let pattern: Option<SubjectPattern> = fields.parse("subject_pattern", &body.subject_pattern);
    let accent_color = accent_color(&mut fields, &body.accent_color);
    let imprint_url = if body.imprint_url.is_empty() {
        None
    } else {
        fields.web_address("imprint_url", &body.imprint_url)
    };
    let logo = body.logo.as_ref().map(|logo| {
        let width = logo.width.unwrap_or(DEFAULT_LOGO_WIDTH);
        if !(16..=MAX_LOGO_WIDTH).contains(&width) {
            fields.wrong("logo.width", format!("must be 16 to {MAX_LOGO_WIDTH}"));
        }
        let alt = line(&mut fields, "logo.alt", &logo.alt);
        if alt.is_empty() {
            fields.wrong(
                "logo.alt",
                "say what the logo says: many readers see no pictures",
            );
        }
        let url = fields.web_address("logo.url", &logo.url);
        (url.unwrap_or_default(), alt, width)
    });
    let postal_address = line(&mut fields, "postal_address", &body.postal_address);
    let imprint_text = line(&mut fields, "imprint_text", &body.imprint_text);
    fields.finish()?;
    let (archive, readers_feed) = (body.archive, body.readers_feed);
    Ok(move |plain: Look| {
        let (logo_url, logo_alt, logo_width) =
            logo.unwrap_or((plain.logo_url, plain.logo_alt, plain.logo_width));
        Look {
            subject_pattern: pattern.unwrap_or_default().to_string(),
            archive,
            accent_color,
            logo_url,
            logo_alt,
            logo_width,
            postal_address,
            imprint_url: imprint_url.unwrap_or_default(),
            imprint_text,
            readers_feed,
            ..plain
        }
    })
}

fn parse_slug(slug: &str) -> Result<Slug, Problem> {
    slug.parse().map_err(|_| looks::Error::NotFound.into())
}

/// How a newsletter looks.
#[utoipa::path(get, path = "/newsletters/{slug}/look", tag = "looks", params(("slug" = String, Path)),
    responses((status = 200, body = LookBody), (status = 404, body = Problem)))]
pub(crate) async fn show(app: Data<App>, slug: Path<String>) -> Result<HttpResponse, Problem> {
    let (slug, now) = (parse_slug(&slug)?, app.clock.now());
    let (_, look) = app
        .db
        .transaction(move |conn| looks::find(conn, now, &slug))
        .await?;
    Ok(HttpResponse::Ok().json(LookBody::from(&look)))
}

/// Replaces how a newsletter looks, from its next edition on.
#[utoipa::path(put, path = "/newsletters/{slug}/look", tag = "looks", params(("slug" = String, Path)),
    request_body = LookBody,
    responses((status = 200, body = LookBody), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put(
    app: Data<App>,
    slug: Path<String>,
    body: ObjectJson<LookBody>,
) -> Result<HttpResponse, Problem> {
    let (slug, look, now) = (parse_slug(&slug)?, read(&body.0)?, app.clock.now());
    let look = app
        .db
        .transaction(move |conn| looks::put(conn, now, &slug, look))
        .await?;
    Ok(HttpResponse::Ok().json(LookBody::from(&look)))
}
