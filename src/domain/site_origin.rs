//! The origin of a site: scheme, host and port (RFC 6454).

use std::fmt;
use std::str::FromStr;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use url::Url;

use super::text_column::text_column;

/// The most sites of one newsletter.
pub const MAX_SITES: usize = 50;

/// Why a text is no origin of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be the address of a site without a path, like https://www.example.org")]
pub struct SiteOriginError;

/// An origin as browsers send it in `Origin`: lower case, international names in ASCII, no slash at the end, and no port where
/// it is the usual one.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct SiteOrigin(String);

text_column!(SiteOrigin);

impl SiteOrigin {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The origin of a page; `None` for what is no page on the web.
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        let is_web = matches!(url.scheme(), "http" | "https");
        let is_anonymous = url.username().is_empty() && url.password().is_none();
        (is_web && is_anonymous).then(|| Self(url.origin().ascii_serialization()))
    }
}

impl FromStr for SiteOrigin {
    type Err = SiteOriginError;

    fn from_str(text: &str) -> Result<Self, SiteOriginError> {
        let url = Url::parse(text.trim()).map_err(|_| SiteOriginError)?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !is_bare {
            return Err(SiteOriginError);
        }
        Self::of(&url).ok_or(SiteOriginError)
    }
}

impl fmt::Display for SiteOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SiteOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SiteOrigin({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_as_browsers_send_them() {
        let origin = |text: &str| text.parse::<SiteOrigin>().map(|it| it.to_string());
        for (text, expected) in [
            ("https://www.example.org", "https://www.example.org"),
            ("HTTPS://WWW.Example.org:443/", "https://www.example.org"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("https://zürich.example", "https://xn--zrich-kva.example"),
        ] {
            assert_eq!(origin(text).as_deref(), Ok(expected));
        }
        for text in [
            "",
            "null",
            "*",
            "www.example.org",
            "https://example.org/path",
            "https://example.org/?q",
            "https://user@example.org",
            "ftp://example.org",
        ] {
            assert_eq!(origin(text), Err(SiteOriginError), "{text}");
        }
    }
}
