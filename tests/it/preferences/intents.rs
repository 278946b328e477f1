//! Random intents of several readers at once, by every door that they have: sign-up, confirmation, the two links, undo,
//! erasure. Some come from two clients of one reader at the same time.
//!
//! The model is the last intent that was acknowledged: after each step the row must be what the model says. Of two intents at
//! the same time either may be the last, but nothing may come out that neither order explains.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tidings::domain::link_token::Purpose;
use tidings::worker::tick;
use uuid::Uuid;

use crate::support::TestApp;
use crate::support::numbers::Numbers;

/// How many intents a usual run takes; `TIDINGS_INTENTS` asks for more.
const USUAL: u64 = 2_000;
const NEWSLETTERS: [&str; 3] = ["morning", "noon", "evening"];
const READERS: usize = 4;
const IN_A_ROUND: u64 = 6;

/// What a reader wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Intent {
    SignUp,
    Confirm,
    Join,
    Save { weekly: bool, text: bool },
    PauseDays(i8),
    Resume,
    LeaveByPreferences,
    LeaveByClick,
    LeaveAll,
    PauseForAMonth,
    Undo,
    Erase,
}

/// One subscription as the model knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Row {
    status: String,
    left_as: Option<String>,
    ended_at: Option<Timestamp>,
    paused_until: Option<Timestamp>,
    is_weekly: bool,
    is_text: bool,
}

/// What one reader has, by newsletter.
type Has = BTreeMap<&'static str, Row>;

fn is_confirmed(row: &Row) -> bool {
    row.status == "active" || row.status == "paused"
}

fn leave(row: &mut Row, now: Timestamp) {
    if row.status != "unsubscribed" {
        row.left_as = is_confirmed(row).then(|| row.status.clone());
        "unsubscribed".clone_into(&mut row.status);
        row.ended_at = Some(now);
    }
}

/// Midnight in Berlin, so many days after today.
fn day_after(now: Timestamp, days: i8) -> Timestamp {
    use jiff::ToSpan as _;
    let today = now.in_tz("Europe/Berlin").unwrap().date();
    let day = today.saturating_add(i64::from(days).days());
    day.in_tz("Europe/Berlin").unwrap().timestamp()
}

fn month_after(now: Timestamp) -> Timestamp {
    use jiff::ToSpan as _;
    let zoned = now.in_tz("Europe/Berlin").unwrap();
    zoned.saturating_add(1.month()).timestamp()
}

/// What the intent makes of what a reader has.
fn after(mut has: Has, of: &'static str, intent: Intent, now: Timestamp) -> Has {
    match intent {
        Intent::Erase => return Has::new(),
        Intent::LeaveAll => has.values_mut().for_each(|row| leave(row, now)),
        Intent::Undo => {
            let ended_at = has.get(of).and_then(|row| row.ended_at);
            let same_press = has.values_mut().filter(|row| row.ended_at == ended_at);
            same_press.for_each(|row| undo(row, now));
        }
        Intent::SignUp | Intent::Join => ask(has.entry(of).or_default(), intent),
        _ => {
            if let Some(row) = has.get_mut(of) {
                change(row, intent, now);
            }
        }
    }
    has
}

fn undo(row: &mut Row, now: Timestamp) {
    let end = row.ended_at.map(|at| at + SignedDuration::from_hours(24));
    let is_ended = row.status == "unsubscribed" && end.is_some_and(|end| now < end);
    if let Some(status) = row.left_as.clone().filter(|_| is_ended) {
        (row.status, row.left_as, row.ended_at) = (status, None, None);
    }
}

fn ask(row: &mut Row, intent: Intent) {
    let is_gone = row.status.is_empty() || row.status == "unsubscribed";
    if intent == Intent::Join && !is_confirmed(row) {
        "active".clone_into(&mut row.status);
        (row.left_as, row.paused_until, row.ended_at) = (None, None, None);
    } else if intent == Intent::SignUp && is_gone {
        "pending".clone_into(&mut row.status);
        (row.left_as, row.paused_until) = (None, None);
    }
}

fn change(row: &mut Row, intent: Intent, now: Timestamp) {
    match intent {
        Intent::LeaveByClick => leave(row, now),
        Intent::Confirm if row.status == "pending" => {
            "active".clone_into(&mut row.status);
            (row.ended_at, row.paused_until) = (None, None);
        }
        _ if !is_confirmed(row) => {}
        Intent::Save { weekly, text } => (row.is_weekly, row.is_text) = (weekly, text),
        Intent::PauseDays(days) => pause(row, day_after(now, days)),
        Intent::PauseForAMonth => pause(row, month_after(now)),
        Intent::Resume => {
            "active".clone_into(&mut row.status);
            row.paused_until = None;
        }
        Intent::LeaveByPreferences => leave(row, now),
        _ => {}
    }
}

fn pause(row: &mut Row, until: Timestamp) {
    "paused".clone_into(&mut row.status);
    row.paused_until = Some(until);
}

/// A path, if there is one, and a form.
type Request = (Option<String>, Vec<(&'static str, String)>);

/// One person with an address.
struct Reader {
    address: String,
    has: Has,
    numbers: Numbers,
    done: u64,
}

/// The tokens of one reader as they are before a step.
#[derive(Debug, Default, Clone)]
struct Tokens {
    /// By newsletter: to unsubscribe, and of the newsletter's link.
    of_rows: BTreeMap<String, (String, String)>,
    /// By newsletter: of the newest sign-up.
    confirm: BTreeMap<String, String>,
    /// Mailed on request.
    mailed: Option<String>,
}

fn uuid(row: &Value, name: &str) -> Uuid {
    row[name].as_str().unwrap().parse().unwrap()
}

impl Reader {
    fn intent(&mut self) -> (&'static str, Intent) {
        let numbers = &mut self.numbers;
        let of = *numbers.pick(&NEWSLETTERS);
        let intent = match numbers.below(24) {
            0..=2 => Intent::SignUp,
            3..=5 => Intent::Confirm,
            6 | 7 => Intent::Join,
            8..=10 => Intent::Save {
                weekly: numbers.below(2) == 0,
                text: numbers.below(2) == 0,
            },
            11 | 12 => Intent::PauseDays(i8::try_from(1 + numbers.below(5)).unwrap()),
            13 | 14 => Intent::Resume,
            15 => Intent::LeaveByPreferences,
            16 | 17 => Intent::LeaveByClick,
            18 => Intent::LeaveAll,
            19 => Intent::PauseForAMonth,
            20..=22 => Intent::Undo,
            _ => Intent::Erase,
        };
        (of, intent)
    }

    async fn tokens(&self, app: &TestApp) -> Tokens {
        let keys = &app.app.keys;
        let mut tokens = Tokens::default();
        let of_address = format!("p.address = '{}'", self.address);
        let select = format!(
            "SELECT n.slug, s.id, s.link_nonce FROM subscriptions s JOIN subscribers p ON p.id = s.subscriber_id \
               JOIN newsletters n ON n.id = s.newsletter_id WHERE {of_address}"
        );
        let rows = app.rows(&select).await;
        for row in rows {
            let token = |purpose| keys.issue(purpose, uuid(&row, "id"), uuid(&row, "link_nonce"));
            let pair = (token(Purpose::Unsubscribe), token(Purpose::Preferences));
            tokens
                .of_rows
                .insert(row["slug"].as_str().unwrap().to_owned(), pair);
        }
        let select = format!(
            "SELECT n.slug, u.id, u.nonce FROM signups u JOIN subscribers p ON p.id = u.subscriber_id \
               JOIN newsletters n ON n.id = ANY (u.newsletter_ids) WHERE {of_address} ORDER BY u.id"
        );
        let rows = app.rows(&select).await;
        for row in rows {
            let token = keys.issue(Purpose::Confirm, uuid(&row, "id"), uuid(&row, "nonce"));
            let slug = row["slug"].as_str().unwrap().to_owned();
            tokens.confirm.insert(slug, token);
        }
        let select = format!(
            "SELECT l.id, l.nonce FROM reader_links l JOIN subscribers p ON p.id = l.subscriber_id \
              WHERE {of_address} AND l.kind = 'preferences' ORDER BY l.id"
        );
        let rows = app.rows(&select).await;
        tokens.mailed = rows
            .last()
            .map(|row| keys.issue(Purpose::AllPreferences, uuid(row, "id"), uuid(row, "nonce")));
        tokens
    }

    /// Where the intent goes, if the reader has the link for it, and what is sent there.
    fn request(&self, tokens: &Tokens, of: &str, intent: Intent, now: Timestamp) -> Request {
        let click = tokens.of_rows.get(of);
        let click = |end: &str| click.map(|(token, _)| format!("/unsubscribe/{token}{end}"));
        let page = |action: &'static str| {
            let any = tokens.of_rows.values().next();
            let path = any.map(|(_, token)| format!("/preferences/{token}/newsletters/{of}"));
            (path, vec![("action", action.to_owned())])
        };
        match intent {
            Intent::SignUp => (
                Some("/subscribe".to_owned()),
                vec![
                    ("email", self.address.clone()),
                    ("newsletter", of.to_owned()),
                ],
            ),
            Intent::Confirm => {
                let token = tokens.confirm.get(of);
                (token.map(|token| format!("/confirm/{token}")), vec![])
            }
            Intent::Join => page("join"),
            Intent::Resume => page("resume"),
            Intent::LeaveByPreferences => page("leave"),
            Intent::Save { weekly, text } => {
                let (path, mut fields) = page("save");
                let every = if weekly { "week" } else { "newsletter" };
                let format = if text { "text" } else { "html" };
                let rest = [("every", every), ("weekday", "3"), ("hour", "9")];
                let more = [
                    ("zone", "Europe/Rome"),
                    ("language", "en"),
                    ("format", format),
                ];
                let all = rest.into_iter().chain(more);
                fields.extend(all.map(|(name, value)| (name, value.to_owned())));
                (path, fields)
            }
            Intent::PauseDays(days) => {
                let (path, mut fields) = page("pause");
                let day = day_after(now, days).in_tz("Europe/Berlin").unwrap().date();
                fields.push(("until", day.to_string()));
                (path, fields)
            }
            Intent::LeaveByClick => {
                let fields = vec![("List-Unsubscribe", "One-Click".to_owned())];
                (click(""), fields)
            }
            Intent::LeaveAll => (click("/all"), vec![]),
            Intent::PauseForAMonth => (click("/instead"), vec![("choice", "pause".to_owned())]),
            Intent::Undo => (click("/undo"), vec![]),
            Intent::Erase => {
                let token = tokens.mailed.as_ref();
                let path = token.map(|token| format!("/preferences/{token}/erase"));
                (path, vec![])
            }
        }
    }

    /// Does it; whether it was acknowledged.
    async fn act(
        &self,
        app: &TestApp,
        tokens: &Tokens,
        (of, intent): (&'static str, Intent),
    ) -> bool {
        let (path, fields) = self.request(tokens, of, intent, app.now());
        let Some(path) = path else {
            return false;
        };
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let answer = app.post(&path, &fields).await;
        assert!(answer.status() < 500, "{path}: {}", answer.text());
        (200..400).contains(&answer.status())
    }

    /// One intent, or two at the same time; then the rows are what the model says.
    async fn step(&mut self, app: &TestApp) {
        let tokens = self.tokens(app).await;
        if tokens.mailed.is_none() || self.numbers.below(10) == 0 {
            let fields = [("email", self.address.as_str())];
            app.post("/preferences", &fields).await.expect(303);
        }
        let now = app.now();
        let first = self.intent();
        let possible = if self.numbers.below(4) == 0 {
            let second = self.intent();
            let (one, two) = tokio::join!(
                self.act(app, &tokens, first),
                self.act(app, &tokens, second)
            );
            self.done += 2;
            let apply = |has: Has, (of, intent): (&'static str, Intent), is_told: bool| {
                if is_told {
                    after(has, of, intent, now)
                } else {
                    has
                }
            };
            vec![
                apply(apply(self.has.clone(), first, one), second, two),
                apply(apply(self.has.clone(), second, two), first, one),
            ]
        } else {
            let is_told = self.act(app, &tokens, first).await;
            self.done += 1;
            let has = self.has.clone();
            vec![if is_told {
                after(has, first.0, first.1, now)
            } else {
                has
            }]
        };
        let found = self.found(app).await;
        assert!(
            possible.contains(&found),
            "{} at {now}: {first:?} made {found:#?} of {:#?}, and not one of {possible:#?}",
            self.address,
            self.has
        );
        self.has = found;
    }

    async fn found(&self, app: &TestApp) -> Has {
        let select = format!(
            "SELECT n.slug, s.status, s.left_as, s.ended_at, s.paused_until, s.is_text_only, s.rhythm_id IS NOT NULL AS is_weekly \
               FROM subscriptions s JOIN subscribers p ON p.id = s.subscriber_id \
               JOIN newsletters n ON n.id = s.newsletter_id WHERE p.address = '{}'",
            self.address
        );
        let rows = app.rows(&select).await;
        let mut has = Has::new();
        for row in rows {
            let time = |name: &str| row[name].as_str().map(|text| text.parse().unwrap());
            let slug = NEWSLETTERS.iter().find(|slug| row["slug"] == **slug);
            let known = Row {
                status: row["status"].as_str().unwrap().to_owned(),
                left_as: row["left_as"].as_str().map(str::to_owned),
                ended_at: time("ended_at"),
                paused_until: time("paused_until"),
                is_weekly: row["is_weekly"].as_bool().unwrap(),
                is_text: row["is_text_only"].as_bool().unwrap(),
            };
            has.insert(slug.unwrap(), known);
        }
        has
    }
}

async fn round(app: &TestApp, reader: &mut Reader) {
    for _ in 0..IN_A_ROUND {
        reader.step(app).await;
    }
}

#[tokio::test]
async fn the_last_intent_that_was_acknowledged_is_what_holds() {
    #[expect(
        clippy::disallowed_methods,
        reason = "no test of a behaviour is steered like this"
    )]
    let wanted = std::env::var("TIDINGS_INTENTS").map_or(USUAL, |text| text.parse().unwrap());
    let app = TestApp::with()
        .env("TIDINGS__SIGNUP__MAX_MAILS_PER_DAY", "1000000")
        .env("TIDINGS__SIGNUP__CONFIRMATION_COOLDOWN_MINUTES", "0")
        .start()
        .await;
    for slug in NEWSLETTERS {
        app.newsletter(slug).create().await;
    }
    let mut numbers = Numbers(26);
    let mut readers: Vec<Reader> = (0..READERS)
        .map(|number| Reader {
            address: format!("reader{number}@example.org"),
            has: Has::new(),
            numbers: Numbers(1000 + u64::try_from(number).unwrap()),
            done: 0,
        })
        .collect();
    while readers.iter().map(|reader| reader.done).sum::<u64>() < wanted {
        app.advance(SignedDuration::from_secs(1) + numbers.minutes_below(30 * 60));
        tick::end_pauses(&app.app, app.now()).await.unwrap();
        let now = app.now();
        for row in readers
            .iter_mut()
            .flat_map(|reader| reader.has.values_mut())
        {
            if row.status == "paused" && row.paused_until.is_some_and(|until| until <= now) {
                (row.status, row.paused_until) = ("active".to_owned(), None);
            }
        }
        let [a, b, c, d] = readers.as_mut_slice() else {
            panic!("there are {READERS} readers");
        };
        tokio::join!(
            round(&app, a),
            round(&app, b),
            round(&app, c),
            round(&app, d)
        );
    }
    let done: u64 = readers.iter().map(|reader| reader.done).sum();
    println!("{done} intents");
}
