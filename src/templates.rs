//! The template engine: built-in files, the words of [`crate::i18n`], and filters for text mails.
//!
//! Stands below `mail` and `http`, which render mails and pages with it.

use std::sync::Arc;

use fluent_bundle::{FluentArgs, FluentValue};
use jiff::civil;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde, ValueKind};
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value, context,
};
use rust_embed::RustEmbed;
use serde::Serialize;

use crate::config::Publisher;
use crate::domain::language::Language;
use crate::i18n;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
#[include = "email/**"]
#[include = "page/**"]
#[include = "embed/**"]
struct Files;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates/assets"]
struct Assets;

/// A template failed: it names a variable that is not there, or the like.
#[derive(Debug, thiserror::Error)]
#[error("template {name} cannot be rendered")]
pub struct TemplateError {
    name: String,
    #[source]
    cause: Error,
}

/// All templates, ready to render.
#[derive(Clone)]
pub struct Templates {
    environment: Arc<Environment<'static>>,
    publisher: Value,
}

impl Templates {
    /// The built-in templates.
    ///
    /// # Errors
    /// When one has a syntax error.
    pub fn new(publisher: &Publisher) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .map_err(|cause| TemplateError {
                name: "syntax".to_owned(),
                cause,
            })?;
        environment.set_syntax(syntax);
        environment.set_formatter(format_value);
        environment.add_function("t", translate);
        environment.add_filter("date_long", date_long);
        environment.add_filter("date_weekday", date_weekday);
        environment.add_filter("time_of_day", time_of_day);
        environment.add_filter("wrap", wrap);
        environment.add_filter("underline", underline);
        environment.add_filter("indent_rest", indent_rest);
        for path in Files::iter() {
            let Some(file) = Files::get(&path) else {
                continue;
            };
            let source = String::from_utf8_lossy(&file.data).into_owned();
            environment
                .add_template_owned(path.to_string(), source)
                .map_err(|cause| TemplateError {
                    name: path.to_string(),
                    cause,
                })?;
        }
        Ok(Self {
            environment: Arc::new(environment),
            publisher: Value::from(Serde(publisher)),
        })
    }

    /// Renders the template at `path` with `values` and what every template has.
    ///
    /// # Errors
    /// When the template names something that `values` does not hold.
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
            ..Value::from(Serde(values))
        };
        self.environment
            .get_template(path)
            .and_then(|template| template.render(values))
            .map_err(|cause| TemplateError {
                name: path.to_owned(),
                cause,
            })
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

fn language_of(state: &State<'_, '_>) -> Result<Language, Error> {
    let tag = state.lookup("language").unwrap_or_default();
    let tag = tag.as_str().unwrap_or_default();
    tag.parse().map_err(|_| {
        Error::new(
            ErrorKind::InvalidOperation,
            format!("{tag:?} is not a language"),
        )
    })
}

/// `t("key", name=value)`.
#[expect(
    clippy::needless_pass_by_value,
    reason = "minijinja hands over what a template passes"
)]
fn translate(state: &State<'_, '_>, key: &str, values: Kwargs) -> Result<String, Error> {
    let mut arguments = FluentArgs::new();
    for name in values.args() {
        let value: Value = values.get(name)?;
        let value = match value.kind() {
            ValueKind::Number => i64::try_from(value.clone())
                .map_or_else(|_| FluentValue::from(value.to_string()), FluentValue::from),
            _ => FluentValue::from(value.to_string()),
        };
        arguments.set(name.to_owned(), value);
    }
    if !i18n::has(key) {
        return Err(Error::new(
            ErrorKind::UndefinedError,
            format!("there is no text {key:?} in locales/en/main.ftl"),
        ));
    }
    Ok(i18n::text(&language_of(state)?, key, &arguments))
}

fn civil_date(text: &str) -> Result<civil::Date, Error> {
    text.parse().map_err(|_| {
        Error::new(
            ErrorKind::InvalidOperation,
            format!("{text:?} is not a date"),
        )
    })
}

fn date_long(state: &State<'_, '_>, text: &str) -> Result<String, Error> {
    Ok(i18n::date_long(&language_of(state)?, civil_date(text)?))
}

fn date_weekday(state: &State<'_, '_>, text: &str) -> Result<String, Error> {
    Ok(i18n::date_weekday(&language_of(state)?, civil_date(text)?))
}

fn time_of_day(state: &State<'_, '_>, text: &str) -> Result<String, Error> {
    let time = text.parse().map_err(|_| {
        Error::new(
            ErrorKind::InvalidOperation,
            format!("{text:?} is not a time"),
        )
    })?;
    Ok(i18n::time_of_day(&language_of(state)?, time))
}

/// Breaks lines before `width` columns at spaces; a word that is longer, such as a URL, keeps a line of its own.
fn wrap(text: &str, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines.join("\n")
}

fn underline(text: &str, mark: &str) -> String {
    format!("{text}\n{}", mark.repeat(65))
}

fn indent_rest(text: &str, columns: usize) -> String {
    text.replace('\n', &format!("\n{}", " ".repeat(columns)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_at_spaces_only() {
        assert_eq!(wrap("eins zwei drei vier", 9), "eins zwei\ndrei vier");
        let url = "https://news.europablatt.example/confirm/0123456789";
        assert_eq!(
            wrap(&format!("siehe {url} dort"), 20),
            format!("siehe\n{url}\ndort")
        );
        assert_eq!(indent_rest("a\nb", 2), "a\n  b");
        assert_eq!(underline("a", "="), format!("a\n{}", "=".repeat(65)));
    }
}
