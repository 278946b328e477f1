//! Words in the reader's language: Fluent files, those of a publisher on top of the built-in ones; dates, times, numbers.
//!
//! Stands beside `templates`, below `mail` and `http`: both speak to readers, and neither may name the other.
//!
//! A text is looked for in the language asked for, then in what its tag falls back to ("de-x-informal", "de"), then in
//! English; in each of them in the publisher's files before ours.

mod check;
mod direction;
mod files;
mod numbers;
mod plurals;
mod shape;
mod wording;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::civil;

use crate::domain::language::Language;

pub use check::Mistake;
pub use files::{File, built_in};

/// What a reader gets whose language we do not speak.
const FALLBACK: &str = "en";

static BUILT_IN: LazyLock<Words> = LazyLock::new(|| Words::of(&files::built_in()));

/// All texts, ready to be said; cheap to clone.
#[derive(Clone)]
pub struct Words {
    bundles: Arc<BTreeMap<String, Bundle>>,
    languages: Arc<Vec<Language>>,
}

struct Bundle {
    language: Language,
    texts: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Words").field(&self.languages).finish()
    }
}

impl Words {
    /// The built-in words.
    #[must_use]
    pub fn built_in() -> Self {
        BUILT_IN.clone()
    }

    /// The built-in words with those of `files` on top.
    ///
    /// # Errors
    /// The first thing that is wrong, with file and line.
    pub fn with_files(files: &[File]) -> Result<Self, Mistake> {
        if files.is_empty() {
            return Ok(Self::built_in());
        }
        if let Some(mistake) = check::mistakes(files).into_iter().next() {
            return Err(mistake);
        }
        let mut all = files::built_in();
        all.extend(files.iter().cloned());
        Ok(Self::of(&all))
    }

    /// What a publisher's languages lack, as sentences: it falls back, so it is no mistake.
    #[must_use]
    pub fn warnings(files: &[File]) -> Vec<String> {
        check::warnings(files)
    }

    fn of(files: &[File]) -> Self {
        let mut bundles: BTreeMap<String, Bundle> = BTreeMap::new();
        for file in files {
            // A file that Fluent cannot read in full still gives the messages that it could read; a test reads ours, and
            // a publisher's are checked before.
            let resource =
                FluentResource::try_new(file.text.clone()).unwrap_or_else(|(readable, _)| readable);
            bundles
                .entry(file.language.to_string())
                .or_insert_with(|| Bundle {
                    language: file.language.clone(),
                    texts: new_bundle(&file.language),
                })
                .texts
                .add_resource_overriding(resource);
        }
        for bundle in bundles.values_mut() {
            let digits = value(bundle, "number-digits", &FluentArgs::new());
            bundle
                .texts
                .set_formatter(Some(numbers::formatter(&digits.unwrap_or_default())));
        }
        let languages = bundles.keys().filter_map(|name| name.parse().ok());
        Self {
            languages: Arc::new(languages.collect()),
            bundles: Arc::new(bundles),
        }
    }

    /// The languages that there are files for, in alphabetical order of their tags.
    #[must_use]
    pub fn languages(&self) -> &[Language] {
        &self.languages
    }

    /// The language that we speak to a reader who wants `language`: the nearest that there is a file for, else English.
    #[must_use]
    pub fn spoken(&self, language: &Language) -> Language {
        Language::best_match(&self.languages, std::slice::from_ref(language))
            .unwrap_or_else(Language::english)
    }

    /// The text of `key` in `language`, else in what its tag falls back to, else in English; the key itself when nobody
    /// has written it, which a test rules out for the keys of the templates.
    #[must_use]
    pub fn text(&self, language: &Language, key: &str, arguments: &FluentArgs<'_>) -> String {
        self.said(
            language,
            key,
            &isolated(arguments, language.is_right_to_left()),
        )
    }

    /// [`Self::text`] with arguments that are in the direction of the language.
    fn said(&self, language: &Language, key: &str, arguments: &FluentArgs<'_>) -> String {
        language
            .lookup_chain()
            .chain([FALLBACK])
            .find_map(|name| value(self.bundles.get(name)?, key, arguments))
            .unwrap_or_else(|| key.to_owned())
    }

    /// Whether there is such a text.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.bundles
            .get(FALLBACK)
            .is_some_and(|bundle| bundle.texts.has_message(key))
    }

    /// [`Self::text`] without arguments.
    #[must_use]
    pub fn plain(&self, language: &Language, key: &str) -> String {
        self.text(language, key, &FluentArgs::new())
    }

    /// "13. Januar 2022".
    #[must_use]
    pub fn date_long(&self, language: &Language, date: civil::Date) -> String {
        self.said(language, "date-long", &self.date_arguments(language, date))
    }

    /// "Donnerstag, 13. Januar 2022".
    #[must_use]
    pub fn date_weekday(&self, language: &Language, date: civil::Date) -> String {
        self.said(
            language,
            "date-weekday",
            &self.date_arguments(language, date),
        )
    }

    /// "7 Uhr", "7:30 Uhr", "7 am".
    #[must_use]
    pub fn time_of_day(&self, language: &Language, time: civil::Time) -> String {
        let hour = time.hour();
        let mut arguments = FluentArgs::new();
        arguments.set("hour24", i64::from(hour));
        arguments.set("hour12", i64::from((hour + 11) % 12 + 1));
        arguments.set("minute", bare_number(time.minute().into(), Some(2)));
        arguments.set("half", if hour < 12 { "am" } else { "pm" });
        arguments.set("has_minutes", if time.minute() == 0 { "no" } else { "yes" });
        self.said(language, "time-of-day", &arguments)
    }

    fn date_arguments(&self, language: &Language, date: civil::Date) -> FluentArgs<'static> {
        let mut arguments = FluentArgs::new();
        // A plain number, so that a language may say "1er janvier".
        arguments.set("day", i64::from(date.day()));
        let month = self.plain(language, &format!("month-{}", date.month()));
        arguments.set("month", month);
        arguments.set("year", bare_number(date.year().into(), None));
        let weekday = date.weekday().to_monday_one_offset();
        let weekday = self.plain(language, &format!("weekday-{weekday}"));
        arguments.set("weekday", weekday);
        arguments
    }
}

fn new_bundle(language: &Language) -> FluentBundle<FluentResource> {
    let locale = language.without_private_use().as_str().parse();
    let mut bundle = FluentBundle::new_concurrent(vec![locale.unwrap_or_default()]);
    // Fluent isolates every value; we isolate those that need it, because the marks stand in text mails, too.
    bundle.set_use_isolating(false);
    bundle
}

fn value(bundle: &Bundle, key: &str, arguments: &FluentArgs<'_>) -> Option<String> {
    let pattern = bundle.texts.get_message(key)?.value()?;
    let arguments = arguments.iter().map(|(name, value)| {
        let value = match value {
            FluentValue::Number(number) => plurals::chosen_by(&bundle.language, number)
                .map_or_else(|| value.clone(), FluentValue::Number),
            other => other.clone(),
        };
        (name.to_owned(), value)
    });
    let arguments: FluentArgs<'_> = arguments.collect();
    let mut errors = Vec::new();
    let text = bundle
        .texts
        .format_pattern(pattern, Some(&arguments), &mut errors);
    Some(text.into_owned())
}

fn isolated<'a>(arguments: &'a FluentArgs<'a>, is_right_to_left: bool) -> FluentArgs<'a> {
    let each = arguments.iter().map(|(name, value)| {
        let value = match value {
            FluentValue::String(text) => direction::isolated(text, is_right_to_left)
                .map_or_else(|| value.clone(), FluentValue::from),
            other => other.clone(),
        };
        (name.to_owned(), value)
    });
    each.collect()
}

/// A number that is a name and not a count, such as a year: never in groups.
fn bare_number(number: i64, digits: Option<usize>) -> FluentValue<'static> {
    match FluentValue::from(number) {
        FluentValue::Number(FluentNumber { value, mut options }) => {
            options.use_grouping = false;
            options.minimum_integer_digits = digits;
            FluentValue::Number(FluentNumber { value, options })
        }
        other => other,
    }
}
