//! What tests stand on: a database each, a real server, a real mail peer and a clock to turn.

mod app;
pub(crate) mod browser;
pub(crate) mod cluster;
mod factory;
mod http;
mod mail;
pub(crate) mod numbers;
#[expect(dead_code, reason = "what only the benchmark looks at")]
pub(crate) mod postfix;
pub(crate) mod process;
pub(crate) mod site;
pub(crate) mod snapshot;

use diesel::PgConnection;
use tidings::domain::consent_seal::EvidenceKeys;
use tidings::store::migrations::{self, Seals};

/// The secret of the servers in tests.
pub(crate) const KEY: &str = "a key for tests only, longer than 32 characters";

/// Brings a database to the newest schema; what it holds is sealed with the key of tests.
pub(crate) fn try_to_migrate(
    conn: &mut PgConnection,
) -> Result<Vec<String>, tidings::store::Error> {
    let keys = EvidenceKeys::new([&KEY.into()]);
    let now = "2026-01-05T05:30:00Z".parse().unwrap();
    migrations::run(conn, Seals { keys: &keys, now })
}

/// [`try_to_migrate`], which works.
pub(crate) fn migrate(conn: &mut PgConnection) -> Vec<String> {
    try_to_migrate(conn).unwrap()
}

pub(crate) use app::{BASE_URL, TestApp};
pub(crate) use http::Answer;
pub(crate) use mail::{Changing, link};
