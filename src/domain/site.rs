//! Where readers reach this server: the addresses of its public pages.

use url::Url;

use super::article::Article;
use super::id::EditionId;
use super::slug::Slug;

/// The public address of this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    base: String,
    host: String,
}

impl Site {
    /// A server at `base_url`, which has no path.
    #[must_use]
    pub fn new(base_url: &Url) -> Self {
        let host = base_url.host_str().unwrap_or_default().to_owned();
        Self {
            base: base_url.as_str().trim_end_matches('/').to_owned(),
            host,
        }
    }

    /// The address without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base
    }

    /// The host name.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The page that confirms a sign-up.
    #[must_use]
    pub fn confirm_url(&self, token: &str) -> String {
        format!("{}/confirm/{token}", self.base)
    }

    /// The page that nobody is meant to see; its name says nothing, so that machines treat it like any other.
    #[must_use]
    pub fn hidden_url(&self, token: &str) -> String {
        format!("{}/mail/{token}", self.base)
    }

    /// The page that ends a subscription.
    #[must_use]
    pub fn unsubscribe_url(&self, token: &str) -> String {
        format!("{}/unsubscribe/{token}", self.base)
    }

    /// The page of a reader's preferences.
    #[must_use]
    pub fn preferences_url(&self, token: &str) -> String {
        format!("{}/preferences/{token}", self.base)
    }

    /// The page that moves a reader to another address, or keeps it: `action` is `change` or `stop`.
    #[must_use]
    pub fn address_url(&self, action: &str, token: &str) -> String {
        format!("{}/address/{action}/{token}", self.base)
    }

    /// The feed of one reader, as Atom; `feed.json` beside it is the same as JSON Feed.
    #[must_use]
    pub fn readers_feed_url(&self, token: &str) -> String {
        format!("{}/feeds/{token}/atom.xml", self.base)
    }

    /// A page for editors about an edition that waits for approval; `action` is `look`, `approve` or `hold`.
    #[must_use]
    pub fn editors_url(&self, action: &str, token: &str) -> String {
        format!("{}/editors/{action}/{token}", self.base)
    }

    /// The page of an edition, for everyone.
    #[must_use]
    pub fn edition_url(&self, id: EditionId) -> String {
        format!("{}/v/{id}", self.base)
    }

    /// The list of a newsletter's editions.
    #[must_use]
    pub fn archive_url(&self, slug: &Slug) -> String {
        format!("{}/archive/{slug}", self.base)
    }

    /// An edition in the archive, by its name or its id.
    #[must_use]
    pub fn archived_edition_url(&self, slug: &Slug, edition: &impl std::fmt::Display) -> String {
        format!("{}/archive/{slug}/{edition}", self.base)
    }

    /// The sign-up page of a newsletter.
    #[must_use]
    pub fn newsletter_url(&self, slug: &Slug) -> String {
        format!("{}/n/{slug}", self.base)
    }

    /// The sample page of an article.
    #[must_use]
    pub fn article_url(&self, article: &Article) -> String {
        format!("{}/articles/{}", self.base, article.slug)
    }
}
