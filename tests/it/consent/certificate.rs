//! Certificates: anybody can check them with the public key, and people can read them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};

use super::ADA;
use crate::support::cluster::Database;
use crate::support::process::{Tidings, folder};
use crate::support::snapshot::assert_snapshot;
use crate::support::{TestApp, link};

const AGENT: &str = "Testfox/1.0 <script>alert(1)</script>";

/// Ada signed up on a page and confirmed; returns the path of her record.
async fn confirmed() -> (TestApp, String) {
    let app = TestApp::with()
        .env("TIDINGS__SERVER__TRUSTED_PROXIES", "127.0.0.1")
        .env("TIDINGS__CONSENT__CLIENT_ADDRESS", "truncated")
        .env("TIDINGS__PUBLISHER__LANGUAGE", "de")
        .start()
        .await;
    app.newsletter("morning")
        .title("Europe this morning")
        .create()
        .await;
    app.newsletter("evening").create().await;
    let fields = [
        ("email", ADA),
        ("newsletter", "morning"),
        ("language", "en"),
        ("source", "https://www.europablatt.example/bridge-reopens"),
    ];
    let call = |path: &str| {
        let call = app.call(Method::POST, path).header("user-agent", AGENT);
        call.header("x-forwarded-for", "203.0.113.7")
    };
    call("/subscribe").form(&fields).send().await.expect(303);
    app.deliver().await;
    app.advance(jiff::SignedDuration::from_mins(11));
    let mail = app.inbox(ADA).await.pop().unwrap();
    call(&link(&mail, "/confirm/"))
        .form(&[])
        .send()
        .await
        .expect(200);
    let rows = app.rows("SELECT id FROM subscribers").await;
    let path = format!(
        "/subscribers/{}/subscriptions/morning/consent",
        rows[0]["id"].as_str().unwrap()
    );
    (app, path)
}

fn decode(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}

/// What is certified, if the signature is that of the first of `keys`.
fn checked(signed: &Value, keys: &Value) -> Option<Value> {
    let header: Value = serde_json::from_slice(&decode(&signed["protected"])).unwrap();
    let key = &keys["keys"][0];
    assert_eq!(
        (&header["alg"], &header["kid"]),
        (&json!("EdDSA"), &key["kid"])
    );
    let text = format!(
        "{}.{}",
        signed["protected"].as_str().unwrap(),
        signed["payload"].as_str().unwrap()
    );
    let key = UnparsedPublicKey::new(&ED25519, decode(&key["x"]));
    key.verify(text.as_bytes(), &decode(&signed["signature"]))
        .ok()?;
    Some(serde_json::from_slice(&decode(&signed["payload"])).unwrap())
}

#[tokio::test]
async fn a_certificate_can_be_checked_with_the_public_key_alone() {
    let (app, path) = confirmed().await;
    let mut signed: Value = app.api(Method::GET, &path).send().await.expect(200).json();
    let keys: Value = app.get("/consent/keys.json").await.expect(200).json();
    let told = checked(&signed, &keys).unwrap();
    assert_eq!(told["subject"]["address"], ADA);
    assert_eq!(
        told["newsletter"],
        json!({"slug": "morning", "title": "Europe this morning"})
    );
    assert_eq!(
        (&told["is_whole"], &told["findings"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(told["issued_at"], "2026-01-05T05:41:00Z");
    let entries = told["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0]["recorded_at"], "2026-01-05T05:30:00Z");
    assert_eq!(
        entries[0]["page_url"],
        "https://www.europablatt.example/bridge-reopens"
    );
    assert_eq!(entries[1]["action"], "confirmed");
    assert_eq!(entries[1]["previous_hash"], entries[0]["hash"]);
    for entry in entries {
        assert_eq!(
            (&entry["user_agent"], &entry["client_address"]),
            (&json!(AGENT), &json!("203.0.113.0/24"))
        );
    }
    let mut payload = decode(&signed["payload"]);
    let last = payload.len() - 2;
    payload[last] ^= 1;
    signed["payload"] = URL_SAFE_NO_PAD.encode(&payload).into();
    assert!(checked(&signed, &keys).is_none());
}

#[tokio::test]
async fn a_certificate_says_when_a_consent_was_given_elsewhere() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let reader = json!({
        "address": ADA, "newsletters": ["morning"], "language": "en",
        "consent": { "source": "Ticked the box on a paper form", "obtained_at": "2025-08-01T10:00:00+02:00" },
    });
    let added = app.api(Method::POST, "/subscribers").json(&reader);
    let added: Value = added.send().await.expect(200).json();
    let path = format!(
        "/subscribers/{}/subscriptions/morning/consent",
        added["id"].as_str().unwrap()
    );
    let signed: Value = app.api(Method::GET, &path).send().await.expect(200).json();
    let keys: Value = app.get("/consent/keys.json").await.expect(200).json();
    let entry = &checked(&signed, &keys).unwrap()["entries"][0];
    assert_eq!(
        (&entry["obtained_at"], &entry["recorded_at"]),
        (
            &json!("2025-08-01T08:00:00Z"),
            &json!("2026-01-05T05:30:00Z")
        )
    );
    let page = app.api(Method::GET, &format!("{path}.html"));
    let answer = page.send().await.expect(200);
    let html = answer.text();
    assert!(
        html.contains("<dt>Consent given, on</dt><dd><bdi>2025-08-01 08:00:00 UTC</bdi></dd>"),
        "{html}"
    );
}

#[tokio::test]
async fn a_certificate_of_a_broken_chain_says_so() {
    let (app, path) = confirmed().await;
    app.execute("DELETE FROM consents WHERE number = 2").await;
    let signed: Value = app.api(Method::GET, &path).send().await.expect(200).json();
    let keys: Value = app.get("/consent/keys.json").await.expect(200).json();
    let told = checked(&signed, &keys).unwrap();
    assert_eq!(
        (&told["is_whole"], &told["findings"][0]["fault"]),
        (&json!(false), &json!("cut_off"))
    );
    let page = app
        .api(Method::GET, &format!("{path}.html"))
        .send()
        .await
        .expect(200);
    assert!(page.text().contains("ist kein Verlass"));
}

#[tokio::test]
async fn a_record_that_there_is_not_is_not_found() {
    let (app, path) = confirmed().await;
    for (from, to, code) in [
        ("morning", "nowhere", "unknown_newsletter"),
        ("morning", "No slug", "unknown_newsletter"),
        ("morning", "evening", "no_subscription"),
    ] {
        let answer = app.api(Method::GET, &path.replace(from, to)).send().await;
        assert_eq!(answer.problem(404).code, code, "{to}");
    }
    let nobody = "/subscribers/00000000-0000-7000-8000-000000000001/subscriptions/morning/consent";
    let answer = app.api(Method::GET, nobody).send().await;
    assert_eq!(answer.problem(404).code, "unknown_subscriber");
    app.get(&format!("/api/v1{path}")).await.expect(401);
}

#[tokio::test]
async fn the_page_is_one_file_that_may_only_use_its_own_styles() {
    let (app, path) = confirmed().await;
    let page = app
        .api(Method::GET, &format!("{path}.html"))
        .send()
        .await
        .expect(200);
    let html = page.text();
    let (_, rest) = html.split_once("<style>").unwrap();
    let (style, _) = rest.split_once("</style>").unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, style.as_bytes());
    let hash = base64::engine::general_purpose::STANDARD.encode(digest);
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with(&format!("default-src 'none'; style-src 'sha256-{hash}';")),
        "{policy}"
    );
    for part in ["<script", "<link", "<img", "style=", "src="] {
        assert!(!html.contains(part), "{part} in {html}");
    }
    assert!(
        html.starts_with("<!doctype html>\n<html lang=\"de\" dir=\"ltr\">"),
        "{html}"
    );
    let seals = app
        .rows("SELECT encode(hash, 'hex') AS hash FROM consents ORDER BY number")
        .await;
    let shown = seals
        .iter()
        .enumerate()
        .fold(html.replace(style, ""), |text, (number, row)| {
            text.replace(
                row["hash"].as_str().unwrap(),
                &format!("[seal {}]", number + 1),
            )
        });
    assert_snapshot("consent_certificate", &shown);
}

#[tokio::test]
async fn the_commands_write_what_the_server_would() {
    let (app, _) = confirmed().await;
    let place = folder();
    let run = |arguments: &[&str]| {
        Tidings::new(&[&["consent"], arguments].concat())
            .env("DATABASE_URL", &app.database_url())
            .env("SECRET_KEY", crate::support::KEY)
            .env("TIDINGS__DATABASE__POOL_SIZE", "2")
    };
    let file = place.path().join("ada.json");
    let out = file.to_str().unwrap();
    let ran = run(&["certificate", ADA, "--newsletter", "morning", "--out", out])
        .run()
        .await
        .expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    let signed: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let keys: Value = run(&["public-key"]).run().await.expect(0).json();
    assert_eq!(
        checked(&signed, &keys).unwrap()["entries"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let pem = run(&["public-key", "--pem"]).run().await.expect(0).stdout;
    assert!(
        pem.starts_with("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA"),
        "{pem}"
    );
    let page = run(&["certificate", ADA, "--newsletter", "morning", "--html"])
        .run()
        .await
        .expect(0);
    assert!(page.stdout.starts_with("<!doctype html>"), "{page:?}");
    run(&["certificate", "bo@example.org", "--newsletter", "morning"])
        .run()
        .await
        .expect(5)
        .in_one_line()
        .says(&["error: there is no such subscriber"]);
    let told = run(&[
        "client",
        ADA,
        "--newsletter",
        "morning",
        "--client",
        "203.0.113.7",
    ]);
    let told = told.run().await.expect(0).stdout;
    assert_eq!(
        told,
        "1 requested: 203.0.113.0/24\n2 confirmed: 203.0.113.0/24\n"
    );
}

#[tokio::test]
async fn a_client_of_which_only_a_hash_is_kept_can_be_asked_for() {
    let app = TestApp::with()
        .env("TIDINGS__SERVER__TRUSTED_PROXIES", "127.0.0.1")
        .start()
        .await;
    app.newsletter("morning").create().await;
    let call = app
        .call(Method::POST, "/subscribe")
        .header("x-forwarded-for", "203.0.113.7");
    call.form(&[("email", ADA), ("newsletter", "morning")])
        .send()
        .await
        .expect(303);
    for (client, said) in [
        ("203.0.113.7", "this client"),
        ("203.0.113.8", "another client"),
    ] {
        let ran = Tidings::new(&[
            "consent",
            "client",
            ADA,
            "--newsletter",
            "morning",
            "--client",
            client,
        ])
        .env("DATABASE_URL", &app.database_url())
        .env("SECRET_KEY", crate::support::KEY)
        .run()
        .await
        .expect(0);
        assert_eq!(ran.stdout, format!("1 requested: came from {said}\n"));
    }
}

/// OpenSSL knows nothing of this program.
#[tokio::test]
async fn openssl_accepts_a_certificate() {
    let (app, path) = confirmed().await;
    let signed: Value = app.api(Method::GET, &path).send().await.expect(200).json();
    let database = Database::migrated();
    let pem = Tidings::new(&["consent", "public-key", "--pem"]).database(&database);
    let pem = pem.run().await.expect(0).stdout;
    let place = folder();
    let put = |name: &str, bytes: &[u8]| {
        let file = place.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        file
    };
    let text = format!(
        "{}.{}",
        signed["protected"].as_str().unwrap(),
        signed["payload"].as_str().unwrap()
    );
    let (key, signature) = (
        put("key.pem", pem.as_bytes()),
        put("signature", &decode(&signed["signature"])),
    );
    let verify = |text: &str| {
        let file = put("text", text.as_bytes());
        let mut command = std::process::Command::new("openssl");
        command
            .args(["pkeyutl", "-verify", "-pubin", "-rawin", "-inkey"])
            .arg(&key);
        command.arg("-in").arg(file).arg("-sigfile").arg(&signature);
        command.output()
    };
    let Ok(ran) = verify(&text) else {
        // Without OpenSSL on this machine; ring has checked the same above.
        return;
    };
    assert!(ran.status.success(), "{ran:?}");
    assert!(!verify(&format!("{text}A")).unwrap().status.success());
}
