//! How a newsletter chooses articles: rules that say of each article whether it may enter, and why not.

use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::Jsonb;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::article::{Article, ArticleStatus};
use super::language::Language;
use super::slug::Slug;
use super::text_column::text_enum;

/// Without a setting, articles that were older than this on arrival, in days, are stored and not digested: whoever imports
/// an archive does not want to mail it.
pub const USUAL_MAX_AGE_DAYS: u16 = 30;
/// After this many articles with standfirst and picture the rest goes to "in brief", so that a long digest stays far below
/// the 102 KB at which Gmail cuts a mail off.
pub const USUAL_FULL_ARTICLES: u16 = 12;

/// How a newsletter chooses, beside its topics and its language.
#[derive(
    Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, AsExpression, FromSqlRow, ToSchema,
)]
#[serde(deny_unknown_fields, default)]
#[diesel(sql_type = Jsonb)]
pub struct Choice {
    /// An article with one of these topics never enters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub topics_except: Vec<String>,
    /// Only articles of these sections enter, upper and lower case alike; none means all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<String>,
    /// Articles of these sections never enter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sections_except: Vec<String>,
    /// Articles in these languages enter; none means the newsletter's own. "de" lets "de-AT" in (RFC 4647 §3.3.1).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub languages: Vec<Language>,
    /// Articles in these languages never enter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub languages_except: Vec<Language>,
    /// The sections that come first, in this order; the others follow, those with the newest article first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub section_order: Vec<String>,
    /// How many articles have standfirst and picture, the lead among them, 1 to 60; the rest is "in brief".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_articles: Option<u16>,
    /// Articles that were older than this many days when they came are not digested; 0 lets any age in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age_days: Option<u16>,
    /// A reader who got an article in another newsletter within so many days does not get it again here; 0 is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_repeat_days: Option<u16>,
    /// Just before an edition is made the addresses of its articles are asked, and what answers 404 or 410 is left out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub check_addresses: bool,
}

text_enum! {
    /// Why an article is in an edition, or is not.
    pub enum Verdict {
        /// It may enter.
        Fits => "fits",
        /// The newsroom took it back.
        Hidden => "hidden",
        /// Its embargo is not over.
        Embargoed => "embargoed",
        /// It has expired.
        Expired => "expired",
        /// It is in a language that the newsletter does not take.
        OtherLanguage => "other_language",
        /// It has none of the topics of the newsletter.
        OtherTopic => "other_topic",
        /// It has a topic that the newsletter leaves out.
        ExceptedTopic => "excepted_topic",
        /// It is of a section that the newsletter does not take.
        OtherSection => "other_section",
        /// It is of a section that the newsletter leaves out.
        ExceptedSection => "excepted_section",
        /// It was too old when it came.
        TooOld => "too_old",
        /// Its address answered 404 or 410.
        Gone => "gone",
        /// The reader had it in an earlier edition, or could have.
        BeforeMark => "before_mark",
        /// The reader got it in another newsletter, or before it was taken back and shown again.
        HadBefore => "had_before",
        /// It came after the end of the window.
        AfterCut => "after_cut",
        /// It fits, but there were more than the maximum.
        OverMaximum => "over_maximum",
    }
}

impl Verdict {
    /// Whether the newsletter is not about such articles at all, whenever they come.
    #[must_use]
    pub fn is_of_another_kind(self) -> bool {
        matches!(
            self,
            Self::OtherLanguage
                | Self::OtherTopic
                | Self::ExceptedTopic
                | Self::OtherSection
                | Self::ExceptedSection
        )
    }
}

/// The most members of a list, and the most characters of one.
const MAX_MEMBERS: usize = 100;
const MAX_MEMBER_CHARS: usize = 100;
/// The most articles with standfirst and picture.
const MAX_FULL_ARTICLES: u16 = 60;
/// The most days.
const MAX_DAYS: u16 = 3650;

impl Choice {
    /// What is wrong with it: the field, and how to mend it.
    #[must_use]
    pub fn mistakes(&self) -> Vec<(&'static str, String)> {
        let lists = [
            ("topics_except", &self.topics_except),
            ("sections", &self.sections),
            ("sections_except", &self.sections_except),
            ("section_order", &self.section_order),
        ];
        let is_bad =
            |text: &String| text.trim().is_empty() || text.chars().count() > MAX_MEMBER_CHARS;
        let mut mistakes = Vec::new();
        for (field, list) in lists {
            if list.len() > MAX_MEMBERS || list.iter().any(is_bad) {
                let text =
                    format!("at most {MAX_MEMBERS} texts of 1 to {MAX_MEMBER_CHARS} characters");
                mistakes.push((field, text));
            }
        }
        for topic in &self.topics_except {
            if topic.parse::<Slug>().is_err() {
                let text = format!("{topic:?} is no topic: lower-case letters, digits and hyphens");
                mistakes.push(("topics_except", text));
            }
        }
        if self.languages.len().max(self.languages_except.len()) > MAX_MEMBERS {
            mistakes.push(("languages", format!("at most {MAX_MEMBERS}")));
        }
        if self
            .full_articles
            .is_some_and(|full| !(1..=MAX_FULL_ARTICLES).contains(&full))
        {
            mistakes.push(("full_articles", format!("must be 1 to {MAX_FULL_ARTICLES}")));
        }
        for (field, days) in [
            ("max_age_days", self.max_age_days),
            ("no_repeat_days", self.no_repeat_days),
        ] {
            if days.is_some_and(|days| days > MAX_DAYS) {
                mistakes.push((field, format!("must be 0 to {MAX_DAYS}")));
            }
        }
        mistakes
    }

    /// How many articles have standfirst and picture.
    #[must_use]
    pub fn full_articles(&self) -> usize {
        usize::from(self.full_articles.unwrap_or(USUAL_FULL_ARTICLES).max(1))
    }

    /// How far back other newsletters are looked at, if at all.
    #[must_use]
    pub fn no_repeat(&self) -> Option<SignedDuration> {
        self.no_repeat_days.filter(|days| *days > 0).map(days)
    }

    /// Whether `article` may enter an edition that is made at `at`; windows and readers are not looked at.
    #[must_use]
    pub fn verdict(
        &self,
        own: &Language,
        topics: &[String],
        article: &Article,
        at: Timestamp,
    ) -> Verdict {
        let has_topic =
            |topics: &[String]| article.topics.iter().any(|topic| topics.contains(topic));
        let is_of = |sections: &[String]| {
            let section = article.section.to_lowercase();
            sections.iter().any(|one| one.to_lowercase() == section)
        };
        if article.status == ArticleStatus::Hidden {
            Verdict::Hidden
        } else if article.publish_at.is_some_and(|until| until > at) {
            Verdict::Embargoed
        } else if article.expires_at.is_some_and(|until| until <= at) {
            Verdict::Expired
        } else if !self.takes(own, &article.language) {
            Verdict::OtherLanguage
        } else if !topics.is_empty() && !has_topic(topics) {
            Verdict::OtherTopic
        } else if has_topic(&self.topics_except) {
            Verdict::ExceptedTopic
        } else if !self.sections.is_empty() && !is_of(&self.sections) {
            Verdict::OtherSection
        } else if is_of(&self.sections_except) {
            Verdict::ExceptedSection
        } else if self.is_too_old(article) {
            Verdict::TooOld
        } else {
            Verdict::Fits
        }
    }

    fn takes(&self, own: &Language, language: &Language) -> bool {
        // How readers are addressed says nothing about articles: "de-x-informal" takes what "de" takes.
        let own = own.without_private_use();
        let wanted = if self.languages.is_empty() {
            std::slice::from_ref(&own)
        } else {
            &self.languages
        };
        let is_in = |ranges: &[Language]| ranges.iter().any(|range| language.is_within(range));
        is_in(wanted) && !is_in(&self.languages_except)
    }

    fn is_too_old(&self, article: &Article) -> bool {
        let max = self.max_age_days.unwrap_or(USUAL_MAX_AGE_DAYS);
        // What waits for its embargo does not age.
        let oldest = article.first_seen_at.saturating_sub(days(max));
        max > 0
            && article.publish_at.is_none()
            && oldest.is_ok_and(|oldest| article.published_at < oldest)
    }
}

fn days(days: u16) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(days))
}

impl ToSql<Jsonb, Pg> for Choice {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
        let json = serde_json::to_value(self)?;
        ToSql::<Jsonb, Pg>::to_sql(&json, &mut out.reborrow())
    }
}

impl FromSql<Jsonb, Pg> for Choice {
    fn from_sql(bytes: PgValue<'_>) -> diesel::deserialize::Result<Self> {
        let json = <serde_json::Value as FromSql<Jsonb, Pg>>::from_sql(bytes)?;
        Ok(serde_json::from_value(json)?)
    }
}
