//! What the mails of a batch are about: everything is read before the first of them is made.

use std::collections::HashMap;

use diesel::PgConnection;
use jiff::Timestamp;

use super::Error;
use crate::domain::approval::Approval;
use crate::domain::attack::Attack;
use crate::domain::delivery::{Delivery, DeliveryKind};
use crate::domain::edition::{Edition, FrozenContent};
use crate::domain::id::{AttackId, EditionId, NewsletterId, ReaderLinkId, SignupId, SubscriberId};
use crate::domain::language::Language;
use crate::domain::newsletter::Newsletter;
use crate::domain::reader_link::ReaderLink;
use crate::domain::signup::Signup;
use crate::domain::subscriber::Subscriber;
use crate::domain::subscription::Subscription;
use crate::store::{
    approvals, attacks, editions, newsletters, reader_links, sends, signups, subscribers,
    subscriptions,
};

/// What the mails of a batch are about, read in one statement per table.
pub(super) struct Facts {
    pub(super) subscribers: HashMap<SubscriberId, Subscriber>,
    pub(super) signups: HashMap<SignupId, Signup>,
    pub(super) editions: HashMap<EditionId, (Edition, FrozenContent)>,
    pub(super) newsletters: HashMap<NewsletterId, Newsletter>,
    pub(super) held: HashMap<SignupId, Vec<Subscription>>,
    pub(super) approvals: HashMap<EditionId, (Approval, Timestamp)>,
    pub(super) attacks: HashMap<AttackId, (Attack, Language)>,
    pub(super) links: HashMap<ReaderLinkId, ReaderLink>,
}

impl Facts {
    pub(super) fn load(conn: &mut PgConnection, batch: &[Delivery]) -> Result<Self, Error> {
        let all = |pick: fn(&Delivery) -> Option<SubscriberId>| {
            batch.iter().filter_map(pick).collect::<Vec<_>>()
        };
        let subscribers = subscribers::find_all(conn, &all(|delivery| delivery.subscriber_id))?;
        let ids: Vec<SignupId> = batch
            .iter()
            .filter_map(|delivery| delivery.signup_id)
            .collect();
        let signups = signups::find_all(conn, &ids)?;
        let mut ids: Vec<EditionId> = batch
            .iter()
            .filter_map(|delivery| delivery.edition_id)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let editions = editions::with_content(conn, &ids)?;
        let mut ids: Vec<NewsletterId> = editions
            .iter()
            .map(|(edition, _)| edition.newsletter_id)
            .collect();
        ids.extend(
            signups
                .iter()
                .flat_map(|signup| signup.newsletter_ids.iter().copied()),
        );
        ids.sort_unstable();
        ids.dedup();
        let newsletters = newsletters::find_all(conn, &ids)?;
        let mut held = HashMap::new();
        let already = batch
            .iter()
            .filter(|delivery| delivery.kind == DeliveryKind::AlreadySubscribed);
        for signup in already.filter_map(|delivery| {
            signups
                .iter()
                .find(|signup| Some(signup.id) == delivery.signup_id)
        }) {
            held.insert(
                signup.id,
                subscriptions::lock_of(conn, signup.subscriber_id, &signup.newsletter_ids)?,
            );
        }
        Ok(Self {
            approvals: asked(conn, batch)?,
            attacks: alerts(conn, batch)?,
            links: links(conn, batch)?,
            subscribers: subscribers.into_iter().map(|row| (row.id, row)).collect(),
            signups: signups.into_iter().map(|row| (row.id, row)).collect(),
            editions: editions.into_iter().map(|row| (row.0.id, row)).collect(),
            newsletters: newsletters.into_iter().map(|row| (row.id, row)).collect(),
            held,
        })
    }
}

/// The approvals that mails of a batch ask for, and from when on those editions may be sent.
fn asked(
    conn: &mut PgConnection,
    batch: &[Delivery],
) -> Result<HashMap<EditionId, (Approval, Timestamp)>, Error> {
    let asks = batch
        .iter()
        .filter(|delivery| delivery.kind == DeliveryKind::Approval);
    let ids: Vec<EditionId> = asks.filter_map(|delivery| delivery.edition_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sends = sends::find_all(conn, &ids)?;
    let approvals = approvals::find_all(conn, &ids)?.into_iter();
    let with_start = approvals.filter_map(|approval| {
        let send = sends
            .iter()
            .find(|send| send.edition_id == approval.edition_id)?;
        Some((approval.edition_id, (approval, send.not_before)))
    });
    Ok(with_start.collect())
}

/// The attacks that mails of a batch tell of, in the language of the first newsletter, which the newsroom speaks.
fn alerts(
    conn: &mut PgConnection,
    batch: &[Delivery],
) -> Result<HashMap<AttackId, (Attack, Language)>, Error> {
    let mut found = HashMap::new();
    for id in batch.iter().filter_map(|delivery| delivery.attack_id) {
        let Some(attack) = attacks::find(conn, id)? else {
            continue;
        };
        let first = newsletters::active(conn)?.into_iter().next();
        let language = first.map_or_else(Language::english, |newsletter| newsletter.language);
        found.insert(id, (attack, language));
    }
    Ok(found)
}

fn links(
    conn: &mut PgConnection,
    batch: &[Delivery],
) -> Result<HashMap<ReaderLinkId, ReaderLink>, Error> {
    let ids: Vec<ReaderLinkId> = batch
        .iter()
        .filter_map(|delivery| delivery.reader_link_id)
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = reader_links::find_all(conn, &ids)?;
    Ok(found.into_iter().map(|link| (link.id, link)).collect())
}
