//! Latin names in a text that runs from right to left, and the other way round.

use icu_properties::CodePointMapData;
use icu_properties::props::BidiClass;

/// FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE (Unicode UAX #9 §2.4): what stands between them has a direction of
/// its own, and does not pull along the full stop after it.
const ISOLATE: [char; 2] = ['\u{2068}', '\u{2069}'];

/// `value` so that it can stand in a text of that direction: isolated when it has letters of the other one.
///
/// A web address stays bare, because programs that make links of addresses would take the mark for a part of it.
pub(super) fn isolated(value: &str, is_right_to_left: bool) -> Option<String> {
    let is_address = value.starts_with("http://") || value.starts_with("https://");
    if is_address
        || !value
            .chars()
            .any(|letter| runs_against(letter, is_right_to_left))
    {
        return None;
    }
    let [open, close] = ISOLATE;
    Some(format!("{open}{value}{close}"))
}

fn runs_against(letter: char, is_right_to_left: bool) -> bool {
    let class = CodePointMapData::<BidiClass>::new().get(letter);
    if is_right_to_left {
        class == BidiClass::LeftToRight
    } else {
        class == BidiClass::RightToLeft || class == BidiClass::ArabicLetter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_runs_against_the_text_is_isolated() {
        assert_eq!(isolated("Europa", false), None);
        assert_eq!(isolated("4986", true), None);
        assert_eq!(isolated("أوروبا 24", true), None);
        assert_eq!(isolated("Europa", true).unwrap(), "\u{2068}Europa\u{2069}");
        assert_eq!(isolated("أوروبا", false).unwrap(), "\u{2068}أوروبا\u{2069}");
        assert_eq!(isolated("https://europablatt.example/", true), None);
    }
}
