//! The box on other sites: its script, its frame, and which newsletters fit a page.

use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH,
};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha384};
use url::Url;

use super::assets;
use super::boxes::SignupBox;
use super::newsletters::box_of;
use crate::app::App;
use crate::domain::fingerprint::fingerprint;
use crate::domain::language::Language;
use crate::domain::slug::Slug;
use crate::http::page;
use crate::http::problem::Problem;
use crate::usecases::newsletters::{self, Offer};

/// How many languages one script may hold: more would not fit into 3 KB.
const MAX_LANGUAGES: usize = 2;
/// How many newsletters are suggested for a page.
const SUGGESTED: usize = 3;
/// Digits of the mark in the script's address.
const MARK_DIGITS: usize = 16;

/// The words of the script: its name for each, and the key.
const WORDS: [(&str, &str); 11] = [
    ("heading", "form-heading-generic"),
    ("email", "form-email"),
    ("submit", "form-submit"),
    ("fine", "form-fine-print"),
    ("error", "form-error-address"),
    ("busy", "form-busy"),
    ("failed", "form-failed"),
    ("many", "form-too-many"),
    ("done", "inbox-heading"),
    ("sent", "inbox-sent"),
    ("again", "inbox-again"),
];

/// Which languages.
#[derive(Debug, Deserialize)]
pub(crate) struct ScriptQuery {
    /// One or two of ours, with a comma between; English when absent.
    #[serde(default)]
    lang: String,
}

/// The script in some languages, with what a page needs to name it.
struct Script {
    text: String,
    /// Changes with its text.
    mark: String,
    /// For the attribute `integrity` (W3C Subresource Integrity).
    integrity: String,
    /// The value of `lang` that leads to it.
    languages: String,
}

impl Script {
    fn new(app: &App, wanted: &str) -> Result<Self, Problem> {
        let mut languages: Vec<Language> = Vec::new();
        let all = app.templates.words();
        for text in wanted.split(',').map(str::trim) {
            let language = text.parse().map(|language| all.spoken(&language));
            let language = language.unwrap_or_else(|_| Language::english());
            if !languages.contains(&language) && languages.len() < MAX_LANGUAGES {
                languages.push(language);
            }
        }
        let texts: serde_json::Map<String, Value> = languages
            .iter()
            .map(|language| (language.to_string(), words(app, language)))
            .collect();
        let values = json!({ "texts": Value::Object(texts).to_string() });
        let english = Language::english();
        let text = app.templates.render("embed/v1.js", &english, &values)?;
        // Indents are for those who read the source.
        let lines = text.lines().map(str::trim_start);
        let text = lines.collect::<Vec<_>>().join("\n");
        let names: Vec<&str> = languages.iter().map(Language::as_str).collect();
        Ok(Self {
            mark: fingerprint(text.as_bytes(), MARK_DIGITS),
            integrity: format!("sha384-{}", STANDARD.encode(Sha384::digest(&text))),
            languages: names.join(","),
            text,
        })
    }

    /// The address of exactly this text.
    fn path(&self) -> String {
        format!("/embed/v1.{}.js?lang={}", self.mark, self.languages)
    }
}

fn words(app: &App, language: &Language) -> Value {
    let texts = app.templates.words();
    let mut words: serde_json::Map<String, Value> = WORDS
        .iter()
        .map(|(name, key)| ((*name).to_owned(), texts.plain(language, key).into()))
        .collect();
    words.insert("language".to_owned(), language.to_string().into());
    Value::Object(words)
}

/// `/embed/v1.js`: today's script, asked about again after an hour.
pub(crate) async fn script(
    app: Data<App>,
    request: HttpRequest,
    query: Query<ScriptQuery>,
) -> Result<HttpResponse, Problem> {
    let script = Script::new(&app, &query.lang)?;
    Ok(answer(&request, script, "public, max-age=3600"))
}

/// `/embed/v1.{mark}.js`: the script with this mark, for ever; another mark than today's gets today's script, but may not be kept.
pub(crate) async fn marked_script(
    app: Data<App>,
    request: HttpRequest,
    mark: Path<String>,
    query: Query<ScriptQuery>,
) -> Result<HttpResponse, Problem> {
    let script = Script::new(&app, &query.lang)?;
    let cache = if script.mark == *mark {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    Ok(answer(&request, script, cache))
}

fn answer(request: &HttpRequest, script: Script, cache: &'static str) -> HttpResponse {
    let tag = format!("\"{}\"", script.mark);
    let known = request.headers().get(IF_NONE_MATCH);
    let is_known = known.is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut answer = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer
        .insert_header((CONTENT_TYPE, "text/javascript; charset=utf-8"))
        // A script with `integrity` is only run when it may be read.
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((CACHE_CONTROL, cache))
        .insert_header((ETAG, tag));
    if is_known {
        answer.finish()
    } else {
        answer.body(script.text)
    }
}

/// `/embed/{slug}`: the box of one newsletter for a frame on its sites.
pub(crate) async fn frame(
    app: Data<App>,
    slug: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    #[derive(Serialize)]
    struct Values {
        r#box: SignupBox,
        css_url: String,
        script_url: String,
        frame_script_url: String,
    }
    let (language, newsletter, signup_box) = box_of(&app, &slug, &request).await?;
    let values = Values {
        r#box: signup_box,
        css_url: page::css_url(),
        script_url: Script::new(&app, language.as_str())?.path(),
        frame_script_url: format!("/assets/{}/frame.js", assets::mark("frame.js")),
    };
    let html = app
        .templates
        .render("embed/frame.html", &language, &values)?;
    let global = app.config.server.allowed_sites.iter();
    let sites: Vec<String> = global
        .map(|url| url.origin().ascii_serialization())
        .chain(newsletter.sites.iter().map(ToString::to_string))
        .collect();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'self' {}",
        sites.join(" ")
    );
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, policy.trim_end()))
        .body(html))
}

/// Which page.
#[derive(Debug, Deserialize)]
pub(crate) struct SuggestQuery {
    /// The address of an article.
    url: String,
}

/// One newsletter that fits.
#[derive(Debug, Serialize)]
struct Suggested {
    slug: String,
    title: String,
    promise: String,
    frequency: String,
    language: String,
    /// Its page with a form.
    url: String,
    /// Its frame.
    frame_url: String,
    latest_url: Option<String>,
}

/// `/embed/suggest?url=`: the newsletters that fit the article at this address, the best first; for the CMS that prints the box.
pub(crate) async fn suggest(
    app: Data<App>,
    request: HttpRequest,
    query: Query<SuggestQuery>,
) -> Result<HttpResponse, Problem> {
    let url = Url::parse(&query.url).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.ok_or_else(|| {
        Problem::invalid_field(
            "url",
            "must be the web address of an article, like https://www.example.org/article",
        )
    })?;
    let language = page::language(&request, None);
    let (is_known, offers) = app
        .db
        .transaction_now(move |conn, now| newsletters::suggest(conn, now, &url, &language))
        .await?;
    let found: Vec<Suggested> = offers
        .iter()
        .take(SUGGESTED)
        .map(|one| suggested(&app, one))
        .collect();
    Ok(HttpResponse::Ok()
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .json(json!({ "is_known": is_known, "newsletters": found })))
}

fn suggested(app: &App, offer: &Offer) -> Suggested {
    let newsletter = &offer.newsletter;
    Suggested {
        slug: newsletter.slug.to_string(),
        title: newsletter.title.to_string(),
        promise: newsletter.promise.clone(),
        frequency: newsletter.frequency.clone(),
        language: newsletter.language.to_string(),
        url: app.site.newsletter_url(&newsletter.slug),
        frame_url: format!("{}/embed/{}", app.site.base_url(), newsletter.slug),
        latest_url: offer.latest.map(|id| app.site.edition_url(id)),
    }
}

/// What a publisher pastes: the lines around the script of a newsletter.
#[derive(Debug)]
pub(super) struct Snippets {
    /// Beside the plain form, which works without it.
    pub(super) script: String,
    /// The element that draws the form itself.
    pub(super) component: String,
    /// For systems that take neither forms nor scripts.
    pub(super) frame: String,
}

impl Snippets {
    pub(super) fn new(
        app: &App,
        language: &Language,
        slug: &Slug,
        title: &str,
    ) -> Result<Self, Problem> {
        let script = Script::new(app, language.as_str())?;
        let base = app.site.base_url();
        let path = script.path();
        let escaped = crate::templates::escape_html(title);
        Ok(Self {
            script: format!(
                "<script src=\"{base}{path}\" integrity=\"{}\" crossorigin=\"anonymous\" defer></script>",
                script.integrity
            ),
            component: format!(
                "<newsletter-signup newsletters=\"{slug}\" lang=\"{language}\"><a href=\"{}\">{escaped}</a></newsletter-signup>",
                app.site.newsletter_url(slug)
            ),
            frame: format!(
                "<iframe src=\"{base}/embed/{slug}?lang={language}\" title=\"{escaped}\" width=\"100%\" height=\"420\" \
                 style=\"border:0\" loading=\"lazy\"></iframe>"
            ),
        })
    }
}
