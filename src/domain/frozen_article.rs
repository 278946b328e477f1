//! What an edition shows of an article, as it was when the edition was frozen.

use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::Jsonb;
use serde::{Deserialize, Serialize};

use super::article::Article;
use super::language::Language;
use super::line::Line;

/// Kept with the edition, so that it can be made anew without one article and with all others unchanged. Without the text,
/// which no edition shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
#[expect(missing_docs, reason = "the columns of Article, see there")]
pub struct FrozenArticle {
    pub url: String,
    pub language: Language,
    pub section: String,
    pub title: Line,
    pub standfirst: String,
    pub authors: Vec<String>,
    pub image_url: Option<String>,
    pub image_alt: String,
    pub reading_minutes: i32,
}

impl From<&Article> for FrozenArticle {
    fn from(article: &Article) -> Self {
        Self {
            url: article.url.clone(),
            language: article.language.clone(),
            section: article.section.clone(),
            title: article.title.clone(),
            standfirst: article.standfirst.clone(),
            authors: article.authors.clone(),
            image_url: article.image_url.clone(),
            image_alt: article.image_alt.clone(),
            reading_minutes: article.reading_minutes,
        }
    }
}

impl FrozenArticle {
    /// The article as it was: `now` with everything that an edition shows of it.
    #[must_use]
    pub fn restore(self, now: Article) -> Article {
        Article {
            url: self.url,
            language: self.language,
            section: self.section,
            title: self.title,
            standfirst: self.standfirst,
            authors: self.authors,
            image_url: self.image_url,
            image_alt: self.image_alt,
            reading_minutes: self.reading_minutes,
            ..now
        }
    }
}

impl ToSql<Jsonb, Pg> for FrozenArticle {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
        let json = serde_json::to_value(self)?;
        ToSql::<Jsonb, Pg>::to_sql(&json, &mut out.reborrow())
    }
}

impl FromSql<Jsonb, Pg> for FrozenArticle {
    fn from_sql(bytes: PgValue<'_>) -> diesel::deserialize::Result<Self> {
        let json = <serde_json::Value as FromSql<Jsonb, Pg>>::from_sql(bytes)?;
        Ok(serde_json::from_value(json)?)
    }
}
