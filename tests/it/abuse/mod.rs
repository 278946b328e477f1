//! Machines at the door: limits that all servers share, a proof of work while there is an attack, and cleaning up afterwards.

mod attack;
mod captcha;
mod connections;
mod limits;
mod size;
mod traps;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};
use tidings::domain::fingerprint::fingerprint;

use crate::support::{Answer, TestApp};

/// The program behind a proxy, with one newsletter.
async fn app_with(settings: &[(&str, &str)]) -> TestApp {
    let builder = TestApp::with().env("TIDINGS__SERVER__TRUSTED_PROXIES", "127.0.0.1");
    let builder = settings.iter().fold(builder, |builder, (name, value)| {
        builder.env(&format!("TIDINGS__{name}"), value)
    });
    let app = builder.start().await;
    app.newsletter("morning").create().await;
    app
}

/// A sign-up that our proxy got from `client`.
async fn sign_up_from(app: &TestApp, client: &str, address: &str) -> Answer {
    sign_up_with(
        app,
        client,
        &[
            ("email", address),
            ("newsletter", "morning"),
            ("language", "en"),
        ],
    )
    .await
}

async fn sign_up_with(app: &TestApp, client: &str, fields: &[(&str, &str)]) -> Answer {
    let call = app.call(Method::POST, "/subscribe");
    call.header("x-forwarded-for", client)
        .form(fields)
        .send()
        .await
}

/// The answer to a riddle, as a widget sends it.
fn solve(riddle: &Value) -> String {
    let text = |name: &str| riddle[name].as_str().unwrap();
    let number = (0..=riddle["maxnumber"].as_u64().unwrap())
        .find(|number| {
            let text_of = format!("{}{number}", text("salt"));
            fingerprint(text_of.as_bytes(), 64) == text("challenge")
        })
        .unwrap();
    let payload = json!({
        "algorithm": text("algorithm"), "challenge": text("challenge"), "number": number,
        "salt": text("salt"), "signature": text("signature"),
    });
    STANDARD.encode(payload.to_string())
}

async fn proof(app: &TestApp) -> String {
    solve(&app.get("/captcha/altcha").await.expect(200).json())
}
