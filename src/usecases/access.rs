//! Who may use the admin API and, later, the console.

use diesel::PgConnection;
use jiff::Timestamp;
use secrecy::SecretString;

use crate::domain::api_key::{ApiKey, PresentedKey};
use crate::domain::email_address::EmailAddress;
use crate::domain::id::{AdminId, ApiKeyId};
use crate::domain::password::{PasswordError, PasswordHash};
use crate::store::{self, admins, api_keys};

/// Why somebody does not get in, or no access is made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No key, a wrong one or a revoked one: nobody is told which.
    #[error("the API key is missing or not valid")]
    Denied,
    /// There is no working key with this id.
    #[error("there is no working key with this id")]
    NoKey,
    /// The address belongs to somebody.
    #[error("there is an admin with this address already")]
    AdminExists,
    /// The password is too short or too long.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database failed.
    #[error("cannot read or write keys")]
    Store(#[from] store::Error),
}

/// Makes an API key and returns its text, which is stored nowhere. `secret` comes from the operating system.
///
/// # Errors
/// Database errors.
pub fn create_key(
    conn: &mut PgConnection,
    now: Timestamp,
    name: &str,
    secret: [u8; 32],
) -> Result<(ApiKeyId, SecretString), Error> {
    let (key, text) = ApiKey::new(now, name, secret);
    let id = key.id;
    api_keys::insert(conn, key)?;
    Ok((id, text))
}

/// Lets the holder of a working key in.
///
/// # Errors
/// [`Error::Denied`].
pub fn check_key(conn: &mut PgConnection, presented: &str) -> Result<ApiKeyId, Error> {
    let presented = PresentedKey::parse(presented).ok_or(Error::Denied)?;
    let key = api_keys::find(conn, presented.id)?.ok_or(Error::Denied)?;
    if key.accepts(&presented) {
        Ok(key.id)
    } else {
        Err(Error::Denied)
    }
}

/// Every key, oldest first.
///
/// # Errors
/// Database errors.
pub fn list_keys(conn: &mut PgConnection) -> Result<Vec<ApiKey>, Error> {
    Ok(api_keys::all(conn)?)
}

/// Ends a key at once.
///
/// # Errors
/// [`Error::NoKey`].
pub fn revoke_key(conn: &mut PgConnection, now: Timestamp, id: ApiKeyId) -> Result<(), Error> {
    if api_keys::revoke(conn, id, now)? {
        Ok(())
    } else {
        Err(Error::NoKey)
    }
}

/// Adds a person of the newsroom. `salt` comes from the operating system.
///
/// # Errors
/// [`Error::AdminExists`], [`Error::Password`].
pub fn create_admin(
    conn: &mut PgConnection,
    now: Timestamp,
    address: &EmailAddress,
    password: &SecretString,
    salt: [u8; 16],
) -> Result<AdminId, Error> {
    let hash = PasswordHash::new(password, salt)?;
    let id = AdminId::new(now);
    match admins::insert(conn, id, address, &hash, now) {
        Err(store::Error::Duplicate { .. }) => Err(Error::AdminExists),
        result => Ok(result.map(|()| id)?),
    }
}

/// Whether the password is that of the person with this address. An unknown address takes as long as a wrong
/// password.
///
/// # Errors
/// [`Error::Denied`].
pub fn check_admin(
    conn: &mut PgConnection,
    address: &EmailAddress,
    password: &SecretString,
) -> Result<(), Error> {
    /// The hash of a password that nobody knows, with today's parameters.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                          AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let stored = admins::find_password(conn, address)?;
    let is_known = stored.is_some();
    let hash = stored.unwrap_or_else(|| PasswordHash::from(NOBODY.to_owned()));
    if hash.matches(password) && is_known {
        Ok(())
    } else {
        Err(Error::Denied)
    }
}
