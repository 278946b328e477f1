//! MJML, for publishers who have their mails in it. Nothing is loaded: `mj-include` finds no file, and no font is fetched.

use std::collections::HashMap;
use std::fmt::Write as _;

/// The marks around what differs per reader, as entities.
const MARKS: [(&str, &str); 2] = [("&#xe000;", "\u{E000}"), ("&#xe001;", "\u{E001}")];

/// A mail in MJML as HTML, with the language on the parts where mail programs look for it.
pub(super) fn to_html(text: &str, language: &str, dir: &str) -> Result<String, String> {
    let parsed = mrml::parse(printable(text)).map_err(|cause| cause.to_string())?;
    let options = mrml::prelude::render::RenderOptions {
        fonts: HashMap::new(),
        ..mrml::prelude::render::RenderOptions::default()
    };
    let mut html = parsed
        .element
        .render(&options)
        .map_err(|cause| cause.to_string())?;
    for (entity, mark) in MARKS {
        html = html.replace(entity, mark);
    }
    Ok(with_language(&html, language, dir))
}

/// The text with entities for what mrml would write into attributes as Rust does: marks, joiners and the like.
fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        let is_layout = matches!(c, '\n' | '\r' | '\t' | '"' | '\'');
        if is_layout || c.escape_debug().len() == 1 {
            printable.push(c);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(printable, "&#x{:x};", u32::from(c));
        }
    }
    printable
}

/// Clients drop `<html>`: the preview line, which MJML leaves bare, says its language, too.
fn with_language(html: &str, language: &str, dir: &str) -> String {
    let Some((head, body)) = html.split_once("<body") else {
        return html.to_owned();
    };
    let bare = "<div style=\"display:none";
    let marked = format!("<div lang=\"{language}\" dir=\"{dir}\" style=\"display:none");
    format!("{head}<body{}", body.replacen(bare, &marked, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rust_would_escape_comes_through() {
        let mjml = "<mjml><mj-body><mj-section><mj-column><mj-text><a href=\"\u{E000}url\u{E001}\" title=\"a\u{200D}b\\c\">x</a>\
                    </mj-text></mj-column></mj-section></mj-body></mjml>";
        let html = to_html(mjml, "de", "ltr").unwrap();
        assert!(html.contains("href=\"\u{E000}url\u{E001}\""), "{html}");
        assert!(html.contains("title=\"a&#x200d;b&#x5c;c\""), "{html}");
        assert!(
            !html.contains("googleapis") && !html.contains("\\u{"),
            "{html}"
        );
    }
}
