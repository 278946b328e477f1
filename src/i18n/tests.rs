use std::collections::BTreeSet;

use super::check::{english, of_language, plurals_missing};
use super::plurals::categories;
use super::*;

fn language(tag: &str) -> Language {
    tag.parse().unwrap()
}

fn words() -> Words {
    Words::built_in()
}

/// The languages that a newsroom may count on.
const SPOKEN: [&str; 10] = [
    "ar",
    "de",
    "de-x-informal",
    "en",
    "es",
    "fr",
    "it",
    "nl",
    "pl",
    "pt",
];

#[test]
fn these_languages_are_spoken() {
    let tags: Vec<String> = words()
        .languages()
        .iter()
        .map(Language::to_string)
        .collect();
    assert_eq!(tags, SPOKEN);
}

#[test]
fn every_language_has_the_same_messages_with_the_same_placeholders() {
    let english = english();
    assert!(english.len() > 150);
    for tag in SPOKEN {
        // Also stops at a syntax error, at a key that is there twice and at one without a text.
        let other = of_language(&files::built_in(), &language(tag)).unwrap();
        let keys =
            |all: &BTreeMap<String, shape::Shape>| all.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys(&english), keys(&other), "keys of {tag}");
        for (key, ours) in &english {
            let shape = &other[key];
            assert!(shape.references.is_empty(), "{key} in {tag}");
            if matches!(key.as_str(), "date-long" | "date-weekday" | "time-of-day") {
                // A language may leave out parts of a time: 24 hours need no am or pm.
                let given = check::arguments(key, ours);
                assert!(shape.placeholders.is_subset(&given), "{key} in {tag}");
                continue;
            }
            assert_eq!(ours.placeholders, shape.placeholders, "{key} in {tag}");
        }
    }
}

#[test]
fn every_choice_by_number_has_all_plurals_of_its_language() {
    let english = english();
    for tag in SPOKEN {
        let language = language(tag);
        for (key, shape) in of_language(&files::built_in(), &language).unwrap() {
            let lack = plurals_missing(&language, &shape, &english[&key]);
            assert_eq!(lack, None, "{key} in {tag}");
        }
    }
}

#[test]
fn plurals_are_those_of_cldr() {
    for (tag, expected) in [
        ("en", "one other"),
        ("de-x-informal", "one other"),
        ("pl", "few many one other"),
        ("ar", "few many one other two zero"),
        ("ja", "other"),
        ("pt-BR", "one other"),
    ] {
        let found: Vec<String> = categories(&language(tag)).into_iter().collect();
        assert_eq!(found.join(" "), expected, "{tag}");
    }
}

fn counted(tag: &str, key: &str, name: &'static str, count: i64) -> String {
    let mut arguments = FluentArgs::new();
    arguments.set(name, count);
    words().text(&language(tag), key, &arguments)
}

#[test]
fn counts_are_said_as_people_say_them() {
    for (tag, count, expected) in [
        ("en", 1, "1 story"),
        ("en", 4986, "4,986 stories"),
        ("de", 4986, "4.986 Nachrichten"),
        ("de-x-informal", 1, "1 Nachricht"),
        ("fr", 0, "0 article"),
        ("fr", 4986, "4\u{202f}986 articles"),
        ("es", 4986, "4986 noticias"),
        ("es", 14986, "14.986 noticias"),
        ("it", 1, "1 notizia"),
        ("nl", 4986, "4.986 berichten"),
        ("pl", 1, "1 artykuł"),
        ("pl", 3, "3 artykuły"),
        ("pl", 12, "12 artykułów"),
        ("pl", 22, "22 artykuły"),
        ("pl", 4986, "4986 artykułów"),
        ("pt", 2, "2 notícias"),
        ("ar", 0, "لا أخبار"),
        ("ar", 1, "خبر واحد"),
        ("ar", 2, "خبران"),
        ("ar", 7, "7 أخبار"),
        ("ar", 11, "11 خبرًا"),
        ("ar", 100, "100 خبر"),
        ("ar", 103, "103 أخبار"),
        ("ar", 202, "202 خبر"),
        ("ar", 4986, "4,986 خبرًا"),
    ] {
        assert_eq!(counted(tag, "digest-stories", "count", count), expected);
    }
}

#[test]
fn dates_are_said_as_people_say_them() {
    let (first, later) = (civil::date(2022, 1, 1), civil::date(2022, 1, 13));
    for (tag, long, weekday) in [
        ("ar", "1 يناير 2022", "الخميس، 13 يناير 2022"),
        ("de", "1. Januar 2022", "Donnerstag, 13. Januar 2022"),
        ("de-AT", "1. Januar 2022", "Donnerstag, 13. Januar 2022"),
        ("en-GB", "1 January 2022", "Thursday, 13 January 2022"),
        ("es", "1 de enero de 2022", "jueves, 13 de enero de 2022"),
        ("fi", "1 January 2022", "Thursday, 13 January 2022"),
        ("fr", "1er janvier 2022", "jeudi 13 janvier 2022"),
        ("it", "1º gennaio 2022", "giovedì 13 gennaio 2022"),
        ("nl", "1 januari 2022", "donderdag 13 januari 2022"),
        ("pl", "1 stycznia 2022", "czwartek, 13 stycznia 2022"),
        (
            "pt-BR",
            "1º de janeiro de 2022",
            "quinta-feira, 13 de janeiro de 2022",
        ),
    ] {
        assert_eq!(words().date_long(&language(tag), first), long);
        assert_eq!(words().date_weekday(&language(tag), later), weekday);
    }
}

#[test]
fn times_are_said_as_people_say_them() {
    for (tag, expected) in [
        ("ar", ["7 صباحًا", "7:30 صباحًا", "12:05 صباحًا", "12 مساءً"]),
        ("de", ["7 Uhr", "7:30 Uhr", "0:05 Uhr", "12 Uhr"]),
        ("en", ["7 am", "7:30 am", "12:05 am", "12 pm"]),
        ("es", ["7:00 h", "7:30 h", "0:05 h", "12:00 h"]),
        ("fr", ["7 h", "7 h 30", "0 h 05", "12 h"]),
        ("it", ["7", "7:30", "0:05", "12"]),
        ("nl", ["7 uur", "7.30 uur", "0.05 uur", "12 uur"]),
        ("pl", ["7:00", "7:30", "0:05", "12:00"]),
        ("pt", ["7h", "7h30", "0h05", "12h"]),
    ] {
        for ((hour, minute), expected) in [(7, 0), (7, 30), (0, 5), (12, 0)].iter().zip(expected) {
            let time = civil::time(*hour, *minute, 0, 0);
            let said = words().time_of_day(&language(tag), time);
            assert_eq!(said.replace('\u{a0}', " "), expected, "{tag}");
        }
    }
}

#[test]
fn informal_german_never_says_sie() {
    let informal = language("de-x-informal");
    for file in files::built_in()
        .iter()
        .filter(|file| file.language == informal)
    {
        for line in file.text.lines().filter(|line| !line.starts_with('#')) {
            let formal = |word: &str| {
                matches!(
                    word,
                    "Sie" | "Ihnen" | "Ihr" | "Ihre" | "Ihren" | "Ihrem" | "Ihrer"
                )
            };
            let mut all = line.split(|c: char| !c.is_alphabetic());
            assert!(!all.any(formal), "{line}");
        }
    }
    assert_eq!(
        words().plain(&informal, "inbox-heading"),
        "Sieh in dein Postfach"
    );
}

#[test]
fn a_language_falls_back_to_its_nearest() {
    for (tag, spoken) in [
        ("de-x-informal", "de-x-informal"),
        ("de-CH", "de"),
        ("pt-BR", "pt"),
        ("ar-EG-u-nu-latn", "ar"),
        ("fi", "en"),
    ] {
        assert_eq!(words().spoken(&language(tag)), language(spoken));
    }
    // What a variety does not say is said in its language, and not in English.
    let own = File {
        name: "locales/de-x-kids/main.ftl".to_owned(),
        language: language("de-x-kids"),
        text: "form-submit = Bin dabei\n".to_owned(),
    };
    let all = Words::with_files(&[own]).unwrap();
    let kids = language("de-x-kids");
    assert_eq!(all.plain(&kids, "form-submit"), "Bin dabei");
    assert_eq!(all.plain(&kids, "form-email"), "E-Mail-Adresse");
}

#[test]
fn quotation_marks_are_those_of_the_language() {
    for (tag, expected) in [
        ("ar", "«أوروبا»"),
        ("de", "„Europa“"),
        ("en", "“Europa”"),
        ("es", "«Europa»"),
        ("fr", "«\u{a0}Europa\u{a0}»"),
        ("it", "«Europa»"),
        ("nl", "‘Europa’"),
        ("pl", "„Europa”"),
        ("pt", "“Europa”"),
    ] {
        let mut arguments = FluentArgs::new();
        arguments.set(
            "newsletter",
            if tag == "ar" {
                "أوروبا"
            } else {
                "Europa"
            },
        );
        let said = words().text(&language(tag), "digest-ordered-before", &arguments);
        assert!(said.contains(expected), "{tag}: {said}");
    }
}

#[test]
fn a_latin_name_in_arabic_is_isolated_and_a_web_address_is_not() {
    let arabic = language("ar");
    let mut arguments = FluentArgs::new();
    arguments.set("newsletter", "Europa kompakt");
    assert_eq!(
        words().text(&arabic, "confirmation-subject", &arguments),
        "يُرجى التأكيد: \u{2068}Europa kompakt\u{2069}"
    );
    let mut arguments = FluentArgs::new();
    arguments.set("url", "https://europablatt.example/");
    let line = words().text(&arabic, "mail-privacy-line", &arguments);
    assert_eq!(line, "الخصوصية: https://europablatt.example/");
}

/// What is said about a publisher's file.
fn refused(tag: &str, text: &str) -> String {
    let file = File {
        name: format!("locales/{tag}/own.ftl"),
        language: language(tag),
        text: text.to_owned(),
    };
    Words::with_files(&[file]).unwrap_err().to_string()
}

/// A language, a file, and a part of what is said about it.
const WRONG: &[(&str, &str, &str)] = &[
    (
        "de",
        "privacy = Datenschutz\nform-sumbit = Los\n",
        "locales/de/own.ftl, line 2: there is no text form-sumbit",
    ),
    (
        "de",
        "form submit = Los\n",
        "line 1: syntax error: Expected a token starting with \"=\"",
    ),
    (
        "de",
        "# Ja\n\nprivacy = { $nope }\n",
        "line 3: privacy has no placeholder $nope; it has none",
    ),
    (
        "de",
        "mail-privacy-line = { $link }\n",
        "line 1: mail-privacy-line has no placeholder $link; it has $url",
    ),
    (
        "de",
        "mail-privacy-line = Datenschutz\n",
        "line 1: mail-privacy-line lacks the placeholder $url",
    ),
    ("de", "privacy = {\n", "line "),
    (
        "de",
        "privacy = A\nprivacy = B\n",
        "line 2: privacy is there twice",
    ),
    (
        "de",
        "privacy =\n    .title = A\n",
        "line 1: privacy has no text",
    ),
    (
        "ar",
        "number-digits = roman\n",
        "line 1: number-digits is one of latn, arab, arabext",
    ),
    (
        "de",
        "privacy = { nowhere }\n",
        "line 1: privacy cannot be put together: ",
    ),
    (
        "de",
        "privacy = { SHOUT(\"x\") }\n",
        "line 1: privacy cannot be put together: ",
    ),
    (
        "pl",
        "digest-stories = { $count ->\n    [one] { $count } a\n   *[other] { $count } b\n}\n",
        "the choice by $count lacks few, many, which pl has",
    ),
    (
        "de",
        "digest-stories = { $count } Sachen\n",
        "there is no choice by $count, as plurals need",
    ),
];

#[test]
fn a_publishers_words_are_checked() {
    for (tag, text, expected) in WRONG {
        let said = refused(tag, text);
        assert!(
            said.starts_with(&format!("locales/{tag}/own.ftl, line ")),
            "{said}"
        );
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains('\n'), "{said}");
    }
}

#[test]
fn a_publishers_words_win() {
    let own = |tag: &str, text: &str| File {
        name: format!("locales/{tag}/own.ftl"),
        language: language(tag),
        text: text.to_owned(),
    };
    let all = [
        own(
            "de",
            "-name = Blatt\nprivacy = Privates im { -name }\npage-title = { $state }\n",
        ),
        own("ar", "number-digits = arab\n"),
        own("cs", "privacy = Soukromí\n"),
    ];
    let words = Words::with_files(&all).unwrap();
    assert_eq!(words.plain(&language("de"), "privacy"), "Privates im Blatt");
    assert_eq!(words.plain(&language("de"), "form-submit"), "Abonnieren");
    assert_eq!(words.plain(&language("cs"), "privacy"), "Soukromí");
    assert_eq!(words.plain(&language("cs"), "form-submit"), "Subscribe");
    assert_eq!(
        words.date_long(&language("ar"), civil::date(2022, 1, 13)),
        "١٣ يناير ٢٠٢٢"
    );
    let missing = Words::warnings(&all);
    assert_eq!(missing.len(), 1, "{missing:?}");
    assert!(missing[0].starts_with("locales/cs: ") && missing[0].ends_with("they are said in en"));
}
