//! What a newsletter does differently from its publisher: subject, brand and archive.

use diesel::ExpressionMethods as _;
use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use jiff::Timestamp;

use super::brand::{Brand, Logo, MAX_LOGO_WIDTH};
use super::id::NewsletterId;
use super::subject_pattern::SubjectPattern;
use super::text_column::text_enum;

text_enum! {
    /// Where the editions of a newsletter can be read.
    pub enum Archive {
        /// In lists, feeds and the site map, and search engines may come.
        Public => "public",
        /// By their addresses only.
        Unlisted => "unlisted",
        /// Nowhere in the archive.
        Off => "off",
    }
}

/// A newsletter's look as it is stored; empty texts mean the publisher's.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = crate::schema::newsletter_looks)]
pub struct Look {
    /// Whose.
    pub newsletter_id: NewsletterId,
    /// How its subjects are made; see [`SubjectPattern`].
    pub subject_pattern: String,
    /// Where its editions can be read.
    pub archive: Archive,
    /// `#rrggbb`.
    pub accent_color: String,
    /// The picture in the masthead.
    pub logo_url: String,
    /// What it says.
    pub logo_alt: String,
    /// CSS pixels, 16 to 552.
    pub logo_width: i32,
    /// In the footer.
    pub postal_address: String,
    /// Where the imprint is.
    pub imprint_url: String,
    /// The imprint itself.
    pub imprint_text: String,
    /// When it was saved.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
    /// Whether each reader has a feed of their own, with what they were sent.
    pub readers_feed: bool,
}

impl Look {
    /// The look of a newsletter that changed nothing.
    #[must_use]
    pub fn plain(newsletter_id: NewsletterId, now: Timestamp) -> Self {
        Self {
            newsletter_id,
            subject_pattern: SubjectPattern::default().to_string(),
            archive: Archive::Public,
            accent_color: String::new(),
            logo_url: String::new(),
            logo_alt: String::new(),
            logo_width: super::brand::DEFAULT_LOGO_WIDTH.min(MAX_LOGO_WIDTH),
            postal_address: String::new(),
            imprint_url: String::new(),
            imprint_text: String::new(),
            updated_at: now,
            readers_feed: false,
        }
    }

    /// The pattern of its subjects; the default when the stored one no longer parses.
    #[must_use]
    pub fn subject(&self) -> SubjectPattern {
        self.subject_pattern.parse().unwrap_or_default()
    }

    /// The publisher's brand, with what this newsletter does differently.
    #[must_use]
    pub fn over(&self, publisher: &Brand) -> Brand {
        let or = |own: &str, other: String| {
            if own.is_empty() {
                other
            } else {
                own.to_owned()
            }
        };
        let logo = if self.logo_url.is_empty() {
            publisher.logo.clone()
        } else {
            Some(Logo {
                url: self.logo_url.clone(),
                alt: self.logo_alt.clone(),
                width: self.logo_width,
            })
        };
        let brand = Brand {
            logo,
            postal_address: or(&self.postal_address, publisher.postal_address.clone()),
            imprint_url: or(&self.imprint_url, publisher.imprint_url.clone()),
            imprint_text: or(&self.imprint_text, publisher.imprint_text.clone()),
            ..publisher.clone()
        };
        match self.accent_color.parse() {
            Ok(accent) => brand.with_accent(accent),
            Err(_) => brand,
        }
    }
}
