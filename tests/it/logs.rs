//! What the log says, and what it must not say: who the readers are and what opens their links.

use reqwest::Method;
use serde_json::Value;
use tidings::mail::outbox::Outbox;
use tidings::mail::smtp_server::{Script, Verdict};

use crate::support::cluster::Database;
use crate::support::link;
use crate::support::process::{PATIENCE, Process, Tidings, mail_peer};

const ADA: &str = "ada.lovelace@readers.example";

/// The last part of an address: what opens a link.
fn token(link: &str) -> String {
    link.rsplit('/').next().unwrap().to_owned()
}

/// The way of a reader through every door that knows her. Returns the tokens of her links.
async fn visit(server: &Process, outbox: &Outbox, key: &str) -> [String; 2] {
    let form = [
        ("email", ADA),
        ("newsletter", "morning"),
        ("language", "en"),
    ];
    let subscribe = server.call(Method::POST, "/subscribe").form(&form);
    subscribe.send().await.expect(303);
    let mails = outbox.wait_for(ADA, 1, PATIENCE).await;
    let confirm = token(&link(&mails[0], "/confirm/"));
    for method in [Method::GET, Method::POST] {
        let call = server.call(method, &format!("/confirm/{confirm}"));
        call.form(&[]).send().await.expect(200);
    }
    server
        .api(key, Method::GET, &format!("/subscribers?address={ADA}"))
        .send()
        .await
        .expect(200);
    let run = server.api(key, Method::POST, "/newsletters/morning/editions");
    run.send().await.expect(201);
    let mails = outbox.wait_for(ADA, 2, PATIENCE).await;
    let unsubscribe = token(&link(&mails[0], "/unsubscribe/"));
    for path in [
        format!("/unsubscribe/{unsubscribe}"),
        // Somebody mistypes, and somebody tries.
        format!("/unsubscribe/{confirm}"),
        format!("/unsubscribe/{unsubscribe}/{ADA}"),
    ] {
        server.call(Method::GET, &path).send().await;
        server.call(Method::POST, &path).form(&[]).send().await;
    }
    [confirm, unsubscribe]
}

#[tokio::test]
async fn the_log_names_no_reader_and_opens_no_link() {
    let database = Database::migrated();
    let key = database.api_key();
    // One reader is refused, with her address in the reply as many servers do it.
    let script = Script::default().on_rcpt(|address| {
        if address.starts_with("refused") {
            Verdict::reply(550, format!("5.1.1 <{address}>: no such user"))
        } else {
            Verdict::Accept
        }
    });
    let (relay, outbox) = mail_peer(script).await;
    let server = Tidings::serve(&[])
        .database(&database)
        .mail(&relay)
        .env("LOG_FORMAT", "json")
        .env("LOG_LEVEL", "debug")
        .up()
        .await;
    server.newsletter(&key).await;
    server.article(&key).await;
    server.reader(&key, "refused@readers.example").await;
    let tokens = visit(&server, &outbox, &key).await;
    let ran = server.stop().await.expect(0);

    let refused = "SELECT 1 FROM edition_deliveries WHERE status = 'bounced'";
    assert_eq!(database.count(refused), 1, "the refusal was to be logged");
    let lines: Vec<Value> = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.len() > 20, "{}", ran.stderr);
    assert!(
        lines
            .iter()
            .all(|line| line["level"].is_string() && line["timestamp"].is_string())
    );
    for said in ["answered", "refused", "sent"] {
        assert!(lines.iter().any(|line| line["message"] == said), "{said}");
    }
    let folded = ran.stderr.to_lowercase();
    for secret in [
        ADA,
        "lovelace",
        "refused@",
        "readers.example",
        &tokens[0].to_lowercase(),
        &tokens[1].to_lowercase(),
        &key.to_lowercase(),
    ] {
        let line = folded.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}
