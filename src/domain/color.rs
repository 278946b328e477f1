//! Colours and how well one can be read on another (WCAG 2.2, success criterion 1.4.3).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The least contrast of text (WCAG 2.2, 1.4.3, level AA).
pub const MIN_CONTRAST: f64 = 4.5;

/// The least contrast of text of 24 px, or of 18.66 px when bold.
pub const MIN_CONTRAST_LARGE: f64 = 3.0;

/// A colour is written in another way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write a colour as #rrggbb, such as #0b4a82")]
pub struct ColorError;

/// An opaque colour of the sRGB space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color {
    red: u8,
    green: u8,
    blue: u8,
}

impl Color {
    /// White.
    pub const WHITE: Self = Self::new(255, 255, 255);
    /// Black.
    pub const BLACK: Self = Self::new(0, 0, 0);

    /// A colour of three parts.
    #[must_use]
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// The contrast to `other`, from 1 to 21.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// This colour, or the nearest one of the same hue that has at least `contrast` to `ground`: darker on a light ground,
    /// lighter on a dark one.
    #[must_use]
    pub fn readable_on(self, ground: Self, contrast: f64) -> Self {
        let goal = if ground.luminance() > 0.18 {
            Self::BLACK
        } else {
            Self::WHITE
        };
        let steps = 0..=u8::MAX;
        steps
            .map(|step| self.towards(goal, step))
            .find(|color| color.contrast(ground) >= contrast)
            .unwrap_or(goal)
    }

    /// `step` 255ths of the way to `goal`.
    fn towards(self, goal: Self, step: u8) -> Self {
        let part = |from: u8, to: u8| {
            let (from, to, step) = (u32::from(from), u32::from(to), u32::from(step));
            u8::try_from((from * (255 - step) + to * step) / 255).unwrap_or(u8::MAX)
        };
        Self::new(
            part(self.red, goal.red),
            part(self.green, goal.green),
            part(self.blue, goal.blue),
        )
    }

    fn luminance(self) -> f64 {
        let part = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(self.red) + 0.7152 * part(self.green) + 0.0722 * part(self.blue)
    }

    /// A colour as style sheets write it: `#rgb`, `#rrggbb`, `rgb(1, 2, 3)`, `white` or `black`. Others are `None`.
    #[must_use]
    pub fn from_css(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let text = text.trim_end_matches("!important").trim();
        match text {
            "white" => return Some(Self::WHITE),
            "black" => return Some(Self::BLACK),
            _ => {}
        }
        if let Some(parts) = text
            .strip_prefix("rgb(")
            .and_then(|rest| rest.strip_suffix(')'))
        {
            let parts: Vec<u8> = parts
                .split([',', ' '])
                .filter(|part| !part.is_empty())
                .map(str::parse)
                .collect::<Result<_, _>>()
                .ok()?;
            return match parts.as_slice() {
                [red, green, blue] => Some(Self::new(*red, *green, *blue)),
                _ => None,
            };
        }
        let digits = text.strip_prefix('#')?;
        match digits.len() {
            3 => format!(
                "#{}",
                digits.chars().flat_map(|c| [c, c]).collect::<String>()
            )
            .parse()
            .ok(),
            _ => text.parse().ok(),
        }
    }
}

impl fmt::Display for Color {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "#{:02x}{:02x}{:02x}",
            self.red, self.green, self.blue
        )
    }
}

impl FromStr for Color {
    type Err = ColorError;

    fn from_str(text: &str) -> Result<Self, ColorError> {
        let digits = text.strip_prefix('#').ok_or(ColorError)?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ColorError);
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| ColorError)?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self::new(red, green, blue))
    }
}

impl TryFrom<String> for Color {
    type Error = ColorError;

    fn try_from(text: String) -> Result<Self, ColorError> {
        text.parse()
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn color(text: &str) -> Color {
        Color::from_css(text).unwrap()
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        for (one, two, expected) in [
            ("#000", "#fff", 21.0),
            ("#777777", "#ffffff", 4.48),
            ("#0b4a82", "white", 9.07),
            ("rgb(255, 255, 255)", "#fff", 1.0),
        ] {
            let contrast = color(one).contrast(color(two));
            assert!(
                (contrast - expected).abs() < 0.02,
                "{one} {two}: {contrast}"
            );
        }
    }

    #[test]
    fn what_is_no_colour_is_none() {
        for text in [
            "",
            "#",
            "#12",
            "#12345g",
            "rgb(1,2)",
            "rgb(1,2,256)",
            "red;",
            "#+12345",
        ] {
            assert_eq!(Color::from_css(text), None, "{text}");
        }
        assert_eq!("0b4a82".parse::<Color>(), Err(ColorError));
    }

    proptest! {
        #[test]
        fn a_readable_colour_is_readable_and_a_good_one_stays(red: u8, green: u8, blue: u8, is_dark: bool) {
            let ground = if is_dark { color("#14171a") } else { Color::WHITE };
            let before = Color::new(red, green, blue);
            let after = before.readable_on(ground, MIN_CONTRAST);
            prop_assert!(after.contrast(ground) >= MIN_CONTRAST, "{before} became {after}");
            if before.contrast(ground) >= MIN_CONTRAST {
                prop_assert_eq!(before, after);
            }
            prop_assert_eq!(after.to_string().parse::<Color>(), Ok(after));
        }
    }
}
