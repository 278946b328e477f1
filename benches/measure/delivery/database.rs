//! What the database is asked directly: bare rows, its log, and whether an edition is done.

use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Double};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl, sql_query};

use super::super::program::POLL;
use super::super::time;

/// How long an edition may take beside a hundredth of a second for each mail.
const PATIENCE: Duration = Duration::from_mins(5);

/// Rows as a ledger of mails needs them at least: whose, what state, since when.
pub(super) const BARE_TABLE: &str = "
    CREATE TABLE bare (edition_id uuid, subscription_id uuid, subscriber_id uuid, status smallint, due_at timestamptz,
        PRIMARY KEY (edition_id, subscription_id));";
const BARE_ROWS: &str = "
    INSERT INTO bare SELECT '01a20000-0000-7000-a000-000000000000', id, subscriber_id, 0, now() FROM subscriptions
        WHERE status = 'active' ORDER BY id";

/// Inserts one bare row for each of so many readers.
pub(super) fn insert_bare_rows(conn: &mut PgConnection, readers: u32) {
    let count = sql_query(BARE_ROWS).execute(conn).unwrap();
    assert_eq!(count, usize::try_from(readers).unwrap());
}

pub(super) fn run(url: &str, statements: &str) {
    let mut conn = PgConnection::establish(url).unwrap();
    conn.batch_execute(statements).unwrap();
}

/// How long `work` takes, in seconds, and what it writes to the database's log.
pub(super) fn logged(conn: &mut PgConnection, work: impl FnOnce(&mut PgConnection)) -> (f64, f64) {
    // Neither pays for what was written before.
    conn.batch_execute("CHECKPOINT").unwrap();
    let before = log_position(conn);
    let ((), taken) = time(|| work(conn));
    (taken.as_secs_f64(), log_position(conn) - before)
}

/// How many octets the log has had so far.
pub(super) fn log_position(conn: &mut PgConnection) -> f64 {
    #[derive(QueryableByName)]
    struct Position {
        #[diesel(sql_type = Double)]
        octets: f64,
    }
    let query = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::double precision AS octets";
    sql_query(query)
        .get_result::<Position>(conn)
        .unwrap()
        .octets
}

/// Waits until no edition is under way, for as long as a hundred mails a second take.
pub(super) fn wait_until_done(conn: &mut PgConnection, mails: u32) {
    let patience = PATIENCE + Duration::from_millis(10) * mails;
    let began = Instant::now();
    while !is_done(conn) {
        assert!(
            began.elapsed() < patience,
            "the edition is not done after {patience:?}"
        );
        sleep(POLL * 10);
    }
}

/// Whether no edition is under way.
pub(super) fn is_done(conn: &mut PgConnection) -> bool {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        editions: i64,
    }
    let query = "SELECT count(*) AS editions FROM editions WHERE status = 'delivering'";
    sql_query(query).get_result::<Count>(conn).unwrap().editions == 0
}
