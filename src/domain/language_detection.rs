//! Which language an article is in, when nobody said it.
//!
//! Told from three letters at a time (`whatlang`), which needs some text to be sure; what is not sure is not told, because an
//! article in the wrong newsletter is worse than one that an editor is asked about.

use whatlang::Lang;

use super::article::LanguageSource;
use super::article_body::ArticleBody;
use super::language::Language;

/// Letters without which nothing is told: a headline alone is often wrong.
const MIN_LETTERS: usize = 80;
/// Characters that are looked at; more make it slower and not surer.
const MAX_CHARS: usize = 4_000;

/// The language of an article and how it is known: what the publisher declared, else what its text tells, else the usual one.
/// `None` when there is none of the three.
#[must_use]
pub fn language_of(
    declared: Option<Language>,
    (title, standfirst, body): (&str, &str, &ArticleBody),
    usual: Option<&Language>,
) -> Option<(Language, LanguageSource)> {
    if let Some(language) = declared {
        return Some((language, LanguageSource::Declared));
    }
    let text = format!("{title}. {standfirst} {}", body.text());
    detect(&text)
        .map(|language| (language, LanguageSource::Detected))
        .or_else(|| usual.map(|language| (language.clone(), LanguageSource::Default)))
}

/// The language of a text, if it is long enough to be sure.
#[must_use]
pub fn detect(text: &str) -> Option<Language> {
    let text: String = text.chars().take(MAX_CHARS).collect();
    if text.chars().filter(|c| c.is_alphabetic()).count() < min_letters(&text) {
        return None;
    }
    let info = whatlang::detect(&text).filter(whatlang::Info::is_reliable)?;
    tag(info.lang()).parse().ok()
}

/// A sign of Chinese, Japanese or Korean says as much as several letters.
fn min_letters(text: &str) -> usize {
    let is_dense = |c: char| matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}');
    let letters = text.chars().filter(|c| c.is_alphabetic());
    let dense = letters.clone().filter(|c| is_dense(*c)).count();
    if dense * 2 > letters.count() {
        MIN_LETTERS / 4
    } else {
        MIN_LETTERS
    }
}

/// The tag that web pages and newsletters use: two letters where there are two (RFC 5646 §2.2.1).
fn tag(lang: Lang) -> &'static str {
    match lang {
        Lang::Afr => "af",
        Lang::Aka => "ak",
        Lang::Amh => "am",
        Lang::Ara => "ar",
        Lang::Aze => "az",
        Lang::Bel => "be",
        Lang::Ben => "bn",
        Lang::Bul => "bg",
        Lang::Cat => "ca",
        Lang::Ces => "cs",
        Lang::Cmn => "zh",
        Lang::Cym => "cy",
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Ell => "el",
        Lang::Eng => "en",
        Lang::Epo => "eo",
        Lang::Est => "et",
        Lang::Fin => "fi",
        Lang::Fra => "fr",
        Lang::Guj => "gu",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Hye => "hy",
        other => rarer_tag(other),
    }
}

fn rarer_tag(lang: Lang) -> &'static str {
    match lang {
        Lang::Ind => "id",
        Lang::Ita => "it",
        Lang::Jav => "jv",
        Lang::Jpn => "ja",
        Lang::Kan => "kn",
        Lang::Kat => "ka",
        Lang::Khm => "km",
        Lang::Kor => "ko",
        Lang::Lat => "la",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Mal => "ml",
        Lang::Mar => "mr",
        Lang::Mkd => "mk",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Nld => "nl",
        Lang::Nob => "nb",
        Lang::Ori => "or",
        Lang::Pan => "pa",
        Lang::Pes => "fa",
        Lang::Pol => "pl",
        Lang::Por => "pt",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Sin => "si",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Sna => "sn",
        Lang::Spa => "es",
        Lang::Srp => "sr",
        Lang::Swe => "sv",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Tgl => "tl",
        Lang::Tha => "th",
        Lang::Tuk => "tk",
        Lang::Tur => "tr",
        Lang::Ukr => "uk",
        Lang::Urd => "ur",
        Lang::Uzb => "uz",
        Lang::Vie => "vi",
        Lang::Yid => "yi",
        Lang::Zul => "zu",
        other => other.code(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLES: [(&str, &str); 8] = [
        (
            "en",
            "The old bridge over the harbour is open again. The first tram crossed at six in the morning, and nobody on board \
             had to stand.",
        ),
        (
            "de",
            "Die alte Brücke über den Hafen ist wieder offen. Die erste Bahn fuhr um sechs Uhr morgens, und niemand an Bord \
             musste stehen.",
        ),
        (
            "fr",
            "Le vieux pont du port est de nouveau ouvert. Le premier tramway est passé à six heures du matin, et personne n'a \
             dû rester debout.",
        ),
        (
            "pl",
            "Stary most nad portem jest znowu otwarty. Pierwszy tramwaj przejechał o szóstej rano i nikt na pokładzie nie \
             musiał stać.",
        ),
        (
            "uk",
            "Старий міст над гаванню знову відкрито. Перший трамвай проїхав о шостій ранку, і ніхто в ньому не мусив стояти.",
        ),
        (
            "el",
            "Η παλιά γέφυρα πάνω από το λιμάνι είναι ξανά ανοιχτή. Το πρώτο τραμ πέρασε στις έξι το πρωί και κανείς δεν στάθηκε όρθιος.",
        ),
        (
            "ja",
            "港に架かる古い橋が再び開通した。始発の路面電車は朝六時に渡り、立っている人はいなかった。",
        ),
        (
            "ar",
            "أعيد فتح الجسر القديم فوق الميناء. عبر أول ترام في السادسة صباحا، ولم يضطر أحد من الركاب إلى الوقوف طوال الطريق.",
        ),
    ];

    #[test]
    fn a_paragraph_tells_its_language() {
        for (tag, text) in SAMPLES {
            let found = detect(text);
            assert_eq!(found.as_ref().map(Language::as_str), Some(tag), "{text}");
        }
    }

    #[test]
    fn what_is_short_or_no_text_tells_nothing() {
        for text in [
            "",
            "Die Fähre legt ab.",
            "橋が開通",
            &"12:30 ".repeat(100),
            &"xq zw ".repeat(60),
        ] {
            assert_eq!(detect(text), None, "{text}");
        }
    }

    #[test]
    fn every_language_that_can_be_told_has_a_tag_of_its_own() {
        let tags: std::collections::BTreeSet<&str> =
            Lang::all().iter().map(|lang| tag(*lang)).collect();
        assert_eq!(tags.len(), Lang::all().len());
        for tag in tags {
            let language: Language = tag.parse().unwrap();
            assert_eq!(language.as_str(), tag);
        }
    }

    #[test]
    fn a_word_of_the_publisher_is_better_than_the_text_and_the_text_better_than_a_habit() {
        let (german, usual) = (SAMPLES[1].1, "pt".parse::<Language>().unwrap());
        let body = ArticleBody::sanitise(&format!("<p>{german}</p>")).unwrap();
        let empty = ArticleBody::default();
        let tell = |declared: Option<&str>, body: &ArticleBody, usual: Option<&Language>| {
            let declared = declared.map(|tag| tag.parse().unwrap());
            language_of(declared, ("Brücke", "", body), usual)
                .map(|(language, source)| format!("{} {source}", language.as_str()))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(tell(Some("en"), &body, Some(&usual)), some("en declared"));
        assert_eq!(tell(None, &body, Some(&usual)), some("de detected"));
        assert_eq!(tell(None, &empty, Some(&usual)), some("pt default"));
        assert_eq!(tell(None, &empty, None), None);
    }
}
