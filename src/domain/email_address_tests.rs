//! Addresses that readers use, and those that are no mailbox of theirs.

use proptest::prelude::*;

use super::EmailAddressError as E;
use super::*;

fn parse(text: &str) -> Result<EmailAddress, EmailAddressError> {
    text.parse()
}

const ACCEPTED: [(&str, &str); 19] = [
    ("ada@example.org", "ada@example.org"),
    ("  ada@example.org\r\n", "ada@example.org"),
    ("Ada.Lovelace@Example.ORG", "Ada.Lovelace@example.org"),
    ("ada+news@example.org", "ada+news@example.org"),
    ("o'neil@example.ie", "o'neil@example.ie"),
    ("_a-b_@example.org", "_a-b_@example.org"),
    ("a@b.co", "a@b.co"),
    ("{a|b}~^$&*#?=/@example.org", "{a|b}~^$&*#?=/@example.org"),
    ("12345@example.org", "12345@example.org"),
    ("ada@mail.example.co.uk", "ada@mail.example.co.uk"),
    ("ada@1und1.de", "ada@1und1.de"),
    ("anna@MÜLLER.de", "anna@xn--mller-kva.de"),
    ("anna@mu\u{308}ller.de", "anna@xn--mller-kva.de"),
    ("anna@straße.de", "anna@xn--strae-oqa.de"),
    ("anna@xn--mller-kva.de", "anna@xn--mller-kva.de"),
    ("info@例え。テスト", "info@xn--r8jz45g.xn--zckzah"),
    ("ada@example.xn--p1ai", "ada@example.xn--p1ai"),
    ("jo\u{308}rg@beispiel.de", "j\u{F6}rg@beispiel.de"),
    ("संपर्क@डाटामेल.भारत", "संपर्क@xn--c2bd4bq1db8d.xn--h2brj9c"),
];

#[test]
fn addresses_that_readers_use_are_accepted() {
    for (text, expected) in ACCEPTED {
        assert_eq!(
            parse(text).map(String::from),
            Ok(expected.to_owned()),
            "{text:?}"
        );
    }
    for text in [
        format!("{}@example.org", "l".repeat(64)),
        format!("a@{}.org", "d".repeat(63)),
    ] {
        assert_eq!(parse(&text).map(String::from), Ok(text));
    }
}

const REFUSED: [(&str, E); 58] = [
    ("", E::Empty),
    (" \t\n", E::Empty),
    ("ada", E::MissingAt),
    ("ada.example.org", E::MissingAt),
    ("@example.org", E::EmptyLocalPart),
    ("ada@", E::EmptyDomain),
    ("ada@@example.org", E::SeveralAt),
    ("@a.org,@b.org:ada@example.org", E::SeveralAt),
    ("ada@a.org@b.org", E::SeveralAt),
    ("a da@example.org", E::Invisible),
    ("ada@exam ple.org", E::Invisible),
    ("ada@example.org\u{0}", E::Invisible),
    ("ada\r\nBcc:x@example.org", E::Invisible),
    ("ada\u{A0}@example.org", E::Invisible),
    ("ada@exam\u{AD}ple.org", E::Invisible),
    ("ada\u{200B}@example.org", E::Invisible),
    ("ada\u{202E}@example.org", E::Invisible),
    ("ada\u{E000}@example.org", E::Invisible),
    ("ada\u{FFFD}@example.org", E::Invisible),
    ("\u{FEFF}ada@example.org", E::Invisible),
    ("ada\u{85}@example.org", E::Invisible),
    ("\"ada\"@example.org", E::QuotedLocalPart),
    ("\"a@b\"@example.org", E::QuotedLocalPart),
    ("a\\b@example.org", E::QuotedLocalPart),
    ("=?utf-8?q?a=40b?=c@example.org", E::EncodedWord),
    ("ada%b.org@example.org", E::Routing),
    ("host!ada@example.org", E::Routing),
    ("a,b@example.org", E::LocalPartCharacter),
    ("a:b@example.org", E::LocalPartCharacter),
    ("<ada@example.org>", E::LocalPartCharacter),
    ("mailto:ada@example.org", E::LocalPartCharacter),
    ("ada(x)@example.org", E::LocalPartCharacter),
    ("a;b@example.org", E::LocalPartCharacter),
    ("a[b]@example.org", E::LocalPartCharacter),
    ("a＠b@example.org", E::LocalPartCharacter),
    (".ada@example.org", E::MisplacedDot),
    ("ada.@example.org", E::MisplacedDot),
    ("a..b@example.org", E::MisplacedDot),
    ("ada@.example.org", E::MisplacedDot),
    ("ada@example.org.", E::MisplacedDot),
    ("ada@example..org", E::MisplacedDot),
    ("ada@[192.0.2.1]", E::IpLiteral),
    ("ada@[IPv6:2001:db8::1]", E::IpLiteral),
    ("ada@192.0.2.1", E::IpLiteral),
    ("ada@2001:db8::1", E::IpLiteral),
    ("ada@localhost", E::DotlessDomain),
    ("ada@xn--mller-kva", E::DotlessDomain),
    ("ada@example.123", E::NumericTopLevelDomain),
    ("ada@1.2.3", E::NumericTopLevelDomain),
    ("ada@-example.org", E::InvalidDomain),
    ("ada@example-.org", E::InvalidDomain),
    ("ada@exa_mple.org", E::InvalidDomain),
    ("ada@example.org>", E::InvalidDomain),
    ("ada@ex,ample.org", E::InvalidDomain),
    ("ada@xn--a.org", E::InvalidDomain),
    ("ada@example.org/path", E::InvalidDomain),
    ("ada@example。", E::InvalidDomain),
    ("ada@a%b.org", E::InvalidDomain),
];

#[test]
fn odd_addresses_are_refused_with_their_reason() {
    for (text, expected) in REFUSED {
        assert_eq!(parse(text), Err(expected), "{text:?}");
    }
}

#[test]
fn long_addresses_are_refused_with_what_is_too_long() {
    let long_local = format!("{}@example.org", "l".repeat(65));
    let long_accents = format!("{}@example.org", "é".repeat(33));
    let long_label = format!("a@{}.org", "d".repeat(64));
    let long_domain = format!("a@{}org", "abcdefgh.".repeat(28));
    let long_address = format!("{}@{}org", "l".repeat(64), "abcdefg.".repeat(24));
    let endless = format!("a@{}.org", "ü".repeat(5000));
    let cases = [
        (long_local, E::LocalPartTooLong),
        (long_accents, E::LocalPartTooLong),
        (long_label, E::DomainTooLong),
        (long_domain, E::DomainTooLong),
        (long_address, E::TooLong),
        (endless, E::TooLong),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(&text), Err(expected), "{text:?}");
    }
}

#[test]
fn the_key_ignores_case_and_nothing_else() {
    let key = |text: &str| parse(text).unwrap().key();
    assert_eq!(key("Ada@Example.org"), key("aDA@example.ORG"));
    assert_eq!(key("JÖRG@beispiel.de"), key("jo\u{308}rg@beispiel.de"));
    assert_eq!(key("ΟΔΟΣ@example.gr"), key("οδος@example.gr"));
    for (one, other) in [
        ("a.da", "ada"),
        ("ada+x", "ada"),
        ("ılk", "ilk"),
        ("groß", "gross"),
    ] {
        assert_ne!(
            key(&format!("{one}@example.org")),
            key(&format!("{other}@example.org"))
        );
    }
}

#[test]
fn the_mask_shows_two_characters_at_most() {
    let cases = [
        ("anna@beispiel.de", "an…@beispiel.de"),
        ("ann@beispiel.de", "an…@beispiel.de"),
        ("an@beispiel.de", "a…@beispiel.de"),
        ("a@beispiel.de", "a…@beispiel.de"),
        ("jörg@beispiel.de", "jö…@beispiel.de"),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(text).unwrap().masked(), expected);
    }
}

#[test]
fn behind_the_veil_stand_two_letters_and_the_top_level_domain() {
    for (text, expected) in [
        ("anna@beispiel.de", "a•••@b•••.de"),
        ("a@b.example.org", "a•••@b•••.org"),
    ] {
        assert_eq!(parse(text).unwrap().veiled(), expected);
    }
}

#[test]
fn debug_hides_the_local_part() {
    let address = parse("anna@beispiel.de").unwrap();
    assert_eq!(format!("{address:?}"), "EmailAddress(***@beispiel.de)");
    assert_eq!(
        format!("{:?}", Some(&address)),
        "Some(EmailAddress(***@beispiel.de))"
    );
}

#[test]
fn only_the_local_part_decides_about_smtputf8() {
    assert!(parse("jörg@beispiel.de").unwrap().needs_smtputf8());
    assert!(!parse("anna@müller.de").unwrap().needs_smtputf8());
}

#[test]
fn json_is_parsed_like_any_text() {
    let address: EmailAddress = serde_json::from_str(r#"" Ada@EXAMPLE.org""#).unwrap();
    assert_eq!(
        serde_json::to_string(&address).unwrap(),
        r#""Ada@example.org""#
    );
    let error = serde_json::from_str::<EmailAddress>(r#""secret@localhost""#).unwrap_err();
    assert!(!error.to_string().contains("secret"));
}

fn nearly_an_address() -> impl Strategy<Value = String> {
    let local = prop_oneof!["[a-zA-Z0-9.+_%!=?\"äßİΣ -]{0,12}", "\\PC{0,8}"];
    let domain = prop_oneof![
        "[a-zA-Z0-9.\\-üß。]{0,16}",
        "xn--[a-z0-9-]{0,10}\\.de",
        "\\PC{0,8}\\.\\PC{0,4}"
    ];
    (local, domain).prop_map(|(local, domain)| format!("{local}@{domain}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn an_accepted_address_is_its_own_spelling(text in nearly_an_address()) {
        if let Ok(address) = parse(&text) {
            prop_assert_eq!(parse(address.as_str()), Ok(address.clone()));
            prop_assert!(address.as_str().len() <= ADDRESS_MAX_OCTETS);
            prop_assert!(address.domain().is_ascii() && address.domain().contains('.'));
            prop_assert_eq!(address.domain().to_ascii_lowercase(), address.domain());
            prop_assert_eq!(format!("{}@{}", address.local_part(), address.domain()), address.as_str());
            let key = address.key();
            prop_assert_eq!(key.chars().flat_map(char::to_lowercase).collect::<String>(), key);
        }
    }
}
