//! What is wrong with words that a publisher wrote, before a reader sees them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use fluent_bundle::{FluentArgs, FluentResource};

use super::numbers::DIGITS;
use super::plurals::categories;
use super::shape::{Shape, read};
use super::{FALLBACK, File, files, new_bundle};
use crate::domain::language::Language;

/// What is set when a date is written; each language uses what it needs.
const OF_DATES: [&str; 4] = ["day", "month", "year", "weekday"];
/// What is set when a time of day is written.
const OF_TIMES: [&str; 5] = ["hour24", "hour12", "minute", "half", "has_minutes"];
/// What a publisher may leave out without taking something from the reader that they need.
const OPTIONAL: [&str; 3] = ["publisher", "site", "zone"];

/// A thing that is wrong: one line with file, line and reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Mistake {
    file: String,
    line: usize,
    reason: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}: {}", self.file, self.line, self.reason)
    }
}

impl Mistake {
    pub(super) fn at(file: &File, line: usize, reason: impl Into<String>) -> Self {
        Self {
            file: file.name.clone(),
            line,
            reason: reason.into(),
        }
    }
}

/// The messages that there are, as they are in English.
pub(super) fn english() -> BTreeMap<String, Shape> {
    of_language(&files::built_in(), &Language::english()).unwrap_or_default()
}

/// The messages of all files of one language.
pub(super) fn of_language(
    all: &[File],
    language: &Language,
) -> Result<BTreeMap<String, Shape>, Mistake> {
    let mut found = BTreeMap::new();
    for file in all.iter().filter(|file| file.language == *language) {
        for (key, shape) in read(file)? {
            let line = shape.line;
            if found.insert(key.clone(), shape).is_some() {
                let reason = format!("{key} is in another file of {language} too");
                return Err(Mistake::at(file, line, reason));
            }
        }
    }
    Ok(found)
}

/// All that is wrong with the files of a publisher.
pub(super) fn mistakes(files: &[File]) -> Vec<Mistake> {
    let english = english();
    let mut all = Vec::new();
    let languages: BTreeSet<&Language> = files.iter().map(|file| &file.language).collect();
    for language in languages {
        if let Err(mistake) = of_language(files, language) {
            all.push(mistake);
        }
    }
    if !all.is_empty() {
        return all;
    }
    for file in files {
        let Ok(found) = read(file) else { continue };
        for (key, shape) in &found {
            all.extend(of_message(file, key, shape, &english));
        }
        if all.is_empty() {
            all.extend(unreadable(file, &found, files));
        }
    }
    all
}

fn of_message(
    file: &File,
    key: &str,
    shape: &Shape,
    english: &BTreeMap<String, Shape>,
) -> Option<Mistake> {
    let at = |reason: String| Some(Mistake::at(file, shape.line, reason));
    let Some(ours) = english.get(key) else {
        return at(format!("there is no text {key}{}", nearest(key, english)));
    };
    let given = arguments(key, ours);
    if let Some(name) = shape
        .placeholders
        .iter()
        .find(|name| !given.contains(*name))
    {
        let known: Vec<String> = given.iter().map(|name| format!("${name}")).collect();
        let known = if known.is_empty() {
            "it has none".to_owned()
        } else {
            format!("it has {}", known.join(", "))
        };
        return at(format!("{key} has no placeholder ${name}; {known}"));
    }
    let taken_in = shape
        .references
        .iter()
        .filter_map(|other| english.get(other));
    let used: BTreeSet<&String> = taken_in
        .flat_map(|other| &other.placeholders)
        .chain(&shape.placeholders)
        .collect();
    let lacks = |name: &&String| !used.contains(name) && !is_optional(key, name);
    if let Some(name) = ours.placeholders.iter().find(lacks) {
        return at(format!("{key} lacks the placeholder ${name}"));
    }
    plurals_missing(&file.language, shape, ours).and_then(|lack| at(format!("{key}: {lack}")))
}

/// What a choice by plural lacks in that language, as words.
pub(super) fn plurals_missing(
    language: &Language,
    shape: &Shape,
    english: &Shape,
) -> Option<String> {
    let needed = categories(language);
    for (name, has) in &shape.plurals {
        let missing: Vec<&str> = needed
            .iter()
            .map(String::as_str)
            .filter(|category| !has.contains(*category))
            .collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            return Some(format!(
                "the choice by ${name} lacks {missing}, which {language} has"
            ));
        }
    }
    let chooses = |name: &String| shape.plurals.iter().any(|(other, _)| other == name);
    let mut by_english = english.plurals.iter().map(|(name, _)| name);
    // Where a text is put together from others, the choice may be in one of those.
    by_english
        .find(|name| !chooses(name) && shape.placeholders.contains(*name))
        .filter(|_| shape.references.is_empty() && needed.len() > 1)
        .map(|name| format!("there is no choice by ${name}, as plurals need"))
}

/// What is set when the text is asked for.
pub(super) fn arguments(key: &str, english: &Shape) -> BTreeSet<String> {
    let more: &[&str] = match key {
        "date-long" | "date-weekday" => &OF_DATES,
        "time-of-day" => &OF_TIMES,
        _ => &[],
    };
    let more = more.iter().map(|name| (*name).to_owned());
    english.placeholders.iter().cloned().chain(more).collect()
}

fn is_optional(key: &str, name: &str) -> bool {
    OPTIONAL.contains(&name) || matches!(key, "date-long" | "date-weekday" | "time-of-day")
}

/// The key that was probably meant.
fn nearest(key: &str, english: &BTreeMap<String, Shape>) -> String {
    let alike = |other: &&String| {
        let (a, b) = (key.replace('_', "-"), other.as_str());
        a == b || (a.len() > 6 && (b.starts_with(&a) || a.starts_with(b)))
    };
    let found = english.keys().find(alike);
    found.map_or_else(String::new, |other| format!("; is {other} meant?"))
}

/// What Fluent says when it puts a text together: a message, a term or a function that is not there.
fn unreadable(file: &File, found: &BTreeMap<String, Shape>, all: &[File]) -> Option<Mistake> {
    let mut bundle = new_bundle(&file.language);
    let ours = files::built_in();
    let own = |it: &&File| it.language == file.language;
    for each in ours.iter().filter(own).chain(all.iter().filter(own)) {
        let resource = FluentResource::try_new(each.text.clone()).unwrap_or_else(|(it, _)| it);
        bundle.add_resource_overriding(resource);
    }
    for (key, shape) in found {
        let mut values = FluentArgs::new();
        for name in &shape.placeholders {
            values.set(name.clone(), 5);
        }
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            continue;
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&values), &mut errors);
        if key == "number-digits" && !DIGITS.contains(&text.as_ref()) {
            let reason = format!("{key} is one of {}", DIGITS.join(", "));
            return Some(Mistake::at(file, shape.line, reason));
        }
        if let Some(error) = errors.first() {
            let reason = format!("{key} cannot be put together: {error}");
            return Some(Mistake::at(file, shape.line, reason));
        }
    }
    None
}

/// What languages of a publisher's own lack.
pub(super) fn warnings(files: &[File]) -> Vec<String> {
    let ours: BTreeSet<Language> = files::built_in()
        .into_iter()
        .map(|it| it.language)
        .collect();
    let own: BTreeSet<&Language> = files.iter().map(|file| &file.language).collect();
    let english = english();
    own.into_iter()
        .filter(|language| !ours.contains(*language))
        .filter_map(|language| {
            let has = of_language(files, language).ok()?;
            let missing: Vec<&str> = english
                .keys()
                .map(String::as_str)
                .filter(|key| !has.contains_key(*key))
                .collect();
            let first = missing.first()?;
            let near = language.lookup_chain().skip(1);
            let near = near.chain([FALLBACK]).find(|tag| {
                ours.iter().any(|known| known.as_str() == *tag)
            });
            Some(format!(
                "locales/{language}: {} of {} texts are missing, the first is {first}; they are said in {}",
                missing.len(), english.len(), near.unwrap_or(FALLBACK)
            ))
        })
        .collect()
}
