//! `Link` headers (RFC 8288): where else a document says that something is.

use url::Url;

/// Links that are read of one document.
const MAX_LINKS: usize = 50;

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub url: Url,
    /// What it is, in lower case; a link may be several things.
    pub relations: Vec<String>,
}

/// Reads the values of `Link` headers; relative addresses are relative to `base`. What is broken is left out.
#[must_use]
pub fn parse_links<'a>(values: impl IntoIterator<Item = &'a str>, base: &Url) -> Vec<Link> {
    let mut links = Vec::new();
    for value in values {
        let mut rest = value;
        while let Some((_, after)) = rest.split_once('<')
            && let Some((target, after)) = after.split_once('>')
            && links.len() < MAX_LINKS
        {
            let (parameters, next) = split(after);
            rest = next;
            // A link of something else says nothing of this document (RFC 8288 §3.2).
            let is_of_another = parameters.iter().any(|(name, _)| name == "anchor");
            let relations = parameters.into_iter().find(|(name, _)| name == "rel");
            if let (Ok(url), Some((_, relations)), false) =
                (base.join(target.trim()), relations, is_of_another)
            {
                let relations = relations.split_whitespace().map(str::to_ascii_lowercase);
                links.push(Link {
                    url,
                    relations: relations.collect(),
                });
            }
        }
    }
    links
}

/// The parameters up to the comma that ends a link, and what comes after.
fn split(text: &str) -> (Vec<(String, String)>, &str) {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let (mut parameters, mut begin, mut end) = (Vec::new(), 0, text.len());
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ';' if !is_quoted => {
                parameters.extend(parameter(text.get(begin..at)));
                begin = at + 1;
            }
            ',' if !is_quoted => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    parameters.extend(parameter(text.get(begin..end)));
    (parameters, text.get(end + 1..).unwrap_or_default())
}

fn parameter(text: Option<&str>) -> Option<(String, String)> {
    let (name, value) = text?.split_once('=')?;
    let value = value.trim().trim_matches('"').replace('\\', "");
    Some((name.trim().to_ascii_lowercase(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_read_as_servers_write_them() {
        let base = "https://a.example/feed".parse().unwrap();
        let read = |value: &str| {
            parse_links([value], &base)
                .into_iter()
                .map(|link| format!("{} {}", link.url, link.relations.join(" ")))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            read(
                "<https://hub.example/>; rel=\"hub\", </feed>; REL=\"Self alternate\"; title=\"a, b; c\""
            ),
            [
                "https://hub.example/ hub",
                "https://a.example/feed self alternate"
            ]
        );
        assert_eq!(
            read("<page?a=1,2>;rel=next"),
            ["https://a.example/page?a=1,2 next"]
        );
        assert_eq!(
            read("<x>; title=\"\\\"<y>; rel=hub\"; rel=next"),
            ["https://a.example/x next"]
        );
        for broken in [
            "",
            "x",
            "<x",
            "<x>",
            "<x>; rel",
            "<x>; anchor=\"/y\"; rel=hub",
            "<http://[>; rel=hub",
        ] {
            assert_eq!(read(broken), Vec::<String>::new(), "{broken}");
        }
    }

    #[test]
    fn endless_headers_are_cut() {
        let base = "https://a.example/".parse().unwrap();
        let value = "<x>; rel=hub,".repeat(10_000);
        assert_eq!(parse_links([value.as_str()], &base).len(), MAX_LINKS);
    }
}
