//! Articles whose addresses are gone: what was found out about them is stored, and composing only reads it.

use std::collections::{BTreeMap, HashMap};

use diesel::PgConnection;
use jiff::Timestamp;

use super::Error;
use crate::domain::address_check::{AddressCheck, AddressOutcome, MAX_ASKED, WantedAddress};
use crate::domain::article::Article;
use crate::domain::id::ArticleId;
use crate::domain::selection::Selection;
use crate::store::address_checks;

/// The most warnings of one edition; the others are counted.
const MAX_WARNINGS: usize = 20;

/// What is known of the addresses of the articles that could enter an edition.
#[derive(Default)]
pub(super) struct Addresses {
    /// Those that answered 404 or 410.
    gone: BTreeMap<ArticleId, Article>,
    /// What each answered last.
    checks: HashMap<ArticleId, AddressCheck>,
}

impl Addresses {
    /// Takes what is gone out of `fitting`.
    pub(super) fn sort_out(
        conn: &mut PgConnection,
        fitting: &mut BTreeMap<ArticleId, Article>,
    ) -> Result<Self, Error> {
        let ids: Vec<ArticleId> = fitting.keys().copied().collect();
        let mut all = Self::default();
        for check in address_checks::find_all(conn, &ids)? {
            let id = check.article_id;
            let article = fitting.get(&id);
            if article.is_none_or(|article| !check.is_of(article)) {
                continue;
            }
            if check.outcome == AddressOutcome::Gone
                && let Some(article) = fitting.remove(&id)
            {
                all.gone.insert(id, article);
            }
            all.checks.insert(id, check);
        }
        Ok(all)
    }

    /// The articles that are gone.
    pub(super) fn gone(&self) -> impl Iterator<Item = &Article> {
        self.gone.values()
    }

    /// The addresses of the newest articles, of these and of those that were gone, that were not asked just now.
    pub(super) fn wanted<'a>(
        &'a self,
        fitting: impl Iterator<Item = &'a Article>,
        now: Timestamp,
    ) -> Vec<WantedAddress> {
        let mut all: Vec<&Article> = fitting.chain(self.gone.values()).collect();
        all.sort_by_key(|article| std::cmp::Reverse((article.available_at, article.id)));
        all.truncate(MAX_ASKED);
        let is_stale = |article: &&Article| {
            let check = self.checks.get(&article.id);
            check.is_none_or(|check| !check.is_fresh(now))
        };
        all.into_iter()
            .filter(is_stale)
            .map(|article| WantedAddress {
                article: article.id,
                url: article.url.clone(),
            })
            .collect()
    }

    /// A line on each of `gone`, and on each article of `selection` of which nobody knows.
    pub(super) fn warnings(
        &self,
        gone: Vec<&Article>,
        selection: Option<&Selection>,
    ) -> Vec<String> {
        let detail = |article: &Article| {
            let check = self.checks.get(&article.id);
            check.map_or("", |check| check.detail.as_str())
        };
        let left_out = gone.into_iter().map(|article| {
            let (title, why) = (article.title.as_str(), detail(article));
            format!("article {title:?} was left out: its address {why}")
        });
        let is_unclear = |article: &&Article| {
            let check = self.checks.get(&article.id);
            check.is_some_and(|check| check.outcome == AddressOutcome::Unclear)
        };
        let shown = selection.into_iter().flat_map(Selection::shown);
        let unclear = shown.filter(is_unclear).map(|article| {
            let (title, why) = (article.title.as_str(), detail(article));
            format!("article {title:?} was kept, but may be gone: its address {why}")
        });
        let mut warnings: Vec<String> = left_out.chain(unclear).collect();
        let more = warnings.len().saturating_sub(MAX_WARNINGS);
        if more > 0 {
            warnings.truncate(MAX_WARNINGS);
            warnings.push(format!("{more} more articles are gone, or may be gone"));
        }
        warnings
    }
}
