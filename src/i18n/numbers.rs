//! Numbers as a language writes them: "4,986", "4.986", "4986" where four digits stay together.

use fluent_bundle::FluentValue;
use fluent_bundle::types::FluentNumber;
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_decimal::options::{DecimalFormatterOptions, GroupingStrategy};
use icu_locale_core::Locale;
use intl_memoizer::Memoizable;
use intl_memoizer::concurrent::IntlLangMemoizer;
use unic_langid::LanguageIdentifier;

/// What turns a number into text in one language.
pub(super) type Formatter = fn(&FluentValue<'_>, &IntlLangMemoizer) -> Option<String>;

/// What writes numbers in the digits that the message `number-digits` names, as CLDR calls them: "latn" for 0 to 9, which
/// is taken for anything else too, "arab" for those of Arabic, "arabext" for those of Persian and Urdu.
pub(super) fn formatter(digits: &str) -> Formatter {
    match digits {
        "arab" => in_arabic_digits,
        "arabext" => in_persian_digits,
        _ => in_latin_digits,
    }
}

/// The names of digits that [`formatter`] knows.
pub(super) const DIGITS: [&str; 3] = ["latn", "arab", "arabext"];

fn in_latin_digits(value: &FluentValue<'_>, memoizer: &IntlLangMemoizer) -> Option<String> {
    written(value, memoizer, "latn")
}

fn in_arabic_digits(value: &FluentValue<'_>, memoizer: &IntlLangMemoizer) -> Option<String> {
    written(value, memoizer, "arab")
}

fn in_persian_digits(value: &FluentValue<'_>, memoizer: &IntlLangMemoizer) -> Option<String> {
    written(value, memoizer, "arabext")
}

/// The number in digits; `None` for what is no whole number, which Fluent then writes itself.
fn written(
    value: &FluentValue<'_>,
    memoizer: &IntlLangMemoizer,
    digits: &'static str,
) -> Option<String> {
    let FluentValue::Number(number) = value else {
        return None;
    };
    let decimal = decimal(number)?;
    let mut options = DecimalFormatterOptions::default();
    options.grouping_strategy = Some(if number.options.use_grouping {
        GroupingStrategy::Auto
    } else {
        GroupingStrategy::Never
    });
    memoizer
        .with_try_get::<Tag, _, _>((digits,), |tag| {
            let formatter = DecimalFormatter::try_new(tag.0.as_ref()?.into(), options).ok()?;
            Some(formatter.format(&decimal).to_string())
        })
        .ok()?
}

fn decimal(number: &FluentNumber) -> Option<Decimal> {
    let mut decimal = Decimal::from(super::plurals::written(number)?);
    if let Some(digits) = number.options.minimum_integer_digits {
        decimal.pad_start(i16::try_from(digits).ok()?);
    }
    Some(decimal)
}

/// How ICU names the language and its digits; `None` when it cannot.
struct Tag(Option<Locale>);

impl Memoizable for Tag {
    type Args = (&'static str,);
    type Error = std::convert::Infallible;

    fn construct(language: LanguageIdentifier, (digits,): Self::Args) -> Result<Self, Self::Error> {
        Ok(Self(format!("{language}-u-nu-{digits}").parse().ok()))
    }
}
