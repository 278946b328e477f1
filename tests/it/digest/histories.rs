//! Random histories of a year with both clock changes: articles that are published, edited, held back, hidden and shown
//! again; readers who pause, resume, change their rhythm and whose mail fails; schedulers that are away for days.
//!
//! At the end every reader has had each article that is shown, once, and no other article twice.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use tidings::clock::Clock;
use tidings::domain::article::ArticleStatus;
use tidings::domain::rhythm::{Days, Pace};
use tidings::domain::subscriber::Subscriber;
use tidings::usecases::{articles, rhythms};

use crate::support::TestApp;
use crate::support::numbers::{Numbers, setting};

/// How many histories a usual run takes; `TIDINGS_HISTORIES` asks for more, `TIDINGS_HISTORY_SEED` for one again.
const USUAL: u64 = 40;
const START: &str = "2026-02-15T05:30:00Z";
const READERS: usize = 3;
const STEPS: u64 = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_each_reader_gets_each_article_once() {
    let count = setting("TIDINGS_HISTORIES").unwrap_or(USUAL);
    let first = setting("TIDINGS_HISTORY_SEED").unwrap_or(1_000_000);
    let halves = [first..first + count / 2, first + count / 2..first + count];
    let halves = halves.map(|seeds| {
        tokio::spawn(async move {
            let app = TestApp::with()
                .env("TIDINGS__DIGEST__CATCH_UP_DAYS", "4000")
                // Everything since the beginning is due: the first slot may be days after the first article.
                .env("TIDINGS__DIGEST__FIRST_WINDOW_HOURS", "1000")
                .start()
                .await;
            let mut figures = Figures::default();
            for seed in seeds {
                history(&app, seed, &mut figures).await;
            }
            figures
        })
    });
    let mut all = Figures::default();
    for half in halves {
        all.add(&half.await.unwrap());
    }
    // Nothing of what is to be tried is left out.
    if count > USUAL {
        println!("{count} histories: {all:?}");
    }
    let least = count / 4;
    for (what, number) in [
        ("editions", all.editions),
        ("variants", all.variants),
        ("own rhythms", all.own_rhythms),
        ("missed", all.missed),
        ("hidden", all.hidden),
    ] {
        assert!(number >= least, "{what}: {number}");
    }
}

#[derive(Debug, Default)]
struct Figures {
    editions: u64,
    variants: u64,
    own_rhythms: u64,
    missed: u64,
    hidden: u64,
    mails: u64,
}

impl Figures {
    fn add(&mut self, other: &Self) {
        self.editions += other.editions;
        self.variants += other.variants;
        self.own_rhythms += other.own_rhythms;
        self.missed += other.missed;
        self.hidden += other.hidden;
        self.mails += other.mails;
    }
}

/// What the model remembers.
struct World<'a> {
    app: &'a TestApp,
    numbers: Numbers,
    readers: Vec<Subscriber>,
    articles: u64,
}

async fn history(app: &TestApp, seed: u64, figures: &mut Figures) {
    reset(app).await;
    let mut numbers = Numbers(seed);
    let cron = *numbers.pick(&[
        "0 7 * * *",
        "30 2 * * *",
        "0 7 * * 1-5",
        "15 18 * * 0",
        "0 */6 * * *",
    ]);
    let newsletter = app
        .newsletter("morning")
        .schedule(cron, "Europe/Berlin")
        .articles(1, 200);
    newsletter.create().await;
    let mut readers = Vec::new();
    for number in 0..READERS {
        readers.push(
            app.reader(&format!("r{number}@example.org"), "morning")
                .await,
        );
    }
    let mut world = World {
        app,
        numbers,
        readers,
        articles: 0,
    };
    for _ in 0..STEPS {
        // Mostly hours, now and then two weeks.
        let span = *world.numbers.pick(&[90, 600, 3_000, 3_000, 20_000]);
        app.advance(world.numbers.minutes_below(span));
        world.step().await;
    }
    world.end().await;
    world.judge(seed).await;
    let count = async |select: &str| u64::try_from(app.count(select).await).unwrap();
    figures.editions += count("SELECT 1 FROM editions WHERE status <> 'skipped'").await;
    figures.variants += count("SELECT 1 FROM editions WHERE variant > 0").await;
    figures.own_rhythms += count("SELECT 1 FROM editions WHERE rhythm_id IS NOT NULL").await;
    figures.missed += count("SELECT 1 FROM missed_deliveries WHERE made_up_in IS NOT NULL").await;
    figures.hidden += count("SELECT 1 FROM articles WHERE is_back").await;
    figures.mails += count("SELECT 1 FROM edition_deliveries WHERE status = 'sent'").await;
}

/// An empty newsroom at the beginning of the year.
async fn reset(app: &TestApp) {
    let Clock::Fixed(hand) = &app.app.clock else {
        panic!("a fixed clock");
    };
    *hand.lock().unwrap() = START.parse().unwrap();
    app.execute(
        "TRUNCATE missed_deliveries, edition_attempts, edition_deliveries, delivery_claims, edition_sends, \
         edition_articles, editions, articles, consents, subscriptions, rhythms, newsletters, subscribers CASCADE",
    )
    .await;
    app.execute("UPDATE digest_cut SET at = '1970-01-01T00:00:00Z'")
        .await;
}

impl World<'_> {
    async fn step(&mut self) {
        match self.numbers.below(12) {
            0..=2 => self.publish().await,
            3 => self.publish_again().await,
            4 => self.show_or_hide().await,
            5 => self.pause_or_resume().await,
            6 => self.change_rhythm().await,
            7 => self.fail().await,
            // The rest of the time the scheduler is there.
            _ => self.tick().await,
        }
    }

    async fn publish(&mut self) {
        for _ in 0..=self.numbers.below(3) {
            self.articles += 1;
            let number = self.articles;
            self.put(number).await;
        }
    }

    async fn publish_again(&mut self) {
        if self.articles > 0 {
            let number = 1 + self.numbers.below(self.articles);
            self.put(number).await;
        }
    }

    /// A new article or an edit, which may begin, move or end an embargo.
    async fn put(&mut self, number: u64) {
        let article = self
            .app
            .article(&format!("Article {number} {}", self.numbers.below(100)));
        let article = article.external_id(&format!("a-{number}"));
        let article = if self.numbers.below(4) == 0 {
            let embargo = self.numbers.minutes_below(10_000);
            article.publish_at(self.app.now() + embargo - SignedDuration::from_mins(2_000))
        } else {
            article
        };
        article.create().await;
    }

    async fn show_or_hide(&mut self) {
        if self.articles == 0 {
            return;
        }
        let id = format!("a-{}", 1 + self.numbers.below(self.articles));
        let status = *self
            .numbers
            .pick(&[ArticleStatus::Hidden, ArticleStatus::Visible]);
        let now = self.app.now();
        self.app
            .run(move |conn| articles::set_status(conn, now, &id, status))
            .await;
    }

    async fn pause_or_resume(&mut self) {
        let (id, slug) = (
            self.numbers.pick(&self.readers).id,
            "morning".parse().unwrap(),
        );
        let pauses = self.numbers.below(2) == 0;
        self.app
            .run(move |conn| {
                if pauses {
                    rhythms::pause(conn, id, &slug)
                } else {
                    rhythms::resume(conn, id, &slug)
                }
            })
            .await;
    }

    async fn change_rhythm(&mut self) {
        let (id, slug) = (
            self.numbers.pick(&self.readers).id,
            "morning".parse().unwrap(),
        );
        let time = jiff::civil::time(i8::try_from(self.numbers.below(24)).unwrap(), 30, 0, 0);
        let zone = *self
            .numbers
            .pick(&["Europe/Berlin", "America/New_York", "Asia/Kolkata"]);
        let days = match self.numbers.below(6) {
            0 => Some(Days::Daily),
            1 => Some(Days::Weekdays),
            2 => Some(Days::Of(vec![
                jiff::civil::Weekday::Tuesday,
                jiff::civil::Weekday::Sunday,
            ])),
            3 => Some(Days::Monthly(31)),
            _ => None,
        };
        let pace = match days {
            Some(days) => Pace::on(&days, time, zone).unwrap(),
            None if self.numbers.below(2) == 0 => Pace::AsPublished,
            None => Pace::Newsletter,
        };
        let now = self.app.now();
        self.app
            .run(move |conn| rhythms::set_pace(conn, now, id, &slug, &pace))
            .await;
    }

    /// Some mails that wait are given up.
    async fn fail(&mut self) {
        self.app.run_due().await;
        let reader = self.numbers.pick(&self.readers).id;
        self.app
            .execute(&format!(
                "UPDATE edition_deliveries d SET status = 'expired', settled_at = now() FROM subscriptions s \
                  WHERE s.id = d.subscription_id AND s.subscriber_id = '{reader}' AND d.status = 'queued'"
            ))
            .await;
    }

    /// What is due is composed, and often sent at once.
    async fn tick(&mut self) {
        self.app.run_due().await;
        if self.numbers.below(4) > 0 {
            self.send().await;
        }
    }

    async fn send(&self) {
        self.app
            .execute("UPDATE edition_deliveries SET status = 'sent', settled_at = now() WHERE status = 'queued'")
            .await;
    }

    /// Everybody is there again, something is published, all embargoes end, and time goes on until each rhythm has come round.
    async fn end(&mut self) {
        self.app.run_due().await;
        self.send().await;
        for reader in &self.readers {
            let (id, slug) = (reader.id, "morning".parse().unwrap());
            self.app
                .run(move |conn| rhythms::resume(conn, id, &slug))
                .await;
        }
        // Who wants everything as soon as it is published is caught up with at the next publication.
        self.publish().await;
        for _ in 0..12 {
            self.app.advance(SignedDuration::from_hours(24 * 4));
            self.app.run_due().await;
            self.send().await;
        }
    }

    async fn judge(&self, seed: u64) {
        let rows = self
            .app
            .rows(
                "SELECT p.address, a.external_id, a.status, count(d.edition_id) AS copies \
                   FROM subscribers p JOIN subscriptions s ON s.subscriber_id = p.id CROSS JOIN articles a \
                   LEFT JOIN edition_articles x ON x.article_id = a.id AND x.placement <> 'left_out' \
                   LEFT JOIN edition_deliveries d ON d.edition_id = x.edition_id AND d.subscription_id = s.id \
                         AND d.status = 'sent' \
                  GROUP BY 1, 2, 3 ORDER BY 1, 2",
            )
            .await;
        let mut wrong = BTreeMap::new();
        for row in &rows {
            let copies = row["copies"].as_u64().unwrap();
            let is_shown = row["status"] == "visible";
            if copies > 1 || (is_shown && copies == 0) {
                let key = format!("{} {}", row["address"], row["external_id"]);
                wrong.insert(key, copies);
            }
        }
        let told = match wrong.keys().next() {
            Some(first) => self.told(first).await,
            None => String::new(),
        };
        let now: Timestamp = self.app.now();
        assert!(
            wrong.is_empty(),
            "history {seed}, at {now}: {wrong:?}\n{told}"
        );
    }

    /// What is known of a reader and an article that do not fit together.
    async fn told(&self, who_and_what: &str) -> String {
        let mut told = String::new();
        let mut words = who_and_what
            .split(['"', ' '])
            .filter(|word| !word.is_empty());
        let (address, article) = (words.next().unwrap(), words.next().unwrap());
        for select in [
            format!(
                "SELECT first_seen_at, available_at, publish_at, is_back FROM articles WHERE external_id = '{article}'"
            ),
            format!(
                "SELECT s.status, s.sent_until, s.rhythm_id, r.kind, r.cron, r.zone, r.sent_until AS common, r.next_due_at \
                   FROM subscriptions s JOIN subscribers p ON p.id = s.subscriber_id LEFT JOIN rhythms r ON r.id = s.rhythm_id \
                  WHERE p.address = '{address}'"
            ),
            format!(
                "SELECT e.window_from, e.window_until, e.rhythm_id, e.variant, d.status, m.made_up_in, \
                        array_agg(a.external_id) AS articles \
                   FROM edition_deliveries d JOIN editions e ON e.id = d.edition_id \
                   JOIN subscriptions s ON s.id = d.subscription_id JOIN subscribers p ON p.id = s.subscriber_id \
                   JOIN edition_articles x ON x.edition_id = e.id JOIN articles a ON a.id = x.article_id \
                   LEFT JOIN missed_deliveries m ON m.edition_id = e.id AND m.subscription_id = s.id \
                  WHERE p.address = '{address}' GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 2"
            ),
        ] {
            for row in self.app.rows(&select).await {
                writeln!(told, "{row}").unwrap();
            }
        }
        told
    }
}
