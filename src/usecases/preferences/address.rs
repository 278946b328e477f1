//! A reader moves to another address: both mailboxes are told, the new one decides, the old one can stop it.
//!
//! Subscriptions, marks, history and the links of old newsletters stay as they are: the address is one column of one row.

use diesel::PgConnection;
use jiff::Timestamp;

use super::link::may_write;
use super::{Error, is_confirmed, open_mailed, record, said, scribe};
use crate::config;
use crate::domain::consent::{ConsentAction, Press};
use crate::domain::delivery::{DeliveryKind, NewDelivery};
use crate::domain::email_address::EmailAddress;
use crate::domain::id::ReaderLinkId;
use crate::domain::language::Language;
use crate::domain::link_token::{LinkKeys, Purpose, UncheckedToken};
use crate::domain::reader_link::{ReaderLink, ReaderLinkKind};
use crate::i18n::Words;
use crate::store::{self, deliveries, erasures, reader_links, subscribers, subscriptions};

/// Where a change of address stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeState {
    /// The button decides.
    Ready,
    /// It was confirmed.
    Done,
    /// It was stopped.
    Stopped,
    /// Too late.
    Expired,
    /// The new address became another reader's, or must not be written to.
    Taken,
}

/// The page behind a link about a change of address.
#[derive(Debug, Clone)]
pub struct ShownChange {
    /// Where it stands.
    pub state: ChangeState,
    /// The new address.
    pub new_address: EmailAddress,
    /// The language in which it was asked for.
    pub language: Language,
}

/// Asks both mailboxes. Whoever asks hears the same, whatever is known about the new address: when it is a reader's, that
/// reader is told where to find what is theirs; when it must not be written to, it is not.
///
/// # Errors
/// [`Error::NeedsMailedLink`] and what [`super::show`] says.
pub fn ask_for_change(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Signup,
    keys: &LinkKeys,
    token: &str,
    new_address: &EmailAddress,
) -> Result<(), Error> {
    let access = open_mailed(conn, now, keys, token)?;
    let subscriber = subscribers::lock(conn, access.subscriber.id)?.ok_or(Error::UnknownLink)?;
    let is_same = subscriber.address_key == new_address.key();
    if is_same || !may_write(conn, now, settings, subscriber.id, DeliveryKind::AddressOld)? {
        return Ok(());
    }
    let language = access.language;
    let link = ReaderLink::to_address(now, subscriber.id, language.clone(), new_address.clone());
    let to_old = NewDelivery::about_link(now, DeliveryKind::AddressOld, subscriber.id, &link);
    let to_new = NewDelivery::about_link(now, DeliveryKind::AddressNew, subscriber.id, &link);
    reader_links::insert(conn, link)?;
    if !access.is_suppressed {
        deliveries::insert(conn, to_old)?;
    }
    if is_suppressed(conn, keys, new_address)? {
        return Ok(());
    }
    match subscribers::find_by_address(conn, new_address)? {
        None => deliveries::insert(conn, to_new)?,
        Some(other) => {
            if may_write(conn, now, settings, other.id, DeliveryKind::AddressTaken)? {
                let link = ReaderLink::to_preferences(now, other.id, language);
                let kind = DeliveryKind::AddressTaken;
                let told = NewDelivery::about_link(now, kind, other.id, &link);
                reader_links::insert(conn, link)?;
                deliveries::insert(conn, told)?;
            }
        }
    }
    Ok(())
}

/// Looks at a change; `purpose` says from which mailbox.
///
/// # Errors
/// [`Error::UnknownLink`].
pub fn look_at(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    purpose: Purpose,
    token: &str,
) -> Result<ShownChange, Error> {
    let link = find(conn, keys, purpose, token)?;
    shown(conn, now, keys, link)
}

/// Moves the reader to the new address; the links to preferences that went to the old one end.
///
/// # Errors
/// [`Error::UnknownLink`]; [`Error::AddressTaken`] when another reader came in between.
pub fn confirm_change(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    words: &Words,
    press: &Press,
) -> Result<ShownChange, Error> {
    let known = find(conn, keys, Purpose::ChangeAddress, &press.token)?;
    let scribe = scribe(now, keys, press);
    subscribers::lock(conn, known.subscriber_id)?.ok_or(Error::UnknownLink)?;
    let link = reader_links::lock(conn, known.id)?.ok_or(Error::UnknownLink)?;
    let before = shown(conn, now, keys, link.clone())?;
    if before.state != ChangeState::Ready {
        return Ok(before);
    }
    let moved = subscribers::set_address(conn, link.subscriber_id, &before.new_address);
    match moved {
        Err(store::Error::Duplicate { .. }) => return Err(Error::AddressTaken),
        other => other?,
    }
    erasures::forget(conn, keys, &before.new_address.key())?;
    reader_links::end_all(conn, link.subscriber_id, now)?;
    for subscription in subscriptions::lock_all_of(conn, link.subscriber_id)? {
        if is_confirmed(&subscription) {
            let text = words.plain(&link.language, "address-confirm-button");
            let action = ConsentAction::Changed;
            record(
                conn,
                scribe,
                subscription.id,
                action,
                &said(words, &link.language, text),
            )?;
        }
    }
    let after = ReaderLink {
        used_at: Some(now),
        ..link
    };
    reader_links::settle(conn, &after)?;
    Ok(ShownChange {
        state: ChangeState::Done,
        ..before
    })
}

/// Stops a change that is not confirmed yet.
///
/// # Errors
/// [`Error::UnknownLink`].
pub fn stop_change(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    token: &str,
) -> Result<ShownChange, Error> {
    let known = find(conn, keys, Purpose::StopAddressChange, token)?;
    let link = reader_links::lock(conn, known.id)?.ok_or(Error::UnknownLink)?;
    let link = if link.used_at.is_none() && link.stopped_at.is_none() {
        let after = ReaderLink {
            stopped_at: Some(now),
            ..link
        };
        reader_links::settle(conn, &after)?;
        after
    } else {
        link
    };
    shown(conn, now, keys, link)
}

fn find(
    conn: &mut PgConnection,
    keys: &LinkKeys,
    purpose: Purpose,
    token: &str,
) -> Result<ReaderLink, Error> {
    let token = UncheckedToken::parse(token).ok_or(Error::UnknownLink)?;
    reader_links::find(conn, ReaderLinkId::from(token.id))?
        .filter(|link| link.kind == ReaderLinkKind::AddressChange)
        .filter(|link| keys.verify(purpose, &token, link.nonce))
        .ok_or(Error::UnknownLink)
}

/// Whether nothing may be sent to the address. One that was only erased may come back: its mailbox confirms.
fn is_suppressed(
    conn: &mut PgConnection,
    keys: &LinkKeys,
    address: &EmailAddress,
) -> Result<bool, Error> {
    Ok(erasures::standing(conn, keys, &address.key())?.is_suppressed())
}

fn shown(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    link: ReaderLink,
) -> Result<ShownChange, Error> {
    let is_expired = link.is_expired(now);
    let new_address = link.new_address.ok_or(Error::UnknownLink)?;
    let state = if link.used_at.is_some() {
        ChangeState::Done
    } else if link.stopped_at.is_some() {
        ChangeState::Stopped
    } else if is_expired {
        ChangeState::Expired
    } else if is_suppressed(conn, keys, &new_address)?
        || subscribers::find_by_address(conn, &new_address)?.is_some()
    {
        ChangeState::Taken
    } else {
        ChangeState::Ready
    };
    Ok(ShownChange {
        state,
        new_address,
        language: link.language,
    })
}
