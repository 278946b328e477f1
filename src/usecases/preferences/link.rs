//! A visitor asks for the link to the preferences of an address.

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};

use super::Error;
use crate::config;
use crate::domain::delivery::{DeliveryKind, NewDelivery};
use crate::domain::email_address::EmailAddress;
use crate::domain::id::SubscriberId;
use crate::domain::language::Language;
use crate::domain::reader_link::ReaderLink;
use crate::store::{deliveries, reader_links, subscribers, suppressions};

/// Mails the link, if the address is a reader's. Whoever asks hears the same in every case. The mail counts among those that
/// strangers can cause, and the same within the cool-down causes no second one.
///
/// # Errors
/// Database errors.
pub fn ask_for_link(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Signup,
    address: &EmailAddress,
    language: &Language,
) -> Result<(), Error> {
    let Some(known) = subscribers::find_by_address(conn, address)? else {
        return Ok(());
    };
    // Whoever asks at the same time waits here, and then sees this mail.
    let Some(subscriber) = subscribers::lock(conn, known.id)? else {
        return Ok(());
    };
    if suppressions::contains(conn, &subscriber.address_key)?
        || !may_write(
            conn,
            now,
            settings,
            subscriber.id,
            DeliveryKind::PreferencesLink,
        )?
    {
        return Ok(());
    }
    let link = ReaderLink::to_preferences(now, subscriber.id, language.clone());
    let delivery =
        NewDelivery::about_link(now, DeliveryKind::PreferencesLink, subscriber.id, &link);
    reader_links::insert(conn, link)?;
    deliveries::insert(conn, delivery)?;
    Ok(())
}

/// Whether one more mail of this kind may go to a subscriber.
pub(super) fn may_write(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Signup,
    subscriber: SubscriberId,
    kind: DeliveryKind,
) -> Result<bool, Error> {
    let day_ago = now
        .saturating_sub(SignedDuration::from_hours(24))
        .unwrap_or(now);
    let cooldown_from = now
        .saturating_sub(settings.confirmation_cooldown())
        .unwrap_or(now);
    let caused = deliveries::caused_by_people(conn, subscriber, day_ago)?;
    let is_told = caused
        .iter()
        .any(|mail| mail.kind == kind && mail.created_at() > cooldown_from);
    Ok(!is_told && !settings.is_reached(caused.len()))
}
