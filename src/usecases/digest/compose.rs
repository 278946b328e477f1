//! One slot becomes editions: one for the readers with the common mark, and one for each further selection.

use std::collections::HashMap;

use diesel::PgConnection;
use jiff::Timestamp;

use super::choose::{self, Plan, Pool};
use super::freeze::{bare_edition, frozen};
use super::{Context, Error, deadline};
use crate::domain::edition::{Edition, EditionKind, EditionStatus, NewEdition, SkipReason, Window};
use crate::domain::id::{ArticleId, EditionId};
use crate::domain::newsletter::Newsletter;
use crate::domain::rhythm::{Rhythm, RhythmKind};
use crate::domain::schedule::Slot;
use crate::domain::selection::Selection;
use crate::store::recipients::{self, Audience, Deviation};
use crate::store::{editions, rhythms};

/// What is to be composed.
pub(super) struct Order<'a> {
    pub(super) newsletter: &'a Newsletter,
    pub(super) kind: EditionKind,
    pub(super) slot: Slot,
    /// For the readers with this rhythm; `None`: for those who follow the newsletter's schedule.
    pub(super) rhythm: Option<&'a Rhythm>,
    /// The window of those with the common mark.
    pub(super) window: Window,
}

impl Order<'_> {
    pub(super) fn audience(&self) -> Audience {
        Audience {
            newsletter: self.newsletter.id,
            rhythm: self.rhythm.map(|rhythm| rhythm.id),
        }
    }

    /// Whoever wants everything at once does not wait for a second article.
    pub(super) fn min(&self) -> usize {
        match self.rhythm {
            Some(rhythm) if rhythm.kind == RhythmKind::AsPublished => 1,
            _ => usize::try_from(self.newsletter.min_articles).unwrap_or(0),
        }
    }
}

/// Editions in the making, and how many readers each has.
struct Made {
    readers: HashMap<EditionId, usize>,
    /// By the articles that are shown, in the order of reading.
    by_selection: HashMap<Vec<ArticleId>, EditionId>,
    next_variant: i16,
}

/// Composes what `order` says. `None` when the slot has an edition already, or a rhythm had nothing to send.
pub(super) fn compose(
    conn: &mut PgConnection,
    now: Timestamp,
    order: &Order<'_>,
    context: &Context<'_>,
) -> Result<Option<Edition>, Error> {
    let audience = order.audience();
    let plan = Plan {
        now,
        newsletter: order.newsletter,
        audience,
        window: order.window,
        horizon: choose::horizon(conn, order.newsletter, order.window, context.settings)?,
        min: order.min(),
    };
    let pool = Pool::load(conn, plan)?;
    let deviations = recipients::deviations(conn, audience, plan.horizon, pool.suspects(), None)?;
    let mut made = Made {
        readers: HashMap::new(),
        by_selection: HashMap::new(),
        next_variant: 1,
    };
    let Some(main) = compose_common(conn, order, context, (plan, &pool, &deviations), &mut made)?
    else {
        return Ok(None);
    };
    let is_advanced = main.is_advanced;
    for deviation in &deviations {
        let own = (plan, &pool, deviation);
        compose_deviating(conn, order, context, own, is_advanced, &mut made)?;
    }
    if let Some(rhythm) = order.rhythm.filter(|_| is_advanced) {
        rhythms::update(conn, rhythm.id, rhythm.next_due_at, order.window.until)?;
    }
    for (id, count) in &made.readers {
        let count = i32::try_from(*count).unwrap_or(i32::MAX);
        editions::set_recipients(conn, *id, count, now)?;
        let deadline_at = deadline(order.newsletter, order.kind, order.slot);
        super::plan_send(conn, now, *id, deadline_at, context.settings)?;
    }
    match main.edition {
        Some(id) => told(conn, order, id, made.readers.len()),
        None => Ok(None),
    }
}

fn told(
    conn: &mut PgConnection,
    order: &Order<'_>,
    id: EditionId,
    selections: usize,
) -> Result<Option<Edition>, Error> {
    let edition = editions::find(conn, id)?;
    if let Some(edition) = &edition {
        tracing::info!(
            edition = %id, newsletter = %order.newsletter.slug, status = %edition.status, selections,
            articles = edition.article_count, readers = edition.recipient_count, "edition composed"
        );
    }
    Ok(edition)
}

/// What became of the readers with the common mark.
struct Main {
    edition: Option<EditionId>,
    /// Whether their mark is now the end of the window.
    is_advanced: bool,
}

type Common<'a> = (Plan<'a>, &'a Pool, &'a [Deviation]);

/// The edition of the readers with the common mark; `None` when the slot has it already.
fn compose_common(
    conn: &mut PgConnection,
    order: &Order<'_>,
    context: &Context<'_>,
    (plan, pool, deviations): Common<'_>,
    made: &mut Made,
) -> Result<Option<Main>, Error> {
    let is_own_rhythm = order.rhythm.is_some();
    if is_own_rhythm && !recipients::any_common(conn, plan.audience)? {
        // Nobody depends on the mark, and those who follow may take it over.
        return Ok(Some(Main {
            edition: None,
            is_advanced: true,
        }));
    }
    let bare = bare_edition(plan.now, order, order.window, 0);
    let id = bare.id;
    let selection = match pool.select(plan, &Deviation::default()) {
        Ok(selection) => selection,
        Err(reason) if is_own_rhythm => {
            let is_advanced = reason == SkipReason::NoArticles;
            return Ok(Some(Main {
                edition: None,
                is_advanced,
            }));
        }
        Err(reason) => {
            let skipped = NewEdition {
                status: EditionStatus::Skipped,
                skip_reason: Some(reason),
                completed_at: Some(plan.now),
                ..bare
            };
            let main = Main {
                edition: Some(id),
                is_advanced: false,
            };
            return Ok(editions::insert(conn, skipped)?.then_some(main));
        }
    };
    if !add(conn, &bare, order, &selection, context)? {
        return Ok(None);
    }
    let others: Vec<_> = deviations
        .iter()
        .flat_map(|deviation| &deviation.readers)
        .copied()
        .collect();
    let count = recipients::queue_common(conn, id, plan.audience, &others)?;
    made.readers.insert(id, count);
    made.by_selection.insert(shown(&selection), id);
    Ok(Some(Main {
        edition: Some(id),
        is_advanced: true,
    }))
}

/// The edition of readers who differ in the same way, where there is something for them.
fn compose_deviating(
    conn: &mut PgConnection,
    order: &Order<'_>,
    context: &Context<'_>,
    (plan, pool, deviation): (Plan<'_>, &Pool, &Deviation),
    is_advanced: bool,
    made: &mut Made,
) -> Result<(), Error> {
    // Whoever is served up to the end of the window has the common mark from now on, if that is there, too.
    let mark = (!is_advanced).then_some(order.window.until);
    let selection = match pool.select(plan, deviation) {
        Ok(selection) => selection,
        // Nothing was due: as if it had been sent.
        Err(SkipReason::NoArticles) => {
            if is_advanced {
                recipients::set_marks(conn, &deviation.readers, None)?;
            }
            return Ok(());
        }
        // Too few: they stay due.
        Err(_) => {
            if is_advanced || deviation.mark.is_some() {
                let from = pool.from(deviation);
                recipients::set_marks(conn, &deviation.readers, Some(from))?;
            }
            return Ok(());
        }
    };
    let key = shown(&selection);
    let id = if let Some(id) = made.by_selection.get(&key) {
        *id
    } else {
        let window = Window {
            from: pool.from(deviation),
            until: order.window.until,
        };
        let bare = bare_edition(plan.now, order, window, made.next_variant);
        made.next_variant = made.next_variant.saturating_add(1);
        if !add(conn, &bare, order, &selection, context)? {
            return Ok(());
        }
        made.by_selection.insert(key, bare.id);
        bare.id
    };
    let count = recipients::queue_deviating(conn, id, deviation, mark)?;
    *made.readers.entry(id).or_default() += count;
    Ok(())
}

/// Freezes an edition and notes its articles; `false` when its slot has one.
fn add(
    conn: &mut PgConnection,
    bare: &NewEdition,
    order: &Order<'_>,
    selection: &Selection,
    context: &Context<'_>,
) -> Result<bool, Error> {
    let edition = frozen(bare, order.newsletter, selection, context)?;
    if !editions::insert(conn, edition)? {
        return Ok(false);
    }
    crate::fault::point("k1");
    let placements: Vec<_> = selection
        .placements()
        .into_iter()
        .map(|(article, placement)| (article.id, placement))
        .collect();
    editions::insert_articles(conn, bare.id, &placements)?;
    crate::fault::point("k2");
    Ok(true)
}

fn shown(selection: &Selection) -> Vec<ArticleId> {
    selection.shown().map(|article| article.id).collect()
}
