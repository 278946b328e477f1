//! What would be sent at an instant, and why: the same choice and the same rendering as the real run, without a write.

use std::collections::HashMap;

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};

use super::choose::{self, Plan, Pool};
use super::compose::Order;
use super::freeze::{material, reason};
use super::{Context, Error, local, window};
use crate::domain::article::Article;
use crate::domain::choice::Verdict;
use crate::domain::edition::{EditionKind, SkipReason, Window};
use crate::domain::id::{ArticleId, EditionId, SubscriberId, SubscriptionId};
use crate::domain::look::Look;
use crate::domain::newsletter::Newsletter;
use crate::domain::rhythm::{Rhythm, RhythmKind};
use crate::domain::schedule::Slot;
use crate::domain::selection::{Placement, Selection};
use crate::domain::slug::Slug;
use crate::domain::subscription::SubscriptionStatus;
use crate::mail::email::Rendered;
use crate::mail::freeze::{Unfrozen, freeze};
use crate::mail::splice;
use crate::store::recipients::{self, Deviation};
use crate::store::{articles, looks, newsletters, rhythms, subscribers, subscriptions};

/// How far back articles are explained that were not due.
const EXPLAINED: SignedDuration = SignedDuration::from_hours(24 * 14);
/// The most articles that are explained, the newest of them.
const MAX_EXPLAINED: i64 = 500;

/// Why an article is in the mail, or is not.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The article.
    pub article: Article,
    /// Whether it may enter.
    pub verdict: Verdict,
    /// Where it stands.
    pub placement: Option<Placement>,
}

/// What would be sent.
#[derive(Debug, Clone)]
pub struct Simulation {
    /// Of which newsletter.
    pub newsletter: Newsletter,
    /// The reader's own rhythm.
    pub rhythm: Option<Rhythm>,
    /// What became available in it is due.
    pub window: Window,
    /// The mail, or why there is none.
    pub mail: Result<Rendered, SkipReason>,
    /// Each article of the last two weeks, the newest first.
    pub articles: Vec<Explained>,
}

/// Whose mail it is.
struct Recipient {
    subscription: Option<SubscriptionId>,
    rhythm: Option<Rhythm>,
    address: String,
}

/// What would be sent at `at` to `subscriber`, or to a reader who has had all before, with the articles that are known now.
///
/// # Errors
/// [`Error::NotFound`], [`Error::NoReader`] when the subscriber does not get the newsletter.
pub fn simulate(
    conn: &mut PgConnection,
    slug: &Slug,
    at: Timestamp,
    subscriber: Option<SubscriberId>,
    context: &Context<'_>,
) -> Result<Simulation, Error> {
    let newsletter = newsletters::find_by_slug(conn, slug)?.ok_or(Error::NotFound)?;
    let recipient = recipient(conn, &newsletter, subscriber)?;
    let order = order(conn, &newsletter, recipient.rhythm.as_ref(), at, context)?;
    let plan = Plan {
        now: at,
        newsletter: &newsletter,
        audience: order.audience(),
        window: order.window,
        horizon: choose::horizon(conn, &newsletter, order.window, context.settings)?,
        min: order.min(),
    };
    let pool = Pool::load(conn, plan)?;
    let deviation = match recipient.subscription {
        Some(_) => recipients::deviations(
            conn,
            plan.audience,
            plan.horizon,
            pool.suspects(),
            recipient.subscription,
        )?
        .pop(),
        None => None,
    };
    let deviation = deviation.unwrap_or_default();
    let selected = pool.select(plan, &deviation);
    let articles = explain(conn, plan, &pool, &deviation, selected.as_ref().ok())?;
    let look = looks::find(conn, newsletter.id)?;
    let look = look.unwrap_or_else(|| Look::plain(newsletter.id, at));
    let mail = selected.and_then(|selection| {
        mail(&order, &look, selection, recipient.address, context)
            .map_err(|unfrozen| reason(&unfrozen))
    });
    let window = Window {
        from: pool.from(&deviation),
        until: order.window.until,
    };
    Ok(Simulation {
        mail,
        articles,
        window,
        rhythm: recipient.rhythm,
        newsletter,
    })
}

fn recipient(
    conn: &mut PgConnection,
    newsletter: &Newsletter,
    subscriber: Option<SubscriberId>,
) -> Result<Recipient, Error> {
    let Some(id) = subscriber else {
        return Ok(Recipient {
            subscription: None,
            rhythm: None,
            address: "[address]".to_owned(),
        });
    };
    let address = subscribers::find(conn, id)?.ok_or(Error::NoReader)?.address;
    let found = subscriptions::all_of(conn, id)?.into_iter();
    let mut found = found.map(|(subscription, _)| subscription);
    let subscription = found
        .find(|one| one.newsletter_id == newsletter.id && one.status == SubscriptionStatus::Active)
        .ok_or(Error::NoReader)?;
    let rhythm = match subscription.rhythm_id {
        Some(id) => rhythms::find_all(conn, &[id])?.pop(),
        None => None,
    };
    Ok(Recipient {
        subscription: Some(subscription.id),
        rhythm,
        address: address.as_str().to_owned(),
    })
}

pub(super) fn order<'a>(
    conn: &mut PgConnection,
    newsletter: &'a Newsletter,
    rhythm: Option<&'a Rhythm>,
    at: Timestamp,
    context: &Context<'_>,
) -> Result<Order<'a>, Error> {
    let is_published = rhythm.is_some_and(|rhythm| rhythm.kind == RhythmKind::AsPublished);
    let rest = context.settings.as_published_pause();
    let until = if is_published {
        at.saturating_sub(rest).unwrap_or(at)
    } else {
        at
    };
    let slot = Slot {
        local: local(newsletter, until),
        due_at: until,
    };
    let window = match rhythm {
        Some(rhythm) => Window {
            from: rhythm.sent_until.min(until),
            until,
        },
        None => window(conn, newsletter, slot, context.settings)?,
    };
    Ok(Order {
        newsletter,
        kind: EditionKind::Scheduled,
        slot,
        rhythm,
        window,
    })
}

fn mail(
    order: &Order<'_>,
    look: &Look,
    selection: Selection,
    address: String,
    context: &Context<'_>,
) -> Result<Rendered, Unfrozen> {
    // There is no edition, so its page has an address that leads nowhere.
    let id = EditionId::from(uuid::Uuid::nil());
    let frozen = freeze(
        &material(id, order.slot.local.date(), order.newsletter, look, context),
        selection,
    )?;
    let parts = splice::Parts {
        address,
        subscribed_on: "[date]".to_owned(),
        // A link that works must not leave for a look.
        unsubscribe_url: "[link]".to_owned(),
        preferences_url: "[link]".to_owned(),
        is_test: false,
    };
    Ok(Rendered {
        subject: frozen.subject,
        text: parts.fill(&frozen.text, false),
        html: parts.fill(&frozen.html, true),
    })
}

/// Says of each article of the last weeks, and of each that is due, why it is in or out.
fn explain(
    conn: &mut PgConnection,
    plan: Plan<'_>,
    pool: &Pool,
    deviation: &Deviation,
    selection: Option<&Selection>,
) -> Result<Vec<Explained>, Error> {
    let placements = selection.map(Selection::placements).unwrap_or_default();
    let placed: HashMap<ArticleId, Placement> = placements
        .into_iter()
        .map(|(article, placement)| (article.id, placement))
        .collect();
    let since = plan.window.until.saturating_sub(EXPLAINED);
    let mut known = articles::newest(conn, since.unwrap_or(plan.horizon), MAX_EXPLAINED)?;
    let due = pool.due(deviation);
    let is_due = |article: &Article| due.iter().any(|one| one.id == article.id);
    let gone = pool.gone(deviation);
    let is_gone = |article: &Article| gone.iter().any(|one| one.id == article.id);
    for article in due.iter().chain(gone.iter().copied()) {
        if known.iter().all(|one| one.id != article.id) {
            known.push(article.clone());
        }
    }
    known.sort_by_key(|article| std::cmp::Reverse((article.available_at, article.id)));
    let verdict = |article: &Article| match choose::verdict(plan.newsletter, article, plan.now) {
        Verdict::Fits if placed.get(&article.id) == Some(&Placement::LeftOut) => {
            Verdict::OverMaximum
        }
        Verdict::Fits if is_gone(article) => Verdict::Gone,
        Verdict::Fits if is_due(article) => Verdict::Fits,
        Verdict::Fits if deviation.had.contains(&article.id) => Verdict::HadBefore,
        Verdict::Fits if article.available_at >= plan.window.until => Verdict::AfterCut,
        Verdict::Fits => Verdict::BeforeMark,
        other => other,
    };
    Ok(known
        .into_iter()
        .map(|article| Explained {
            verdict: verdict(&article),
            placement: placed.get(&article.id).copied(),
            article,
        })
        .collect())
}
