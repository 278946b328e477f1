//! Limits: what is counted, what it shows, and that servers share it.

use diesel::{PgConnection, RunQueryDsl};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;
use tidings::domain::allowance::{Allowance, Limit};
use tidings::store::limits;

use super::{app_with, proof, sign_up_from, sign_up_with};
use crate::support::{TestApp, link};

#[tokio::test]
async fn a_client_that_asks_too_often_is_told_when_to_come_back() {
    let app = app_with(&[("LIMITS__CLIENT_REQUESTS", "3/1h")]).await;
    for number in 0..3 {
        let address = format!("r{number}@example.org");
        sign_up_from(&app, "203.0.113.7", &address)
            .await
            .expect(303);
        app.advance(SignedDuration::from_mins(10));
    }
    // The same network, another address in it.
    let page = sign_up_from(&app, "203.0.113.99", "r4@example.org")
        .await
        .expect(429);
    assert_eq!(page.header("retry-after"), "1800");
    assert!(
        page.text().contains("That was very often"),
        "{}",
        page.text()
    );
    let call = app
        .call(Method::POST, "/subscribe")
        .header("x-forwarded-for", "203.0.113.7");
    let body = json!({ "email": "r4@example.org", "newsletters": ["morning"] });
    let problem = call.json(&body).send().await.expect(429);
    assert_eq!(problem.header("content-type"), "application/problem+json");
    assert_eq!(problem.header("retry-after"), "1800");
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 3);
    // Another network; what the client writes itself changes nothing; and after the time that was told.
    sign_up_from(&app, "203.0.112.7", "r5@example.org")
        .await
        .expect(303);
    sign_up_from(&app, "1.2.3.4, 203.0.113.7", "r4@example.org")
        .await
        .expect(429);
    app.advance(SignedDuration::from_mins(30));
    sign_up_from(&app, "203.0.113.7", "r4@example.org")
        .await
        .expect(303);
}

#[tokio::test]
async fn addresses_of_our_own_network_are_not_one_client() {
    let app = app_with(&[
        ("LIMITS__CLIENT_REQUESTS", "1/1h"),
        ("SERVER__TRUSTED_PROXIES", ""),
    ])
    .await;
    for number in 0..3 {
        let address = format!("r{number}@example.org");
        sign_up_from(&app, "203.0.113.7", &address)
            .await
            .expect(303);
    }
}

#[tokio::test]
async fn everybody_together_has_a_limit() {
    let app = app_with(&[("LIMITS__ALL_REQUESTS", "2/1m")]).await;
    sign_up_from(&app, "203.0.113.7", "a@example.org")
        .await
        .expect(303);
    sign_up_from(&app, "198.51.100.7", "b@example.org")
        .await
        .expect(303);
    let late = sign_up_from(&app, "192.0.2.7", "c@example.org")
        .await
        .expect(429);
    assert_eq!(late.header("retry-after"), "60");
}

/// Everything that can be seen of the answers.
async fn answers(app: &TestApp, client: &str, addresses: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for address in addresses {
        let answer = sign_up_from(app, client, address).await.expect(303);
        all.push(format!("{:?}", answer.fixed()));
    }
    all
}

#[tokio::test]
async fn one_mailbox_gets_three_mails_a_day_in_whatever_spelling() {
    let app = app_with(&[]).await;
    let spellings = [
        "v.ictim@gmail.com",
        "victim+1@gmail.com",
        "Vi.Ctim+2@googlemail.com",
        "VICTIM@gmail.com",
        "v.i.c.t.i.m+3@gmail.com",
        "victim+4@googlemail.com",
    ];
    let seen = answers(&app, "203.0.113.7", &spellings).await;
    assert!(seen.iter().all(|answer| *answer == seen[0]), "{seen:?}");
    app.deliver().await;
    assert_eq!(app.outbox.count(), 3);
    // What caused no mail is as if it had not been.
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 3);
    assert_eq!(app.count("SELECT 1 FROM consents").await, 3);
    app.advance(SignedDuration::from_hours(23));
    answers(&app, "198.51.100.7", &["victim+5@gmail.com"]).await;
    app.deliver().await;
    assert_eq!(app.outbox.count(), 3);
    app.advance(SignedDuration::from_hours(1));
    answers(&app, "198.51.100.7", &["victim+6@gmail.com"]).await;
    app.deliver().await;
    assert_eq!(app.outbox.count(), 4);
}

#[tokio::test]
async fn limits_on_mails_do_not_show() {
    for (setting, count) in [
        ("LIMITS__CLIENT_MAILS", 2),
        ("LIMITS__DOMAIN_MAILS", 2),
        ("LIMITS__NEWSLETTER_MAILS", 2),
    ] {
        let app = app_with(&[(setting, "2/1h")]).await;
        let seen = answers(
            &app,
            "203.0.113.7",
            &[
                "a@example.org",
                "b@x.example.org",
                "c@y.example.org",
                "d@example.org",
            ],
        )
        .await;
        assert!(
            seen.iter().all(|answer| *answer == seen[0]),
            "{setting}: {seen:?}"
        );
        app.deliver().await;
        assert_eq!(app.outbox.count(), count, "{setting}");
        app.advance(SignedDuration::from_mins(61));
        answers(&app, "203.0.113.7", &["c@y.example.org"]).await;
        app.deliver().await;
        assert_eq!(app.outbox.count(), count + 1, "{setting}");
    }
}

#[tokio::test]
async fn when_all_mails_are_used_up_a_proof_opens_a_budget_of_its_own() {
    for (required, second) in [("under_attack", 403), ("never", 429)] {
        let settings = [
            ("LIMITS__ALL_MAILS", "1/1h"),
            ("CAPTCHA__REQUIRED", required),
            ("CAPTCHA__MAX_NUMBER", "300"),
            ("ATTACK__AUTOMATIC", "false"),
        ];
        let app = app_with(&settings).await;
        sign_up_from(&app, "203.0.113.7", "a@a.example")
            .await
            .expect(303);
        // Whoever the address belongs to, the answer is the same.
        app.reader("held@held.example", "morning").await;
        for address in ["b@b.example", "a@a.example", "held@held.example"] {
            let refused = sign_up_from(&app, "203.0.113.7", address).await;
            assert_eq!(refused.status(), second, "{required}, {address}");
        }
        let with_proof = async |address: &str| {
            let altcha = proof(&app).await;
            let fields = [
                ("email", address),
                ("newsletter", "morning"),
                ("altcha", &altcha),
            ];
            sign_up_with(&app, "203.0.113.7", &fields).await
        };
        with_proof("b@b.example").await.expect(303);
        // That budget has an end, too, and says when it is free again.
        app.advance(SignedDuration::from_mins(15));
        let late = with_proof("c@c.example").await.expect(429);
        assert_eq!(late.header("retry-after"), "2700");
        app.deliver().await;
        assert_eq!(app.outbox.count(), 2, "{required}");
        app.advance(SignedDuration::from_mins(45));
        sign_up_from(&app, "203.0.113.7", "c@c.example")
            .await
            .expect(303);
    }
}

#[tokio::test]
async fn free_mail_domains_have_a_limit_of_their_own() {
    let app = app_with(&[
        ("LIMITS__DOMAIN_MAILS", "1/1h"),
        ("LIMITS__FREE_MAIL_DOMAIN_MAILS", "2/1h"),
    ])
    .await;
    answers(
        &app,
        "203.0.113.7",
        &[
            "a@web.de",
            "b@web.de",
            "c@web.de",
            "a@example.org",
            "b@example.org",
        ],
    )
    .await;
    app.deliver().await;
    assert_eq!(app.outbox.count(), 3);
}

#[tokio::test]
async fn a_mail_that_is_not_sent_takes_no_share() {
    let app = app_with(&[("LIMITS__ALL_MAILS", "2/1h")]).await;
    // The second comes within the cooldown and causes no mail.
    answers(
        &app,
        "203.0.113.7",
        &["a@example.org", "a@example.org", "b@example.org"],
    )
    .await;
    app.deliver().await;
    assert_eq!(app.outbox.count(), 2);
}

#[tokio::test]
async fn a_link_is_sent_again_within_the_limits() {
    let app = app_with(&[
        ("LIMITS__CLIENT_MAILS", "2/7d"),
        ("LIMITS__CLIENT_RESENDS", "2/1d"),
    ])
    .await;
    sign_up_from(&app, "203.0.113.7", "a@example.org")
        .await
        .expect(303);
    app.deliver().await;
    app.advance(SignedDuration::from_hours(7 * 24 + 1));
    let old = link(&app.inbox("a@example.org").await[0], "/confirm/");
    let again = async || {
        let call = app.call(Method::POST, &format!("{old}/resend"));
        call.header("x-forwarded-for", "203.0.113.7").send().await
    };
    again().await.expect(303);
    app.deliver().await;
    assert_eq!(app.outbox.count(), 2);
    again().await.expect(303);
    let late = again().await.expect(429);
    assert_eq!(late.header("retry-after"), "86400");
}

#[tokio::test]
async fn links_that_exist_always_work_and_one_click_is_never_refused() {
    let app = app_with(&[("LIMITS__CLIENT_UNKNOWN_LINKS", "2/1h")]).await;
    app.reader("ada@example.org", "morning").await;
    // "You already get it" holds a link to leave.
    sign_up_from(&app, "203.0.113.7", "ada@example.org")
        .await
        .expect(303);
    app.deliver().await;
    let known = link(&app.inbox("ada@example.org").await[0], "/unsubscribe/");
    let from = |method: Method, path: &str| {
        app.call(method, path)
            .header("x-forwarded-for", "203.0.113.7")
    };
    let made_up = "/unsubscribe/AZ3oT1kVcACSB5c0Qn1pXa5Wq2XH0dJrYbKs8mT4vL9e";
    for expected in [404, 404, 429, 429] {
        from(Method::GET, made_up).send().await.expect(expected);
    }
    for path in [
        "/confirm/x",
        "/mail/x",
        "/preferences/x",
        "/preferences/x/export",
        "/preferences/x/erase",
        "/address/change/x",
        "/address/stop/x",
    ] {
        from(Method::GET, path).send().await.expect(429);
    }
    for path in [
        "/unsubscribe/x/all",
        "/preferences/x/stop",
        "/preferences/x/erase",
    ] {
        from(Method::POST, path)
            .form(&[("a", "b")])
            .send()
            .await
            .expect(429);
    }
    let one_click = [("List-Unsubscribe", "One-Click")];
    from(Method::POST, made_up)
        .form(&one_click)
        .send()
        .await
        .expect(404);
    from(Method::GET, &known).send().await.expect(200);
    from(Method::POST, &known)
        .form(&one_click)
        .send()
        .await
        .expect(200);
    assert_eq!(
        app.count("SELECT 1 FROM subscriptions WHERE status = 'unsubscribed'")
            .await,
        1
    );
}

fn three(key: &str) -> Limit {
    Allowance::a_day(3).of("test", key).unwrap()
}

#[tokio::test]
async fn servers_share_a_limit_and_never_wait_for_each_other_in_a_circle() {
    let app = TestApp::start().await;
    let now = app.now();
    // Several pools, as several servers have them; each request takes keys in an order of its own.
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..40 {
        let db = app.app.db.beside(2).unwrap();
        let keys = if number % 2 == 0 {
            ["a", "b", "c"]
        } else {
            ["c", "b", "a"]
        };
        tasks.spawn(async move {
            let all = keys.map(three).to_vec();
            db.transaction(move |conn| limits::take(conn, now, all))
                .await
                .unwrap()
        });
    }
    let granted = tasks
        .join_all()
        .await
        .iter()
        .filter(|free_at| free_at.is_none())
        .count();
    assert_eq!(granted, 3);
    let hits = "SELECT 1 FROM limit_hits WHERE cardinality(hits) = 3";
    assert_eq!(app.count(hits).await, 3);
}

/// While the table is young it has no statistics, and plans that read all of it look cheap.
#[tokio::test]
async fn counted_keys_are_found_without_reading_the_whole_table() {
    #[derive(diesel::QueryableByName)]
    struct Read {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        rows: i64,
    }
    let app = TestApp::start().await;
    let now = app.now();
    let work = move |conn: &mut PgConnection| -> Result<_, tidings::store::Error> {
        for turn in 0..10 {
            let all = (0..128).map(|caller| vec![three(&format!("{turn}-{caller}"))]);
            limits::take_each(conn, now, all.collect())?;
        }
        // What this transaction read, of which nobody else knows yet.
        let query = "SELECT seq_tup_read AS rows FROM pg_stat_xact_user_tables WHERE relname = 'limit_hits'";
        Ok(diesel::sql_query(query).get_result::<Read>(conn).unwrap())
    };
    assert_eq!(app.run(work).await.rows, 0);
    assert_eq!(app.count("SELECT 1 FROM limit_hits").await, 1_280);
}

#[tokio::test]
async fn all_are_taken_or_none() {
    let app = TestApp::start().await;
    let now = app.now();
    let take = async |keys: &[&str]| {
        let all = keys.iter().map(|key| three(key)).collect();
        app.run(move |conn| limits::take(conn, now, all)).await
    };
    for _ in 0..3 {
        assert_eq!(take(&["full"]).await, None);
    }
    assert_eq!(
        take(&["full", "other"]).await,
        Some(now + SignedDuration::from_hours(24))
    );
    for _ in 0..3 {
        assert_eq!(take(&["other"]).await, None);
    }
    assert!(take(&["other"]).await.is_some());
}

#[tokio::test]
async fn what_is_out_of_every_window_is_forgotten() {
    let app = app_with(&[
        ("LIMITS__CLIENT_REQUESTS", "60/1h"),
        ("LIMITS__ALL_REQUESTS", "9/1m"),
    ])
    .await;
    sign_up_with(
        &app,
        "203.0.113.7",
        &[("email", "a@example.org"), ("newsletter", "morning")],
    )
    .await
    .expect(303);
    let before = app.count("SELECT 1 FROM limit_hits").await;
    assert!(before >= 6, "{before}");
    // Nothing that names a person or a network is written down.
    let named = "SELECT 1 FROM limit_hits WHERE key LIKE '%example%' OR key LIKE '%203%.113%'";
    assert_eq!(app.count(named).await, 0);
    tidings::worker::tick::guard_doors(&app.app).await.unwrap();
    assert_eq!(app.count("SELECT 1 FROM limit_hits").await, before);
    app.advance(SignedDuration::from_mins(61));
    tidings::worker::tick::guard_doors(&app.app).await.unwrap();
    assert_eq!(
        app.count("SELECT 1 FROM limit_hits WHERE key LIKE 'mailbox:%'")
            .await,
        1
    );
    assert_eq!(app.count("SELECT 1 FROM limit_hits").await, 1);
    app.advance(SignedDuration::from_hours(24));
    tidings::worker::tick::guard_doors(&app.app).await.unwrap();
    assert_eq!(app.count("SELECT 1 FROM limit_hits").await, 0);
}
