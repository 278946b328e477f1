//! The chain of evidence: every door adds to it, and whatever is done to it behind the program's back shows.

mod certificate;
mod doors;
mod life;
mod tampering;

use tidings::domain::consent_chain::{Fault, Finding};
use tidings::usecases::consents::{self, Scope, Summary};

use crate::support::TestApp;

const ADA: &str = "ada@example.org";

/// What `tidings consent verify` would find.
async fn verify(app: &TestApp) -> (Summary, Vec<Finding>) {
    verify_with(app, Scope::default()).await
}

async fn verify_with(app: &TestApp, scope: Scope) -> (Summary, Vec<Finding>) {
    let keys = app.app.keys.clone();
    app.run(move |conn| {
        let mut findings = Vec::new();
        let summary = consents::verify(conn, &keys, &scope, |finding| findings.push(finding))?;
        Ok::<_, consents::Error>((summary, findings))
    })
    .await
}

/// Stops the test unless everything is whole; returns how many rows there are.
#[track_caller]
fn whole((summary, findings): (Summary, Vec<Finding>)) -> u64 {
    assert_eq!(findings, []);
    assert_eq!(summary.findings, 0);
    summary.rows
}

/// The one thing that is wrong, as row, number and fault.
#[track_caller]
fn only((summary, findings): (Summary, Vec<Finding>)) -> (Option<String>, i32, Fault) {
    let [finding] = findings.as_slice() else {
        panic!("{findings:#?}");
    };
    assert_eq!(summary.findings, 1);
    let row = finding.consent_id.map(|id| id.to_string());
    (row, finding.number, finding.fault)
}
