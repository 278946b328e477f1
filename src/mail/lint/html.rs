//! Rules about the HTML part.

use scraper::{ElementRef, Html, Node, Selector};

use super::{Findings, Mail, rules, shown};

/// Above this an edition is warned of, in octets.
const GOOD_BYTES: usize = 80 * 1024;

/// Gmail cuts off at about 102 KB.
const MAX_BYTES: usize = 100 * 1024;

pub(super) fn size(html: &str, findings: &mut Findings) {
    let detail = format!("the HTML part has {} bytes", html.len());
    if html.len() > MAX_BYTES {
        findings.add(&rules::HTML_TOO_LARGE, detail);
    } else if html.len() > GOOD_BYTES {
        findings.add(&rules::HTML_SIZE, detail);
    }
}

pub(super) fn check(page: &Html, mail: &Mail<'_>, findings: &mut Findings) {
    document(page, findings);
    headings(page, findings);
    pictures(page, findings);
    active(page, findings);
    styles(page, findings);
    links(page, mail, findings);
    preheader(page, mail, findings);
    for table in all(page, "table") {
        if !matches!(table.attr("role"), Some("presentation" | "none")) {
            findings.add(&rules::LAYOUT_TABLE, "a table has no role");
        }
    }
}

/// Every element that a selector of ours names.
pub(super) fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(selector)
        .map_or_else(|_| Vec::new(), |selector| page.select(&selector).collect())
}

fn document(page: &Html, findings: &mut Findings) {
    let has_both = |element: &ElementRef<'_>| {
        element.attr("lang").is_some_and(|lang| !lang.is_empty())
            && matches!(element.attr("dir"), Some("ltr" | "rtl"))
    };
    if !has_both(&page.root_element()) {
        findings.add(&rules::LANGUAGE, "<html> lacks lang or dir");
    }
    let children = all(page, "body > *");
    for child in children.iter().filter(|child| !has_both(child)) {
        let detail = format!("<{}> in the body lacks lang or dir", child.value().name());
        findings.add(&rules::LANGUAGE, detail);
    }
    let title = all(page, "head > title");
    if title.first().is_none_or(|title| words(*title).is_empty()) {
        findings.add(&rules::TITLE, "there is no <title>, or it is empty");
    }
}

fn headings(page: &Html, findings: &mut Findings) {
    let levels: Vec<u8> = all(page, "h1, h2, h3, h4, h5, h6")
        .iter()
        .filter_map(|heading| heading.value().name().strip_prefix('h')?.parse().ok())
        .collect();
    let tops = all(page, "h1").len();
    if tops != 1 || levels.first() != Some(&1) {
        findings.add(
            &rules::HEADINGS,
            format!("there are {tops} <h1>, or another comes first"),
        );
    }
    let mut before = 1;
    for level in levels {
        if level > before + 1 {
            findings.add(&rules::HEADINGS, format!("<h{level}> follows <h{before}>"));
        }
        before = level;
    }
}

fn pictures(page: &Html, findings: &mut Findings) {
    for picture in all(page, "img") {
        let source = picture.attr("src").unwrap_or_default();
        let is_linked = picture
            .ancestors()
            .filter_map(ElementRef::wrap)
            .find(|element| element.value().name() == "a");
        match picture.attr("alt") {
            None => findings.add(&rules::IMAGE_ALT, format!("{} has no alt", shown(source))),
            Some(alt)
                if alt.trim().is_empty()
                    && is_linked.is_some_and(|link| words(link).is_empty()) =>
            {
                findings.add(
                    &rules::IMAGE_ALT,
                    format!("{} is a link without words", shown(source)),
                );
            }
            Some(_) => {}
        }
        if !is_web_address(source) {
            findings.add(
                &rules::IMAGE_ADDRESS,
                format!("a picture loads {:?}", shown(source)),
            );
        }
        if picture.attr("width").is_none() {
            findings.add(
                &rules::IMAGE_WIDTH,
                format!("{} has no width", shown(source)),
            );
        }
    }
}

fn active(page: &Html, findings: &mut Findings) {
    let tags = "script, form, input, button, select, textarea, iframe, frame, object, embed, applet, audio, video, base, \
                meta[http-equiv=refresh]";
    for element in all(page, tags) {
        findings.add(
            &rules::ACTIVE_CONTENT,
            format!("<{}>", element.value().name()),
        );
    }
    for element in all(page, "*") {
        for (name, _) in element.value().attrs() {
            if name.starts_with("on") {
                let detail = format!("{name} on <{}>", element.value().name());
                findings.add(&rules::ACTIVE_CONTENT, detail);
            }
        }
    }
}

fn styles(page: &Html, findings: &mut Findings) {
    for _ in all(page, "link[rel=stylesheet]") {
        findings.add(&rules::EXTERNAL_STYLE, "a style sheet is linked");
    }
    let sheets = all(page, "style").into_iter().map(|it| it.text().collect());
    let attributes = all(page, "[style]")
        .into_iter()
        .filter_map(|element| element.attr("style").map(str::to_owned));
    for css in sheets.chain(attributes) {
        let css: String = css;
        let lower = css.to_ascii_lowercase();
        if lower.contains("@import") || lower.contains("url(") {
            findings.add(&rules::EXTERNAL_STYLE, "a style loads something");
        }
    }
}

fn links(page: &Html, mail: &Mail<'_>, findings: &mut Findings) {
    for link in all(page, "a[href], area[href]") {
        let href = link.attr("href").unwrap_or_default();
        let is_other = href.starts_with("mailto:") || href.starts_with("tel:");
        if !is_other && !is_web_address(href) {
            findings.add(
                &rules::LINK_ADDRESS,
                format!("a link leads to {:?}", shown(href)),
            );
            continue;
        }
        let name = link.attr("aria-label").unwrap_or_default();
        if words(link).is_empty() && name.trim().is_empty() {
            // A picture without words is another rule's.
            let has_picture = link
                .descendants()
                .filter_map(ElementRef::wrap)
                .any(|element| element.value().name() == "img");
            if !has_picture {
                findings.add(
                    &rules::LINK_TEXT,
                    format!("the link to {} is empty", shown(href)),
                );
            }
        }
        let is_in_text = mail.text.is_none_or(|text| text.contains(href)) || is_for_nobody(link);
        if !is_other && !is_in_text && mail.text.is_some_and(|text| !text.trim().is_empty()) {
            findings.add(
                &rules::TEXT_LINKS,
                format!("{} is not in the text part", shown(href)),
            );
        }
    }
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// The words of an element, those of its pictures included, without characters that show nothing.
pub(super) fn words(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    for node in element.descendants() {
        match node.value() {
            Node::Text(piece) => text.push_str(piece),
            Node::Element(child) if child.name() == "img" => {
                text.push(' ');
                text.push_str(child.attr("alt").unwrap_or_default());
                text.push(' ');
            }
            _ => {}
        }
    }
    visible(&text)
}

/// One line without what shows nothing: the fillers of preheaders.
pub(super) fn visible(text: &str) -> String {
    let is_filler = |c: char| {
        matches!(
            c,
            '\u{34F}' | '\u{200B}'..='\u{200F}' | '\u{FEFF}' | '\u{AD}'
        )
    };
    let seen: String = text.chars().filter(|c| !is_filler(*c)).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether an inline style hides an element.
pub(super) fn is_hidden(element: ElementRef<'_>) -> bool {
    let style = element.attr("style").unwrap_or_default();
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    style.to_ascii_lowercase().contains("display:none")
}

/// Whether nobody sees, hears or reaches a link: it is for machines, and readers of the text part miss nothing.
fn is_for_nobody(link: ElementRef<'_>) -> bool {
    let is_silent = |element: ElementRef<'_>| element.attr("aria-hidden") == Some("true");
    let around = link.ancestors().filter_map(ElementRef::wrap);
    let (mut is_unseen, mut is_unheard) = (is_hidden(link), is_silent(link));
    for element in around {
        is_unseen |= is_hidden(element);
        is_unheard |= is_silent(element);
    }
    is_unseen && is_unheard && link.attr("tabindex") == Some("-1")
}

fn preheader(page: &Html, mail: &Mail<'_>, findings: &mut Findings) {
    let children = all(page, "body > *");
    let first = children.first().copied().filter(|child| is_hidden(*child));
    let Some(line) = first.map(words).filter(|line| !line.is_empty()) else {
        findings.add(
            &rules::PREHEADER,
            "the body does not begin with a hidden line",
        );
        return;
    };
    let subject = visible(mail.message.subject().unwrap_or_default());
    let body = children.get(1).copied().map(words).unwrap_or_default();
    if line == subject || body.starts_with(&line) {
        findings.add(
            &rules::PREHEADER_REPEATS,
            format!("the preheader is {:?}", shown(&line)),
        );
    }
}
