//! The rule about contrast: colours of inline styles, as they are inherited.

use scraper::{ElementRef, Html, Node};

use super::{Findings, html, rules, shown};
use crate::domain::color::{Color, MIN_CONTRAST, MIN_CONTRAST_LARGE};

/// How text looks at one place.
#[derive(Debug, Clone, Copy)]
struct Look {
    color: Color,
    ground: Color,
    pixels: f64,
    is_bold: bool,
}

/// Text of this size is large, in CSS pixels; bold text from the second one.
const LARGE: f64 = 24.0;
const LARGE_BOLD: f64 = 18.66;

pub(super) fn check(page: &Html, findings: &mut Findings) {
    let look = Look {
        color: Color::BLACK,
        ground: Color::WHITE,
        pixels: 16.0,
        is_bold: false,
    };
    for body in html::all(page, "body") {
        walk(body, look.of(body), findings);
    }
}

/// Nested deeper than any mail program follows.
const MAX_DEPTH: usize = 200;

fn walk(start: ElementRef<'_>, look: Look, findings: &mut Findings) {
    // Not by recursion: a hostile mail nests as deeply as it likes.
    let mut waiting = vec![(start, look, 0)];
    while let Some((element, look, depth)) = waiting.pop() {
        for node in element.children() {
            if let Node::Text(text) = node.value() {
                if !html::visible(text).is_empty() {
                    judge(text, look, findings);
                }
            } else if let Some(child) = ElementRef::wrap(node)
                && depth < MAX_DEPTH
                && !html::is_hidden(child)
            {
                waiting.push((child, look.of(child), depth + 1));
            }
        }
    }
}

fn judge(text: &str, look: Look, findings: &mut Findings) {
    let is_large = look.pixels >= LARGE || (look.is_bold && look.pixels >= LARGE_BOLD);
    let least = if is_large {
        MIN_CONTRAST_LARGE
    } else {
        MIN_CONTRAST
    };
    let contrast = look.color.contrast(look.ground);
    if contrast < least {
        let better = look.color.readable_on(look.ground, least);
        findings.add(
            &rules::CONTRAST,
            format!(
                "{} on {} has {contrast:.1}:1 at {:?}; {better} would do",
                look.color,
                look.ground,
                shown(text)
            ),
        );
    }
}

impl Look {
    fn of(mut self, element: ElementRef<'_>) -> Self {
        if matches!(
            element.value().name(),
            "b" | "strong" | "h1" | "h2" | "h3" | "th"
        ) {
            self.is_bold = true;
        }
        if let Some(color) = element.attr("bgcolor").and_then(Color::from_css) {
            self.ground = color;
        }
        for rule in element.attr("style").unwrap_or_default().split(';') {
            let Some((name, value)) = rule.split_once(':') else {
                continue;
            };
            let value = value.trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "color" => self.color = Color::from_css(value).unwrap_or(self.color),
                "background" | "background-color" => {
                    let first = value.split_once(' ').map_or(value, |(first, _)| first);
                    let found = Color::from_css(value).or_else(|| Color::from_css(first));
                    self.ground = found.unwrap_or(self.ground);
                }
                "font-size" => {
                    let pixels = value.strip_suffix("px").and_then(|it| it.parse().ok());
                    self.pixels = pixels.unwrap_or(self.pixels);
                }
                "font-weight" => {
                    let weight: Option<u16> = value.parse().ok();
                    self.is_bold = value == "bold" || weight.is_some_and(|weight| weight >= 700);
                }
                _ => {}
            }
        }
        self
    }
}
