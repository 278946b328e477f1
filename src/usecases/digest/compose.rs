//! One slot becomes editions: one for the readers with the common mark, and one for each further selection.

use std::collections::{BTreeSet, HashMap};

use diesel::PgConnection;
use jiff::Timestamp;

use super::choose::{self, Plan, Pool};
use super::freeze::{bare_edition, blocked, frozen, skipped};
use super::{Context, Error, deadline};
use crate::domain::edition::{Edition, EditionKind, NewEdition, SkipReason, Window};
use crate::domain::id::{ArticleId, EditionId};
use crate::domain::look::Look;
use crate::domain::newsletter::Newsletter;
use crate::domain::rhythm::{Rhythm, RhythmKind};
use crate::domain::schedule::Slot;
use crate::domain::selection::Selection;
use crate::store::recipients::{self, Audience, Deviation};
use crate::store::{address_checks, editions, looks, rhythms};

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

    pub(super) fn min(&self) -> usize {
        min(self.newsletter, self.rhythm)
    }
}

/// Fewer articles make no edition. Whoever wants everything at once does not wait for a second article.
pub(super) fn min(newsletter: &Newsletter, rhythm: Option<&Rhythm>) -> usize {
    match rhythm {
        Some(rhythm) if rhythm.kind == RhythmKind::AsPublished => 1,
        _ => usize::try_from(newsletter.min_articles).unwrap_or(0),
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
    leave_out(conn, order, &pool, &deviations)?;
    match main.edition {
        Some(id) => told(conn, order, id, made.readers.len()),
        None => Ok(None),
    }
}

/// Notes what somebody would have got, were it not gone. At the end, when everything else that others could hold is locked: the
/// rhythms of a newsletter share these rows.
fn leave_out(
    conn: &mut PgConnection,
    order: &Order<'_>,
    pool: &Pool,
    deviations: &[Deviation],
) -> Result<(), Error> {
    let common = Deviation::default();
    let all = deviations.iter().chain([&common]);
    let gone: BTreeSet<ArticleId> = all
        .flat_map(|deviation| pool.gone(deviation))
        .map(|article| article.id)
        .collect();
    let gone: Vec<ArticleId> = gone.into_iter().collect();
    let newsletter = order.newsletter.id;
    Ok(address_checks::leave_out(
        conn,
        newsletter,
        &gone,
        order.window.until,
    )?)
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
    let mut bare = bare_edition(plan.now, order, order.window, 0);
    let id = bare.id;
    let main = |edition, is_advanced| Main {
        edition,
        is_advanced,
    };
    let common = Deviation::default();
    let selected = pool.select(plan, &common);
    bare.warnings = pool.warnings(&common, selected.as_ref().ok());
    let selection = match selected {
        Ok(selection) => selection,
        Err(reason) if is_own_rhythm => {
            return Ok(Some(main(None, reason == SkipReason::NoArticles)));
        }
        Err(reason) => {
            let warnings = bare.warnings.clone();
            let skipped = skipped(bare, plan.now, reason, warnings);
            return Ok(editions::insert(conn, skipped)?.then_some(main(Some(id), false)));
        }
    };
    match add(conn, bare, order, selection, context)? {
        Added::Taken => return Ok(None),
        Added::Blocked => return Ok(Some(main(Some(id), false))),
        Added::New(key) => made.by_selection.insert(key, id),
    };
    let others: Vec<_> = deviations
        .iter()
        .flat_map(|deviation| &deviation.readers)
        .copied()
        .collect();
    let count = recipients::queue_common(conn, id, plan.audience, &others)?;
    made.readers.insert(id, count);
    Ok(Some(main(Some(id), true)))
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
    // What is not sent stays due.
    let stays = |conn: &mut PgConnection| -> Result<(), Error> {
        if is_advanced || deviation.mark.is_some() {
            recipients::set_marks(conn, &deviation.readers, Some(pool.from(deviation)))?;
        }
        Ok(())
    };
    let selection = match pool.select(plan, deviation) {
        Ok(selection) => selection,
        // Nothing was due: as if it had been sent.
        Err(SkipReason::NoArticles) => {
            if is_advanced {
                recipients::set_marks(conn, &deviation.readers, None)?;
            }
            return Ok(());
        }
        // Too few.
        Err(_) => return stays(conn),
    };
    let key = shown(&selection);
    let id = if let Some(id) = made.by_selection.get(&key) {
        *id
    } else {
        let window = Window {
            from: pool.from(deviation),
            until: order.window.until,
        };
        let mut bare = bare_edition(plan.now, order, window, made.next_variant);
        bare.warnings = pool.warnings(deviation, Some(&selection));
        let id = bare.id;
        made.next_variant = made.next_variant.saturating_add(1);
        match add(conn, bare, order, selection, context)? {
            Added::Taken | Added::Blocked => return stays(conn),
            Added::New(key) => made.by_selection.insert(key, id),
        };
        id
    };
    let count = recipients::queue_deviating(conn, id, deviation, mark)?;
    *made.readers.entry(id).or_default() += count;
    Ok(())
}

/// What became of a new edition.
enum Added {
    /// It is there, with these articles.
    New(Vec<ArticleId>),
    /// Its slot has one already.
    Taken,
    /// It cannot be made; why is written down.
    Blocked,
}

/// Freezes an edition and notes its articles.
fn add(
    conn: &mut PgConnection,
    bare: NewEdition,
    order: &Order<'_>,
    selection: Selection,
    context: &Context<'_>,
) -> Result<Added, Error> {
    let (id, now) = (bare.id, bare.created_at);
    // By what was chosen: what the size made of it is the same for the same choice.
    let key = shown(&selection);
    let look = looks::find(conn, order.newsletter.id)?;
    let look = look.unwrap_or_else(|| Look::plain(order.newsletter.id, now));
    let (mut edition, selection) = match frozen(&bare, order, &look, selection, context) {
        Ok(frozen) => frozen,
        Err(unfrozen) => {
            let blocked = blocked(bare, now, order.newsletter, &unfrozen);
            let is_new = editions::insert(conn, blocked)?;
            return Ok(if is_new { Added::Blocked } else { Added::Taken });
        }
    };
    edition.warnings = [bare.warnings, edition.warnings].concat();
    if !editions::insert(conn, edition)? {
        return Ok(Added::Taken);
    }
    crate::fault::point("k1");
    editions::insert_articles(conn, id, &selection.placements())?;
    crate::fault::point("k2");
    Ok(Added::New(key))
}

fn shown(selection: &Selection) -> Vec<ArticleId> {
    selection.shown().map(|article| article.id).collect()
}
