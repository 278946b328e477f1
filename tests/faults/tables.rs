//! Everything that knows the program's tables. The checker gets what it needs from here, in its own words.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _};
use serde::de::DeserializeOwned;

use crate::checker::{Edition, Row};
use crate::sink::recipient::{DIGITS, DOMAIN};

/// The rows of all readers of editions, with what decides whether they may get mail.
const ROWS: &str = "
    SELECT d.edition_id AS edition, d.subscription_id AS subscription, r.address, d.status,
           d.unknown_count AS unknowns, d.retry_at IS NOT NULL AS will_retry,
           s.confirmed_at <= e.created_at AND EXISTS (
               SELECT 1 FROM consents c WHERE c.subscription_id = s.id AND c.action IN ('confirmed', 'added')
                  AND c.recorded_at <= e.created_at) AS has_consent
      FROM edition_deliveries d JOIN editions e ON e.id = d.edition_id
      JOIN subscriptions s ON s.id = d.subscription_id JOIN subscribers r ON r.id = s.subscriber_id";

/// Editions as they are at this moment.
const EDITIONS: &str = "
    SELECT id, newsletter_id AS newsletter, slot::text, status, recipient_count AS recipients
      FROM editions WHERE status <> 'skipped' ORDER BY id";

/// Editions whose rows do not add up at this moment. One statement sees one instant.
const IMBALANCES: &str = "
    SELECT format('%s is %s with %s rows of %s, %s open', e.id, e.status, count(d.*), e.recipient_count,
                  count(*) FILTER (WHERE d.status IN ('queued', 'claimed', 'sending', 'deferred'))) AS text
      FROM editions e LEFT JOIN edition_deliveries d ON d.edition_id = e.id WHERE e.status <> 'skipped' GROUP BY e.id
    HAVING count(d.*) <> e.recipient_count
        OR e.status = 'done' AND 0 < count(*) FILTER (WHERE d.status IN ('queued', 'claimed', 'sending', 'deferred'))";

/// Sessions of the program that hold a transaction open and have done nothing for a while.
const IDLE: &str = "
    SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database()
       AND state LIKE 'idle in transaction%' AND now() - state_change > interval '2 seconds'";

/// The next mails of each chunk that a worker has in hand: the send front.
const FRONT: &str = "
    SELECT f.subscription_id AS id FROM delivery_claims c, LATERAL (
        SELECT d.subscription_id FROM edition_deliveries d
         WHERE d.edition_id = c.edition_id AND d.subscription_id BETWEEN c.first_id AND c.last_id AND d.status = 'queued'
         ORDER BY d.subscription_id LIMIT 12) f WHERE c.owner IS NOT NULL AND c.lost_at IS NULL";

/// A database of one world.
pub(crate) struct Database {
    url: String,
    connection: Mutex<Option<PgConnection>>,
}

#[derive(QueryableByName)]
struct Json {
    #[diesel(sql_type = Text)]
    json: String,
}

#[derive(serde::Deserialize)]
struct Count {
    count: u64,
}

#[derive(serde::Deserialize)]
struct Words {
    text: String,
}

#[derive(serde::Deserialize)]
struct Id {
    id: String,
}

/// A chunk in the hands of a worker.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub(crate) struct Claim {
    /// The fencing token.
    pub(crate) id: i64,
    /// By the database's clock, in milliseconds; negative when it is over.
    pub(crate) left_millis: i64,
}

impl Database {
    /// That of this address.
    pub(crate) fn new(url: String) -> Self {
        Self {
            url,
            connection: Mutex::new(None),
        }
    }

    fn with<T>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> diesel::QueryResult<T>,
    ) -> Result<T, String> {
        tokio::task::block_in_place(|| {
            let mut held = self
                .connection
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let mut connection = match held.take() {
                Some(connection) => connection,
                None => PgConnection::establish(&self.url).map_err(|error| error.to_string())?,
            };
            let value = work(&mut connection).map_err(|error| error.to_string())?;
            *held = Some(connection);
            Ok(value)
        })
    }

    /// What a `SELECT` gives; an error when the database cannot be reached just now.
    pub(crate) fn try_rows<T: DeserializeOwned>(&self, select: &str) -> Result<Vec<T>, String> {
        let query = format!("SELECT row_to_json(x)::text AS json FROM ({select}) x");
        let rows: Vec<Json> = self.with(|connection| diesel::sql_query(query).load(connection))?;
        Ok(rows
            .iter()
            .map(|row| serde_json::from_str(&row.json).unwrap())
            .collect())
    }

    /// What a `SELECT` gives.
    pub(crate) fn rows<T: DeserializeOwned>(&self, select: &str) -> Vec<T> {
        self.try_rows(select).unwrap()
    }

    /// The one number that a `SELECT … AS count` gives.
    pub(crate) fn count(&self, select: &str) -> u64 {
        self.rows::<Count>(select)[0].count
    }

    /// Runs statements.
    pub(crate) fn run(&self, statements: &str) {
        self.with(|connection| connection.batch_execute(statements))
            .unwrap();
    }

    /// A newsletter that was due yesterday at seven, with an article from before.
    pub(crate) fn newsletter(&self, slug: &str) {
        self.run(&format!(
            "INSERT INTO newsletters (id, slug, title, promise, frequency, language, sender_name, sender_address,
                 schedule_cron, schedule_zone, topics, min_articles, max_articles, status, next_due_at, created_at, updated_at,
                 choice)
             VALUES (gen_random_uuid(), '{slug}', 'Europe this morning', 'What matters', '', 'en', 'Europablatt',
                 'daily@news.europablatt.example', '0 7 * * *', 'UTC', '{{}}', 1, 10, 'active',
                 date_trunc('day', now(), 'UTC') - interval '17 hours', now() - interval '9 days', now(), '{{}}');
             INSERT INTO articles (id, external_id, slug, url, language, section, topics, title, standfirst, authors,
                 image_alt, image_caption, image_credit, body_html, reading_minutes, status, published_at, first_seen_at,
                 updated_at, is_pinned, available_at, is_back)
             SELECT gen_random_uuid(), 'eb-' || n, 'ferry-' || n, 'https://www.europablatt.example/' || n, 'en', '', '{{}}',
                 'The ferry leaves on time, part ' || n, 'It did.', '{{}}', '', '', '', '<p>It left on time.</p>', 1,
                 'visible', now() - interval '2 days', date_trunc('day', now(), 'UTC') - interval '18 hours', now(),
                 false, date_trunc('day', now(), 'UTC') - interval '18 hours', false
               FROM generate_series(1, 3) n ON CONFLICT DO NOTHING"
        ));
    }

    /// Confirmed readers of this newsletter: for each word so many addresses.
    pub(crate) fn readers(&self, slug: &str, words: &[(&str, usize)]) {
        self.readers_from(slug, words, 1);
    }

    /// The same, numbered from `first`.
    pub(crate) fn readers_from(&self, slug: &str, words: &[(&str, usize)], mut first: usize) {
        for (word, count) in words {
            let last = first + count - 1;
            self.run(&format!(
                "WITH made AS (
                     INSERT INTO subscribers
                     SELECT gen_random_uuid(), address, address, 'en', now() - interval '5 days'
                       FROM generate_series({first}, {last}) n,
                            LATERAL (SELECT '{word}-' || lpad(n::text, {DIGITS}, '0') || '@{DOMAIN}') a (address)
                     RETURNING id),
                 joined AS (
                     INSERT INTO subscriptions (id, subscriber_id, newsletter_id, status, language, link_nonce, requested_at,
                                                confirmed_at)
                     SELECT gen_random_uuid(), made.id, n.id, 'active', 'en', gen_random_uuid(), now() - interval '5 days',
                            now() - interval '5 days' FROM made, newsletters n WHERE n.slug = '{slug}' RETURNING id)
                 INSERT INTO consents (id, subscription_id, action, source, wording, wording_version, language, recorded_at,
                                       number, address, key_id, hash)
                 SELECT gen_random_uuid(), id, 'confirmed', 'confirm_page', 'Yes', '1', 'en', now() - interval '5 days',
                        -- Nobody looks at seals here.
                        1, '', 0, sha256('')
                   FROM joined;
                 INSERT INTO consent_heads SELECT subscription_id, 1, hash, 0, hash FROM consents ON CONFLICT DO NOTHING"
            ));
            first = last + 1;
        }
        self.run("ANALYZE subscribers; ANALYZE subscriptions; ANALYZE consents");
    }

    /// The ledger.
    pub(crate) fn ledger(&self) -> Vec<Row> {
        self.rows(ROWS)
    }

    /// Every edition.
    pub(crate) fn editions(&self) -> Result<Vec<Edition>, String> {
        self.try_rows(EDITIONS)
    }

    /// What does not add up.
    pub(crate) fn imbalances(&self) -> Vec<String> {
        let found: Vec<Words> = self.try_rows(IMBALANCES).unwrap_or_default();
        found.into_iter().map(|words| words.text).collect()
    }

    /// Sessions that sit in a transaction.
    pub(crate) fn idle_transactions(&self) -> u64 {
        self.count(IDLE)
    }

    /// Subscriptions whose mails are next.
    pub(crate) fn front(&self) -> Vec<String> {
        let found: Vec<Id> = self.rows(FRONT);
        found.into_iter().map(|row| row.id).collect()
    }

    /// Blocks the address of a subscription; returns when that is committed.
    pub(crate) fn suppress(&self, subscription: &str) {
        self.run(&format!(
            "INSERT INTO suppressions SELECT r.address_key, 'complaint', now() FROM subscriptions s
               JOIN subscribers r ON r.id = s.subscriber_id WHERE s.id = '{subscription}' ON CONFLICT DO NOTHING"
        ));
    }

    /// Subscriptions with their nonces: what their links are made of.
    pub(crate) fn nonces(&self) -> Vec<(String, String)> {
        self.rows("SELECT id, link_nonce FROM subscriptions ORDER BY id")
            .into_iter()
            .map(|row: serde_json::Value| {
                let text = |name: &str| row[name].as_str().unwrap().to_owned();
                (text("id"), text("link_nonce"))
            })
            .collect()
    }

    /// Chunks in the hands of workers.
    pub(crate) fn claims(&self) -> Vec<Claim> {
        let select =
            "SELECT id, (extract(epoch FROM lease_until - now()) * 1000)::bigint AS left_millis
                        FROM delivery_claims WHERE owner IS NOT NULL AND lost_at IS NULL";
        self.try_rows(select).unwrap_or_default()
    }

    /// Lets the next try of what was put off come now: the schedule of retries is shown elsewhere, with a clock to turn.
    pub(crate) fn hurry(&self) {
        self.run("UPDATE edition_deliveries SET retry_at = now() WHERE status = 'deferred' AND retry_at > now()");
    }

    /// Lets editions expire this soon.
    pub(crate) fn expire_in(&self, time: Duration) {
        self.run(&format!(
            "UPDATE edition_sends SET expires_at = now() + interval '{} milliseconds'",
            time.as_millis()
        ));
    }

    /// What is to be done after a lost reply.
    pub(crate) fn unknown_policy(&self, policy: &str) {
        self.run(&format!(
            "UPDATE edition_sends SET unknown_policy = '{policy}'"
        ));
    }
}
