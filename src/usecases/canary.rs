//! A machine fetches the link of a mail that no person sees.
//!
//! Gateways open every link of a mail before its reader does, some of them with a browser that runs scripts. Whoever fetches the
//! hidden link is one: for ten minutes ([`canary::LIFETIME`]) its network's openings of confirmation pages are not counted,
//! and no page presses its button by itself for it. For that sign-up no page does so for anybody: a gateway opens links from
//! several networks. The button works all the time, for everybody: nobody is shut out, whoever shares a network with whom.
//!
//! Not in digests: nothing that a digest's links do is counted or done by itself, so there is nothing to guard; and
//! hidden links make bulk mail look like something else.

use diesel::PgConnection;
use jiff::Timestamp;

use crate::domain::canary::{self, Marks};
use crate::domain::id::SignupId;
use crate::domain::language::Language;
use crate::domain::link_token::{LinkKeys, Purpose, UncheckedToken};
use crate::domain::network::Network;
use crate::store::{self, openings, scanner_marks, signups};

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not a link of ours.
    #[error("the link is not known")]
    UnknownLink,
    /// The database failed.
    #[error("cannot note who opened the link")]
    Store(#[from] store::Error),
}

/// Marks whoever came, and returns the language of the mail.
///
/// # Errors
/// [`Error`].
pub fn fetched(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    token: &str,
    client: Option<Network>,
) -> Result<Language, Error> {
    let token = UncheckedToken::parse(token).ok_or(Error::UnknownLink)?;
    let signup = signups::find(conn, SignupId::from(token.id))?
        .filter(|signup| keys.verify(Purpose::Canary, &token, signup.nonce))
        .ok_or(Error::UnknownLink)?;
    let until = now.saturating_add(canary::LIFETIME).unwrap_or(now);
    let marks = Marks::new(keys, signup.id, client);
    scanner_marks::set(conn, &marks.all(), until)?;
    // The same machine may have been at the other link first.
    let since = now.saturating_sub(canary::AT_ONCE).unwrap_or(now);
    openings::take_back(conn, signup.id, since)?;
    Ok(signup.language)
}

/// Forgets marks that have expired, up to `limit` of them; returns how many.
///
/// # Errors
/// Database errors.
pub fn forget(conn: &mut PgConnection, now: Timestamp, limit: i64) -> Result<usize, store::Error> {
    scanner_marks::forget(conn, now, limit)
}
