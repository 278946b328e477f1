//! An attack of machines on the sign-up: noticed or declared, told to the newsroom once, over by itself or by hand, and cleaned up
//! after with one call.
//!
//! While there is one, each sign-up needs a proof of work. What came in before that stays in the database as readers who never
//! confirm; [`purge`] removes them, and only them. That somebody asked and nobody confirmed is no consent, so what was noted of it
//! goes with it; what is kept is that a purge took place, from when to when, and how many it removed.

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};

use crate::config;
use crate::domain::delivery::NewDelivery;
use crate::domain::id::AttackId;
use crate::store::{self, attacks, deliveries};

pub use crate::domain::attack::{Attack, Figures};

/// How long an alert is tried: after a day nobody needs it.
const ALERT_LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// How many readers one step of a purge removes, so that no lock is held for long.
const PURGE_STEP: i64 = 1_000;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There was never an attack, so it must be said what to purge.
    #[error("there was no attack; say since when")]
    NoAttack,
    /// The window is empty.
    #[error("since must not be after until")]
    EmptyWindow,
    /// The database failed.
    #[error("cannot read or write attacks")]
    Store(#[from] store::Error),
}

/// How things stand.
#[derive(Debug, Clone)]
pub struct Status {
    /// Whether sign-ups are under attack.
    pub is_on: bool,
    /// The attack that is on, or the last one.
    pub attack: Option<Attack>,
    /// What is seen at present.
    pub figures: Figures,
    /// From how many requests in the window on it would be an attack.
    pub threshold: i64,
}

/// What came of looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// All is as before.
    None,
    /// An attack began.
    Began,
    /// The attack is over.
    Ended,
}

/// Whom to purge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Readers whom nobody knew before this.
    pub since: Timestamp,
    /// And who asked until then.
    pub until: Timestamp,
}

/// Looks whether an attack begins or is over, and tells the newsroom of one that begins.
///
/// # Errors
/// Database errors.
pub fn observe(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Attack,
) -> Result<Change, Error> {
    let figures = attacks::figures(conn, now, settings.window())?;
    let rules = settings.rules();
    let Some(open) = attacks::lock_open(conn)? else {
        if settings.automatic && rules.begins(&figures) {
            let attack = new_attack(now, settings, figures, None, false);
            return begin_new(conn, now, settings, &attack);
        }
        return Ok(Change::None);
    };
    if rules.goes_on(&figures) {
        let attack = Attack {
            high_at: now,
            ..open
        };
        attacks::update(conn, &attack)?;
        return Ok(Change::None);
    }
    let is_calm = now.duration_since(open.high_at) >= settings.calm();
    if open.is_manual || !is_calm {
        return Ok(Change::None);
    }
    finish(conn, now, open)?;
    Ok(Change::Ended)
}

/// Declares an attack; one that is on is now the declared one, which only a person ends.
///
/// # Errors
/// Database errors.
pub fn begin(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Attack,
    reason: Option<&str>,
) -> Result<Status, Error> {
    if let Some(open) = attacks::lock_open(conn)? {
        let attack = Attack {
            is_manual: true,
            reason: reason.map(ToOwned::to_owned).or(open.reason.clone()),
            ..open
        };
        attacks::update(conn, &attack)?;
    } else {
        let figures = attacks::figures(conn, now, settings.window())?;
        let attack = new_attack(now, settings, figures, reason, true);
        begin_new(conn, now, settings, &attack)?;
    }
    status(conn, now, settings)
}

/// Ends an attack; if it goes on, it will be noticed again.
///
/// # Errors
/// Database errors.
pub fn end(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Attack,
) -> Result<Status, Error> {
    if let Some(open) = attacks::lock_open(conn)? {
        finish(conn, now, open)?;
    }
    status(conn, now, settings)
}

/// How things stand.
///
/// # Errors
/// Database errors.
pub fn status(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Attack,
) -> Result<Status, Error> {
    let attack = attacks::newest(conn)?;
    let figures = attacks::figures(conn, now, settings.window())?;
    let is_on = attack.as_ref().is_some_and(|attack| {
        let is_recent = now.duration_since(attack.high_at) < settings.calm();
        attack.ended_at.is_none() && (attack.is_manual || is_recent)
    });
    Ok(Status {
        is_on,
        attack,
        threshold: settings.rules().threshold(&figures),
        figures,
    })
}

/// The window to purge: what is asked for, else that of the last attack, from before it was noticed until its end.
///
/// # Errors
/// [`Error::NoAttack`], [`Error::EmptyWindow`], database errors.
pub fn window(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Attack,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<Window, Error> {
    let attack = attacks::newest(conn)?;
    let noticed = attack.as_ref().map(|attack| {
        let began = attack.began_at;
        began.saturating_sub(settings.window()).unwrap_or(began)
    });
    let since = since.or(noticed).ok_or(Error::NoAttack)?;
    let ended = attack.and_then(|attack| attack.ended_at);
    let until = until
        .or(ended.filter(|ended| *ended >= since))
        .unwrap_or(now);
    if since > until {
        return Err(Error::EmptyWindow);
    }
    Ok(Window { since, until })
}

/// How many readers [`purge`] would remove.
///
/// # Errors
/// Database errors.
pub fn count(conn: &mut PgConnection, window: Window) -> Result<i64, Error> {
    Ok(attacks::count_caught(conn, window.since, window.until)?)
}

/// Removes some of those who came in the window and never confirmed; returns how many, 0 when there are no more. Those who
/// confirmed, and those whom we knew before, stay.
///
/// # Errors
/// Database errors.
pub fn purge(conn: &mut PgConnection, window: Window) -> Result<usize, Error> {
    Ok(attacks::purge(
        conn,
        window.since,
        window.until,
        PURGE_STEP,
    )?)
}

/// Keeps on record that a purge removed `subscribers` readers.
///
/// # Errors
/// Database errors.
pub fn note_purge(
    conn: &mut PgConnection,
    now: Timestamp,
    window: Window,
    subscribers: i64,
) -> Result<(), Error> {
    attacks::note_purge(conn, now, window.since, window.until, subscribers)?;
    tracing::warn!(subscribers, since = %window.since, until = %window.until, "sign-ups of an attack were removed");
    Ok(())
}

fn new_attack(
    now: Timestamp,
    settings: &config::Attack,
    figures: Figures,
    reason: Option<&str>,
    is_manual: bool,
) -> Attack {
    Attack {
        id: AttackId::new(now),
        began_at: now,
        high_at: now,
        ended_at: None,
        is_manual,
        reason: reason.map(ToOwned::to_owned),
        window_minutes: i32::try_from(settings.window_minutes).unwrap_or(i32::MAX),
        threshold: settings.rules().threshold(&figures),
        figures,
    }
}

fn begin_new(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Attack,
    attack: &Attack,
) -> Result<Change, Error> {
    // Another server may have noticed it in the same moment.
    if !attacks::insert(conn, attack)? {
        return Ok(Change::None);
    }
    let figures = attack.figures;
    tracing::warn!(
        requests = figures.requests,
        normal = figures.normal,
        threshold = attack.threshold,
        asked = figures.asked,
        confirmed = figures.confirmed,
        is_manual = attack.is_manual,
        "sign-ups are under attack: each needs a proof of work"
    );
    let expires_at = now.saturating_add(ALERT_LIFETIME).unwrap_or(now);
    for address in &settings.alert_to {
        let alert = NewDelivery::attack(now, attack.id, address.clone(), expires_at);
        deliveries::insert(conn, alert)?;
    }
    Ok(Change::Began)
}

fn finish(conn: &mut PgConnection, now: Timestamp, open: Attack) -> Result<(), Error> {
    let attack = Attack {
        ended_at: Some(now),
        ..open
    };
    attacks::update(conn, &attack)?;
    tracing::info!("sign-ups are not under attack any more");
    Ok(())
}
