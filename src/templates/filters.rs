//! What templates may call: words, dates, and filters for text mails.

use fluent_bundle::{FluentArgs, FluentValue};
use jiff::civil;
use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, Value};

use crate::domain::language::Language;
use crate::i18n::Words;

pub(super) fn add(environment: &mut Environment<'static>, words: &Words) {
    let of = words.clone();
    environment.add_function(
        "t",
        move |state: &State<'_, '_>, key: &str, values: Kwargs| translate(&of, state, key, &values),
    );
    let of = words.clone();
    environment.add_filter("date_long", move |state: &State<'_, '_>, text: &str| {
        Ok::<_, Error>(of.date_long(&language_of(state)?, civil_date(text)?))
    });
    let of = words.clone();
    environment.add_filter("date_weekday", move |state: &State<'_, '_>, text: &str| {
        Ok::<_, Error>(of.date_weekday(&language_of(state)?, civil_date(text)?))
    });
    let of = words.clone();
    environment.add_filter("time_of_day", move |state: &State<'_, '_>, text: &str| {
        Ok::<_, Error>(of.time_of_day(&language_of(state)?, civil_time(text)?))
    });
    environment.add_filter("first_upper", first_upper);
    environment.add_filter("wrap", wrap);
    environment.add_filter("underline", underline);
    environment.add_filter("indent_rest", indent_rest);
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
fn translate(
    words: &Words,
    state: &State<'_, '_>,
    key: &str,
    values: &Kwargs,
) -> Result<String, Error> {
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
    if !words.has(key) {
        return Err(Error::new(
            ErrorKind::UndefinedError,
            format!("there is no text {key:?} in locales/en/main.ftl"),
        ));
    }
    Ok(words.text(&language_of(state)?, key, &arguments))
}

fn civil_date(text: &str) -> Result<civil::Date, Error> {
    text.parse().map_err(|_| {
        Error::new(
            ErrorKind::InvalidOperation,
            format!("{text:?} is not a date"),
        )
    })
}

fn civil_time(text: &str) -> Result<civil::Time, Error> {
    text.parse().map_err(|_| {
        Error::new(
            ErrorKind::InvalidOperation,
            format!("{text:?} is not a time"),
        )
    })
}

/// The text as a line begins with it: "jeudi 13 janvier" becomes "Jeudi 13 janvier".
fn first_upper(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(rest).collect()
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
