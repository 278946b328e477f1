//! The template engine: built-in files, those of a publisher in their place, the words of [`crate::i18n`], and filters
//! for text mails.
//!
//! Stands below `mail` and `http`, which render mails and pages with it. A publisher's template is code of a stranger: it
//! has so much fuel, time and room and no more.

mod error;
mod filters;
mod folder;
mod limits;
mod mjml;

use std::path::Path;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value, context};
use rust_embed::RustEmbed;
use serde::Serialize;

use crate::config::Publisher;
use crate::domain::language::Language;
use crate::i18n::Words;

pub use error::TemplateError;
pub use folder::{export, warnings};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
#[include = "email/**"]
#[include = "page/**"]
#[include = "embed/**"]
struct Files;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates/assets"]
struct Assets;

/// All templates, ready to render.
#[derive(Clone)]
pub struct Templates {
    environment: Arc<Environment<'static>>,
    publisher: Value,
    brand: Value,
    words: Words,
}

impl Templates {
    /// The built-in templates.
    ///
    /// # Errors
    /// When one has a syntax error.
    pub fn new(publisher: &Publisher) -> Result<Self, TemplateError> {
        Self::of(publisher, Words::built_in(), folder::built_in())
    }

    /// The built-in templates, with the files of `folder` in their place.
    ///
    /// # Errors
    /// When a file cannot be read, replaces nothing, or has a syntax error.
    pub fn with_folder(publisher: &Publisher, folder: &Path) -> Result<Self, TemplateError> {
        let own = folder::read(folder)?;
        let mut sources = folder::built_in();
        sources.extend(own.templates);
        let words = Words::with_files(&own.words).map_err(TemplateError::of_words)?;
        Self::of(publisher, words, sources)
    }

    /// The built-in templates, with other texts in the place of some: name and text.
    ///
    /// # Errors
    /// When one has a syntax error.
    pub fn with_texts(
        publisher: &Publisher,
        texts: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, TemplateError> {
        let mut sources = folder::built_in();
        sources.extend(texts);
        Self::of(publisher, Words::built_in(), sources)
    }

    fn of(
        publisher: &Publisher,
        words: Words,
        sources: std::collections::BTreeMap<String, String>,
    ) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .map_err(|cause| TemplateError::new("syntax", cause))?;
        environment.set_syntax(syntax);
        environment.set_fuel(Some(limits::FUEL));
        environment.set_auto_escape_callback(|name| {
            if name.rsplit_once('.').is_some_and(|(_, kind)| kind == "txt") {
                AutoEscape::None
            } else {
                AutoEscape::Html
            }
        });
        environment.set_formatter(format_value);
        filters::add(&mut environment, &words);
        for (name, source) in sources {
            environment
                .add_template_owned(name.clone(), source)
                .map_err(|cause| TemplateError::new(&name, cause))?;
        }
        Ok(Self {
            environment: Arc::new(environment),
            publisher: Value::from(Serde(publisher)),
            brand: Value::from(Serde(&publisher.brand())),
            words,
        })
    }

    /// The words that the templates use.
    #[must_use]
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// Renders the template at `path` with `values` and what every template has: the language, its direction, the
    /// publisher and the brand, unless `values` has one of its own.
    ///
    /// # Errors
    /// When the template names something that `values` does not hold, or takes too much fuel, time or room.
    pub fn render(
        &self,
        path: &str,
        language: &Language,
        values: &impl Serialize,
    ) -> Result<String, TemplateError> {
        let dir = if language.is_right_to_left() {
            "rtl"
        } else {
            "ltr"
        };
        let values = context! {
            language => language.as_str(), dir => dir, publisher => self.publisher.clone(),
            ..context! { ..Value::from(Serde(values)), ..context! { brand => self.brand.clone() } }
        };
        let as_mjml = folder::mjml_of(path);
        let in_mjml = as_mjml
            .as_deref()
            .filter(|name| self.environment.get_template(name).is_ok());
        let name = in_mjml.unwrap_or(path);
        let mut out = limits::Sink::default();
        self.environment
            .get_template(name)
            .and_then(|template| template.render_captured_to(values, &mut out).map(|_| ()))
            .map_err(|cause| TemplateError::new(name, cause))?;
        let text = out.into_text();
        if in_mjml.is_none() {
            return Ok(text);
        }
        mjml::to_html(&text, language.as_str(), dir)
            .map_err(|reason| TemplateError::file(name, format!("is not valid MJML: {reason}")))
    }

    /// The names of the built-in templates of mails, in alphabetical order.
    #[must_use]
    pub fn built_in_of_mails() -> Vec<(String, String)> {
        let all = folder::built_in().into_iter();
        all.filter(|(name, _)| name.starts_with("email/")).collect()
    }
}

/// Writes a value: escaped in HTML, as it is in text. minijinja's own formatter also escapes "/", which makes every
/// address in a mail longer and harder to find.
fn format_value(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    match value.as_str() {
        Some(text) if matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe() => {
            out.write_str(&escape_html(text)).map_err(Error::from)
        }
        _ => minijinja::escape_formatter(out, state, value),
    }
}

/// `text` for HTML, between tags or in a quoted attribute.
#[must_use]
pub fn escape_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A built-in asset such as `tidings.css`.
#[must_use]
pub fn asset(name: &str) -> Option<Vec<u8>> {
    Assets::get(name).map(|file| file.data.into_owned())
}
