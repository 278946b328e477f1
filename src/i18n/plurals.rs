//! Which plural a number has.
//!
//! fluent-bundle asks `intl_pluralrules` 7.0, which leaves out the remainder in rules such as the Arabic one ("n % 100 =
//! 3..10"): to it 103 and 4,986 are "other". We ask ICU, and where the two disagree, Fluent chooses by a smaller number of
//! the right plural while the true one is written.

use std::collections::BTreeSet;

use fluent_bundle::types::{FluentNumber, FluentNumberOptions};
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};
use intl_pluralrules::PluralRuleType;

use crate::domain::language::Language;

/// Numbers up to which plurals are looked for: those of whole numbers repeat after two hundred at the latest.
const COUNTED: u32 = 300;

/// The categories of plurals that whole numbers have in that language; "other" is always one.
pub(super) fn categories(language: &Language) -> BTreeSet<String> {
    let mut found = BTreeSet::from(["other".to_owned()]);
    if let Some(rules) = rules(language) {
        found.extend((0..=COUNTED).map(|count| name(rules.category_for(count)).to_owned()));
    }
    found
}

/// `number`, or one that Fluent chooses by in its place and that is written as it.
pub(super) fn chosen_by(language: &Language, number: &FluentNumber) -> Option<FluentNumber> {
    let whole: u32 = number.value.to_string().parse().ok()?;
    let right = name(rules(language)?.category_for(whole));
    let of_fluent = fluents_rules(language)?;
    let is_right = |other: u32| {
        of_fluent
            .select(other)
            .is_ok_and(|it| fluents_name(&it) == right)
    };
    if is_right(whole) {
        return None;
    }
    let other = (0..=COUNTED).rev().find(|other| is_right(*other))?;
    Some(FluentNumber {
        value: other.into(),
        options: FluentNumberOptions {
            // No number of ours is an amount of money.
            currency: Some(whole.to_string()),
            ..number.options.clone()
        },
    })
}

/// The number to write.
pub(super) fn written(number: &FluentNumber) -> Option<i64> {
    // Counts come in as whole numbers; their text is exact where a cast from a float would not be checked.
    match &number.options.currency {
        Some(whole) => whole.parse().ok(),
        None => number.value.to_string().parse().ok(),
    }
}

fn rules(language: &Language) -> Option<PluralRules> {
    let locale: Locale = language.without_private_use().as_str().parse().ok()?;
    PluralRules::try_new_cardinal((&locale).into()).ok()
}

fn fluents_rules(language: &Language) -> Option<intl_pluralrules::PluralRules> {
    let bare = language.without_private_use();
    [bare.as_str(), bare.primary()].into_iter().find_map(|tag| {
        let tag: unic_langid::LanguageIdentifier = tag.parse().ok()?;
        intl_pluralrules::PluralRules::create(tag, PluralRuleType::CARDINAL).ok()
    })
}

fn name(category: PluralCategory) -> &'static str {
    match category {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

fn fluents_name(category: &intl_pluralrules::PluralCategory) -> &'static str {
    match category {
        intl_pluralrules::PluralCategory::ZERO => "zero",
        intl_pluralrules::PluralCategory::ONE => "one",
        intl_pluralrules::PluralCategory::TWO => "two",
        intl_pluralrules::PluralCategory::FEW => "few",
        intl_pluralrules::PluralCategory::MANY => "many",
        intl_pluralrules::PluralCategory::OTHER => "other",
    }
}
