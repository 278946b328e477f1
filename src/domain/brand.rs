//! How the mails of a publisher or of one newsletter look, without touching a template.

use serde::Serialize;

use super::color::{Color, MIN_CONTRAST};

/// The accent colour of who chose none, and its mate for dark mode, which was picked by eye.
pub const DEFAULT_ACCENT: Color = Color::new(0x0b, 0x4a, 0x82);
const DEFAULT_ACCENT_DARK: Color = Color::new(0x8f, 0xc3, 0xf2);

/// The ground of mails in dark mode.
const DARK_GROUND: Color = Color::new(0x14, 0x17, 0x1a);

/// Text in dark mode is read on a screen at night: more than the standard asks for.
const DARK_CONTRAST: f64 = 7.0;

/// The width of a logo of which none is told, and the widest one, in CSS pixels: the column of a mail.
pub const DEFAULT_LOGO_WIDTH: i32 = 180;
/// The widest logo: the column of a mail.
pub const MAX_LOGO_WIDTH: i32 = 552;

/// The accent colour cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "{color} has a contrast of {contrast:.1}:1 to white; text needs {MIN_CONTRAST}:1. The nearest colour that has it is {nearest}"
)]
pub struct FaintError {
    /// The colour.
    pub color: Color,
    /// Its contrast to white.
    pub contrast: f64,
    /// The nearest one that passes.
    pub nearest: Color,
}

/// A colour that can be read on white, and on which white can be read.
///
/// # Errors
/// [`FaintError`], which names the nearest one that can.
pub fn accent(color: Color) -> Result<Color, FaintError> {
    let contrast = color.contrast(Color::WHITE);
    if contrast >= MIN_CONTRAST {
        return Ok(color);
    }
    let nearest = color.readable_on(Color::WHITE, MIN_CONTRAST);
    Err(FaintError {
        color,
        contrast,
        nearest,
    })
}

/// A picture in the masthead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Logo {
    /// Absolute address.
    pub url: String,
    /// What it says.
    pub alt: String,
    /// CSS pixels.
    pub width: i32,
}

/// What templates know of the brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Brand {
    /// Rules, kickers and buttons.
    pub accent: Color,
    /// The same on a dark ground.
    pub accent_dark: Color,
    /// In place of the publisher's name.
    pub logo: Option<Logo>,
    /// The publisher's postal address; may be empty.
    pub postal_address: String,
    /// Where the imprint is; may be empty.
    pub imprint_url: String,
    /// The imprint itself, where a link is not enough; may be empty.
    pub imprint_text: String,
}

impl Brand {
    /// This brand with another accent colour.
    #[must_use]
    pub fn with_accent(mut self, accent: Color) -> Self {
        self.accent = accent;
        self.accent_dark = if accent == DEFAULT_ACCENT {
            DEFAULT_ACCENT_DARK
        } else {
            accent.readable_on(DARK_GROUND, DARK_CONTRAST)
        };
        self
    }
}

impl Default for Brand {
    fn default() -> Self {
        Self {
            accent: DEFAULT_ACCENT,
            accent_dark: DEFAULT_ACCENT_DARK,
            logo: None,
            postal_address: String::new(),
            imprint_url: String::new(),
            imprint_text: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_faint_colour_is_refused_with_the_nearest_that_passes() {
        let orange: Color = "#ff8800".parse().unwrap();
        let error = accent(orange).unwrap_err();
        assert!(error.nearest.contrast(Color::WHITE) >= MIN_CONTRAST);
        assert!(
            error
                .to_string()
                .contains("#ff8800 has a contrast of 2.4:1"),
            "{error}"
        );
        assert!(
            error.to_string().ends_with(&error.nearest.to_string()),
            "{error}"
        );
        assert_eq!(accent(error.nearest), Ok(error.nearest));
        assert_eq!(accent(DEFAULT_ACCENT), Ok(DEFAULT_ACCENT));
    }

    #[test]
    fn dark_mode_gets_a_lighter_mate() {
        for color in ["#0b4a82", "#7a0019", "#000000", "#1d6f42"] {
            let brand = Brand::default().with_accent(color.parse().unwrap());
            assert!(
                brand.accent_dark.contrast(DARK_GROUND) >= DARK_CONTRAST,
                "{color}"
            );
        }
    }
}
