//! Words in the reader's language: Fluent files, dates and times.
//!
//! Stands beside `templates`, below `mail` and `http`: both speak to readers, and neither may name the other.

use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use jiff::civil;
use rust_embed::RustEmbed;

use crate::domain::language::Language;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates/locales"]
struct Locales;

/// What a reader gets whose language we do not speak.
const FALLBACK: &str = "en";

static BUNDLES: LazyLock<HashMap<String, FluentBundle<FluentResource>>> = LazyLock::new(|| {
    let mut bundles = HashMap::new();
    for path in Locales::iter() {
        let Some((name, _)) = path.split_once('/') else {
            continue;
        };
        let Some(file) = Locales::get(&path) else {
            continue;
        };
        let source = String::from_utf8_lossy(&file.data).into_owned();
        // A file that Fluent cannot read in full still gives the messages that it could read; a test reads all.
        let resource = FluentResource::try_new(source).unwrap_or_else(|(readable, _)| readable);
        let locale = name.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // Isolation marks are for mixed directions in a user interface; in a mail's text part they are noise.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        bundles.insert(name.to_owned(), bundle);
    }
    bundles
});

/// The languages that there are files for, as BCP 47 tags, in alphabetical order.
#[must_use]
pub fn languages() -> Vec<Language> {
    let mut names: Vec<&String> = BUNDLES.keys().collect();
    names.sort();
    names
        .into_iter()
        .filter_map(|name| name.parse().ok())
        .collect()
}

/// The language that we speak to a reader who wants `language`: the nearest that there is a file for, else English.
#[must_use]
pub fn spoken(language: &Language) -> Language {
    Language::best_match(&languages(), std::slice::from_ref(language))
        .unwrap_or_else(Language::english)
}

/// The text of `key` in `language`, else in its primary language, else in English; the key itself when nobody
/// has written it, which a test rules out for the keys of the templates.
#[must_use]
pub fn text(language: &Language, key: &str, arguments: &FluentArgs<'_>) -> String {
    [language.as_str(), language.primary(), FALLBACK]
        .iter()
        .filter_map(|name| BUNDLES.get(*name))
        .find_map(|bundle| {
            let pattern = bundle.get_message(key)?.value()?;
            let mut errors = Vec::new();
            Some(
                bundle
                    .format_pattern(pattern, Some(arguments), &mut errors)
                    .into_owned(),
            )
        })
        .unwrap_or_else(|| key.to_owned())
}

/// Whether any language file has `key`.
#[must_use]
pub fn has(key: &str) -> bool {
    BUNDLES
        .get(FALLBACK)
        .is_some_and(|bundle| bundle.has_message(key))
}

/// [`text`] without arguments.
#[must_use]
pub fn plain(language: &Language, key: &str) -> String {
    text(language, key, &FluentArgs::new())
}

/// "13. Januar 2022".
#[must_use]
pub fn date_long(language: &Language, date: civil::Date) -> String {
    text(language, "date-long", &date_arguments(language, date))
}

/// "Donnerstag, 13. Januar 2022".
#[must_use]
pub fn date_weekday(language: &Language, date: civil::Date) -> String {
    text(language, "date-weekday", &date_arguments(language, date))
}

/// "7 Uhr", "7:30 Uhr", "7 am".
#[must_use]
pub fn time_of_day(language: &Language, time: civil::Time) -> String {
    let hour = time.hour();
    let mut arguments = FluentArgs::new();
    arguments.set("hour24", hour.to_string());
    arguments.set(
        "hour12",
        if hour % 12 == 0 {
            "12".to_owned()
        } else {
            (hour % 12).to_string()
        },
    );
    arguments.set("minute", format!("{:02}", time.minute()));
    arguments.set("half", if hour < 12 { "am" } else { "pm" });
    arguments.set("has_minutes", if time.minute() == 0 { "no" } else { "yes" });
    text(language, "time-of-day", &arguments)
}

/// What stood at the button of the sign-up form, as evidence of consent.
#[must_use]
pub fn signup_wording(language: &Language, newsletter_title: &str) -> String {
    let mut arguments = FluentArgs::new();
    arguments.set("newsletter", newsletter_title.to_owned());
    [
        text(language, "form-heading", &arguments),
        plain(language, "form-fine-print"),
        plain(language, "form-no-tracking"),
        plain(language, "form-submit"),
    ]
    .join(" | ")
}

/// What stood at the button of the confirmation page.
#[must_use]
pub fn confirm_wording(language: &Language, newsletter_title: &str) -> String {
    [
        plain(language, "confirm-heading"),
        newsletter_title.to_owned(),
        plain(language, "confirm-button"),
    ]
    .join(" | ")
}

/// What stood at the button of the unsubscribe page.
#[must_use]
pub fn unsubscribe_wording(language: &Language, newsletter_title: &str) -> String {
    let mut arguments = FluentArgs::new();
    arguments.set("newsletter", newsletter_title.to_owned());
    [
        text(language, "unsubscribe-heading", &arguments),
        plain(language, "unsubscribe-button"),
    ]
    .join(" | ")
}

fn date_arguments(language: &Language, date: civil::Date) -> FluentArgs<'static> {
    let mut arguments = FluentArgs::new();
    arguments.set("day", date.day().to_string());
    arguments.set("month", plain(language, &format!("month-{}", date.month())));
    arguments.set("year", date.year().to_string());
    let weekday = date.weekday().to_monday_one_offset();
    arguments.set("weekday", plain(language, &format!("weekday-{weekday}")));
    arguments
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn language(tag: &str) -> Language {
        tag.parse().unwrap()
    }

    #[test]
    fn dates_and_times_are_said_as_people_say_them() {
        let date = civil::date(2022, 1, 13);
        assert_eq!(
            date_weekday(&language("de"), date),
            "Donnerstag, 13. Januar 2022"
        );
        assert_eq!(date_long(&language("en-GB"), date), "13 January 2022");
        assert_eq!(date_long(&language("fi"), date), "13 January 2022");
        for (hour, minute, german, english) in [
            (7, 0, "7 Uhr", "7 am"),
            (7, 30, "7:30 Uhr", "7:30 am"),
            (0, 5, "0:05 Uhr", "12:05 am"),
            (12, 0, "12 Uhr", "12 pm"),
        ] {
            let time = civil::time(hour, minute, 0, 0);
            assert_eq!(time_of_day(&language("de"), time), german);
            assert_eq!(time_of_day(&language("en"), time), english);
        }
    }

    /// The placeholders of each message of one file.
    fn placeholders(name: &str) -> BTreeMap<String, BTreeSet<String>> {
        let file = Locales::get(&format!("{name}/main.ftl")).unwrap();
        let source = String::from_utf8(file.data.into_owned()).unwrap();
        assert!(
            FluentResource::try_new(source.clone()).is_ok(),
            "{name}/main.ftl has a syntax error"
        );
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut current = String::new();
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            if let Some((key, _)) = line
                .split_once(" =")
                .filter(|(key, _)| !key.starts_with([' ', '[']))
            {
                key.clone_into(&mut current);
                found.entry(current.clone()).or_default();
            }
            for part in line.split('$').skip(1) {
                let name: String = part
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                    .collect();
                found.entry(current.clone()).or_default().insert(name);
            }
        }
        found
    }

    #[test]
    fn every_language_has_the_same_messages_and_placeholders() {
        // A language may leave out parts of a date or of a time: 24 hours need no am or pm.
        let is_free = |key: &str| key.starts_with("date-") || key.starts_with("time-");
        let english = placeholders(FALLBACK);
        assert!(english.len() > 50);
        for language in languages() {
            let other = placeholders(language.as_str());
            let keys = |file: &BTreeMap<String, BTreeSet<String>>| {
                file.keys().cloned().collect::<BTreeSet<_>>()
            };
            assert_eq!(keys(&english), keys(&other), "keys of {language}");
            for (key, names) in english.iter().filter(|(key, _)| !is_free(key)) {
                assert_eq!(names, &other[key], "placeholders of {key} in {language}");
            }
        }
    }
}
