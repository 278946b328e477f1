//! Which articles enter an edition, for the readers with the common mark and for those who differ.

use std::collections::{BTreeMap, HashMap, HashSet};

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};

use super::Error;
use super::gone::Addresses;
use crate::config;
use crate::domain::address_check::WantedAddress;
use crate::domain::article::Article;
use crate::domain::choice::Verdict;
use crate::domain::edition::{SkipReason, Window};
use crate::domain::id::{ArticleId, EditionId};
use crate::domain::newsletter::Newsletter;
use crate::domain::selection::{Arrangement, Selection};
use crate::store::recipients::{self, Audience, Deviation, Suspects};
use crate::store::{address_checks, articles, editions};

/// How many articles are read at a time.
const PAGE: i64 = 500;

/// For whom an edition is made, and over which time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan<'a> {
    pub(super) now: Timestamp,
    pub(super) newsletter: &'a Newsletter,
    pub(super) audience: Audience,
    /// The window of those with the common mark.
    pub(super) window: Window,
    /// Nobody is sent what was available before: the start of the newsletter, or too long ago.
    pub(super) horizon: Timestamp,
    /// Fewer articles make no edition.
    pub(super) min: usize,
}

/// Every article that could enter the edition of somebody.
pub(super) struct Pool {
    /// Those that fit the newsletter, by id.
    fitting: BTreeMap<ArticleId, Article>,
    /// What stood in editions that somebody did not get.
    missed: HashMap<EditionId, Vec<ArticleId>>,
    window: Window,
    horizon: Timestamp,
    /// Those that would fit, were they not gone, and what is not known of the others.
    addresses: Addresses,
    /// When those that were left out before became available at first.
    first_available: HashMap<ArticleId, Timestamp>,
    /// When the edition is made: not before the end of its window.
    made_at: Timestamp,
    suspects: Suspects,
}

/// The horizon: not before the newsletter's first window, and not longer ago than is caught up with.
pub(super) fn horizon(
    conn: &mut PgConnection,
    newsletter: &Newsletter,
    window: Window,
    settings: &config::Digest,
) -> Result<Timestamp, Error> {
    let before_all = newsletter
        .created_at
        .saturating_sub(settings.first_window());
    let before_all = before_all.unwrap_or(newsletter.created_at);
    let first = editions::first_window_start(conn, newsletter.id)?.unwrap_or(before_all);
    let first = first.min(window.from);
    let catch_up = window.until.saturating_sub(settings.catch_up());
    Ok(first.max(catch_up.unwrap_or(first)))
}

impl Pool {
    /// Reads what is available since the oldest mark of anybody in the audience.
    pub(super) fn load(conn: &mut PgConnection, plan: Plan<'_>) -> Result<Self, Error> {
        let oldest = recipients::oldest_mark(conn, plan.audience)?;
        let from = oldest.map_or(plan.window.from, |mark| mark.min(plan.window.from));
        let mut pool = Self {
            fitting: BTreeMap::new(),
            missed: HashMap::new(),
            window: plan.window,
            horizon: plan.horizon,
            addresses: Addresses::default(),
            first_available: HashMap::new(),
            made_at: plan.now.max(plan.window.until),
            suspects: Suspects {
                articles: Vec::new(),
                elsewhere_since: None,
            },
        };
        let window = Window {
            from: from.max(plan.horizon),
            until: plan.window.until,
        };
        pool.read(conn, plan.newsletter, window)?;
        pool.read_missed(conn, plan)?;
        pool.read_left_out(conn, plan, window)?;
        if plan.newsletter.choice.check_addresses {
            pool.addresses = Addresses::sort_out(conn, &mut pool.fitting)?;
        }
        let choice = &plan.newsletter.choice;
        pool.suspects.elsewhere_since = choice
            .no_repeat()
            .and_then(|span: SignedDuration| plan.window.until.saturating_sub(span).ok());
        let is_anywhere = pool.suspects.elsewhere_since.is_some();
        let suspects = pool.fitting.values();
        let suspects = suspects.filter(|article| article.is_back || is_anywhere);
        pool.suspects.articles = suspects.map(|article| article.id).collect();
        Ok(pool)
    }

    fn read(
        &mut self,
        conn: &mut PgConnection,
        newsletter: &Newsletter,
        window: Window,
    ) -> Result<(), Error> {
        let mut after = None;
        loop {
            let page = articles::of_window(conn, window, after, PAGE)?;
            let is_last = i64::try_from(page.len()).unwrap_or(PAGE) < PAGE;
            after = page.last().map(|last| (last.available_at, last.id));
            self.keep(newsletter, page);
            if is_last {
                return Ok(());
            }
        }
    }

    fn keep(&mut self, newsletter: &Newsletter, articles: Vec<Article>) {
        let at = self.made_at;
        let fits = |article: &Article| verdict(newsletter, article, at) == Verdict::Fits;
        let articles = articles.into_iter().filter(fits);
        self.fitting
            .extend(articles.map(|article| (article.id, article)));
    }

    fn read_missed(&mut self, conn: &mut PgConnection, plan: Plan<'_>) -> Result<(), Error> {
        let missed = recipients::missed_articles(conn, plan.audience, plan.horizon)?;
        let mut unread = HashSet::new();
        for (edition, article) in missed {
            self.missed.entry(edition).or_default().push(article);
            if !self.fitting.contains_key(&article) {
                unread.insert(article);
            }
        }
        let unread: Vec<ArticleId> = unread.into_iter().collect();
        let found = articles::find_all(conn, &unread)?;
        // One that is back from an embargo comes when that is over.
        let found = found.into_iter();
        let found = found.filter(|article| article.available_at < self.window.until);
        self.keep(plan.newsletter, found.collect());
        Ok(())
    }

    /// Reads what was left out before because it was gone: if it is there again, it is available since the end of the last
    /// window from which it was left out, which is after the mark of everybody who did not get it.
    fn read_left_out(
        &mut self,
        conn: &mut PgConnection,
        plan: Plan<'_>,
        window: Window,
    ) -> Result<(), Error> {
        let left_out = address_checks::left_out(conn, plan.newsletter.id, window.from)?;
        let unread = left_out.keys().copied();
        let unread: Vec<ArticleId> = unread.filter(|id| !self.fitting.contains_key(id)).collect();
        let found = articles::find_all(conn, &unread)?.into_iter();
        // What is gone for longer than anybody is caught up with is given up.
        let found = found.filter(|article| {
            article.available_at >= self.horizon && article.available_at < self.window.until
        });
        self.keep(plan.newsletter, found.collect());
        for (id, until) in left_out {
            if let Some(article) = self.fitting.get_mut(&id) {
                self.first_available.insert(id, article.available_at);
                article.available_at = article.available_at.max(until);
                article.is_back = true;
            }
        }
        Ok(())
    }

    /// The addresses of all that could be chosen.
    pub(super) fn wanted_addresses(&self, now: Timestamp) -> Vec<WantedAddress> {
        self.addresses.wanted(self.fitting.values(), now)
    }

    /// What those who share `deviation` would get, were it not gone.
    pub(super) fn gone(&self, deviation: &Deviation) -> Vec<&Article> {
        self.due_of(self.addresses.gone(), deviation).collect()
    }

    /// What the newsroom must know of the edition of those who share `deviation`: what is gone, and what is shown although nobody
    /// knows whether its address leads anywhere.
    pub(super) fn warnings(
        &self,
        deviation: &Deviation,
        selection: Option<&Selection>,
    ) -> Vec<String> {
        let from = self.from(deviation);
        let mut gone = self.gone(deviation);
        // Said once, and not of every edition until it is given up.
        gone.retain(|article| {
            let first = self.first_available.get(&article.id);
            first.is_none_or(|first| *first >= from)
        });
        self.addresses.warnings(gone, selection)
    }

    /// What may have reached some readers on another way.
    pub(super) fn suspects(&self) -> &Suspects {
        &self.suspects
    }

    /// The articles of those who share `deviation`, newest first.
    pub(super) fn due(&self, deviation: &Deviation) -> Vec<Article> {
        let due = self.due_of(self.fitting.values(), deviation);
        due.cloned().collect()
    }

    fn due_of<'a>(
        &self,
        articles: impl Iterator<Item = &'a Article>,
        deviation: &Deviation,
    ) -> impl Iterator<Item = &'a Article> {
        let from = self.from(deviation);
        let missed = deviation.missed.iter();
        let missed: HashSet<ArticleId> = missed
            .filter_map(|edition| self.missed.get(edition))
            .flatten()
            .copied()
            .collect();
        let until = self.window.until;
        articles.filter(move |article| {
            let is_new = article.available_at >= from && article.available_at < until;
            (is_new || missed.contains(&article.id)) && !deviation.had.contains(&article.id)
        })
    }

    /// Since when those who share `deviation` have had nothing.
    pub(super) fn from(&self, deviation: &Deviation) -> Timestamp {
        let mark = deviation.mark.unwrap_or(self.window.from);
        mark.max(self.horizon).min(self.window.until)
    }

    /// What those who share `deviation` get.
    pub(super) fn select(
        &self,
        plan: Plan<'_>,
        deviation: &Deviation,
    ) -> Result<Selection, SkipReason> {
        let choice = &plan.newsletter.choice;
        let arrangement = Arrangement {
            min: plan.min,
            max: usize::try_from(plan.newsletter.max_articles).unwrap_or(0),
            full: choice.full_articles(),
            section_order: &choice.section_order,
        };
        Selection::arrange(self.due(deviation), arrangement)
    }
}

/// Whether an article may enter an edition of the newsletter that is made at `at`.
pub(super) fn verdict(newsletter: &Newsletter, article: &Article, at: Timestamp) -> Verdict {
    let language = &newsletter.language;
    newsletter
        .choice
        .verdict(language, &newsletter.topics, article, at)
}
