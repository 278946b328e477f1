//! I-5 with real processes: several schedulers that start at once make exactly one edition of each slot.

use crate::support::cluster::Database;
use crate::support::process::Tidings;

/// Schedulers at once.
const SCHEDULERS: usize = 4;
/// Starts in `make test`; `TIDINGS_SCHEDULER_STARTS=100` is the full form.
const STARTS: usize = 3;
const READERS: usize = 5;

fn starts() -> usize {
    #[expect(
        clippy::disallowed_methods,
        reason = "the size of the test, not a setting of the program"
    )]
    let wanted = std::env::var("TIDINGS_SCHEDULER_STARTS");
    wanted.map_or(STARTS, |text| text.parse().unwrap())
}

#[tokio::test]
async fn four_schedulers_that_start_at_once_make_one_edition_of_each_slot() {
    let database = Database::migrated();
    let key = database.api_key();
    let server = Tidings::serve(&["--no-scheduler", "--no-worker"])
        .database(&database)
        .up()
        .await;
    server.newsletter(&key).await;
    server.article(&key).await;
    for reader in 0..READERS {
        server
            .reader(&key, &format!("reader-{reader}@example.org"))
            .await;
    }
    server.stop().await.expect(0);
    let starts = starts();
    for start in 1..=starts {
        // Each start has a slot of its own, three minutes after that of the start before, and an article for it.
        let slot = format!(
            "date_trunc('minute', created_at, 'UTC') - interval '10 hours' + interval '{} minutes'",
            3 * start
        );
        let due = format!(
            "UPDATE newsletters SET next_due_at = {slot}, \
                    schedule_cron = to_char(({slot}) AT TIME ZONE 'UTC', 'FMMI FMHH24') || ' * * *'"
        );
        assert_eq!(database.execute(&due), 1);
        database.execute("DELETE FROM edition_articles");
        let seen =
            "UPDATE articles SET available_at = next_due_at - interval '1 minute' FROM newsletters";
        assert_eq!(database.execute(seen), 1);
        let processes: Vec<_> = (0..SCHEDULERS)
            .map(|_| {
                Tidings::new(&["editions", "run-due", "--json"])
                    .database(&database)
                    .start()
            })
            .collect();
        let mut made = Vec::new();
        for process in processes {
            let ran = process.ended().await.expect(0);
            made.extend(ran.stdout.lines().map(str::to_owned));
        }
        assert_eq!(made.len(), 1, "start {start}: {made:#?}");
        assert!(
            made[0].contains("\"recipients\":5"),
            "start {start}: {made:#?}"
        );
        assert_eq!(database.count("SELECT 1 FROM editions"), start);
        assert_eq!(
            database.count("SELECT 1 FROM edition_deliveries"),
            start * READERS
        );
    }
    let twice = "SELECT 1 FROM editions GROUP BY newsletter_id, slot HAVING count(*) > 1";
    assert_eq!(database.count(twice), 0);
    println!("{starts} starts of {SCHEDULERS} schedulers: {starts} editions");
}
