//! A whole edition into a real mail server that insists on TLS and a log-in.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use reqwest::Method;
use serde_json::Value;
use tokio::time::{Instant, interval, timeout};

use crate::support::cluster::Database;
use crate::support::postfix::{Postfix, Purpose};
use crate::support::process::{PATIENCE, Process, Tidings};

/// Readers with valid rows; the benchmark fills its database with the same.
const READERS: &str = include_str!("../../benches/readers.sql");

/// Readers of the edition, when nobody asks for another number.
const MAILS: usize = 1_000;

/// How many mails to send: `TIDINGS_POSTFIX_MAILS=10000` for a long run.
fn mails() -> usize {
    #[expect(
        clippy::disallowed_methods,
        reason = "a setting of the tests themselves"
    )]
    let wanted = std::env::var("TIDINGS_POSTFIX_MAILS");
    wanted.map_or(MAILS, |number| number.parse().unwrap())
}

#[tokio::test]
async fn a_real_mail_server_has_each_mail_of_an_edition_once() {
    let Some(postfix) = Postfix::start(&std::env::temp_dir(), Purpose::Keep) else {
        // Written past the test runner, which shows what a test prints only when it fails.
        let line = "LEFT OUT: the test with a real Postfix, which runs only as root";
        writeln!(std::io::stderr(), "{line}").unwrap();
        return;
    };
    let count = mails();
    let database = Database::migrated();
    let key = database.api_key();
    let server = Tidings::serve(&["--no-scheduler"])
        .database(&database)
        .env("SMTP_URL", &postfix.guarded_url())
        .env("SSL_CERT_FILE", path(&postfix.certificate()))
        .env("MAIL_FROM", "newsletter@news.europablatt.example")
        .env("TIDINGS__DELIVERY__POLL_MILLISECONDS", "50")
        .up()
        .await;
    server.newsletter(&key).await;
    server.article(&key).await;
    add_readers(&database, count);
    let began = Instant::now();
    send_edition(&server, &key).await;
    let patience = PATIENCE + Duration::from_millis(20) * u32::try_from(count).unwrap();
    let end = timeout(patience, edition_is_done(&database)).await;
    assert!(
        end.is_ok(),
        "not sent after {patience:?}: {}",
        postfix.log()
    );
    report(count, began.elapsed());
    server.stop().await.expect(0);

    let sent = "SELECT 1 FROM edition_deliveries WHERE status = 'sent'";
    assert_eq!(database.count(sent), count);
    assert_eq!(database.count("SELECT 1 FROM edition_deliveries"), count);
    each_reader_has_one(&postfix, count);
    each_was_guarded(&postfix, count);
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn add_readers(database: &Database, count: usize) {
    let statements = READERS
        .replace(":first", "1")
        .replace(":last", &count.to_string());
    database.connect().batch_execute(&statements).unwrap();
}

async fn send_edition(server: &Process, key: &str) {
    // The article's time of arrival is the database's, and the window ends just before the moment of composing.
    let call = server.api(key, Method::POST, "/newsletters/morning/editions");
    let edition: Value = call.send().await.expect(201).json();
    assert_eq!(edition["status"], "delivering", "{edition}");
}

async fn edition_is_done(database: &Database) {
    let mut ticks = interval(Duration::from_millis(100));
    while database.count("SELECT 1 FROM editions WHERE status = 'done'") == 0 {
        ticks.tick().await;
    }
}

/// Shown with `--nocapture`.
fn report(count: usize, elapsed: Duration) {
    let rate = f64::from(u32::try_from(count).unwrap()) / elapsed.as_secs_f64();
    eprintln!("{count} mails into Postfix with TLS and AUTH: {rate:.0} a second");
}

fn each_reader_has_one(postfix: &Postfix, count: usize) {
    let queue = postfix.queue();
    let mut readers = HashSet::new();
    for line in queue.lines() {
        let mail: Value = serde_json::from_str(line).unwrap();
        let recipients = mail["recipients"].as_array().unwrap();
        assert_eq!(recipients.len(), 1, "{line}");
        let reader = recipients[0]["address"].as_str().unwrap().to_owned();
        assert!(readers.insert(reader), "somebody has two mails: {line}");
    }
    assert_eq!(readers.len(), count, "mails are missing in the queue");
}

/// Postfix says of each mail who logged in, and of each connection how it was protected.
fn each_was_guarded(postfix: &Postfix, count: usize) {
    let log = postfix.log();
    let lines_with = |part: &str| log.lines().filter(|line| line.contains(part)).count();
    assert_eq!(lines_with(", sasl_username=newsroom@localhost"), count);
    assert_eq!(lines_with(" client=localhost"), count);
    let protected = lines_with("TLS connection established from localhost[127.0.0.1]: TLSv1.3");
    let opened = lines_with("]: connect from localhost[127.0.0.1]");
    assert_eq!(protected, opened, "a connection without TLS");
    assert!(opened > 0);
    let ids: HashSet<&str> = log
        .lines()
        .filter_map(|line| Some(line.split_once(" message-id=")?.1))
        .collect();
    assert_eq!(ids.len(), count, "mails share a Message-ID");
}
