//! Signing up.

use crate::support::TestApp;

#[tokio::test]
async fn a_new_reader_is_asked_to_confirm() {
    let app = TestApp::start().await;
    app.newsletter("morning")
        .title("Europe this morning")
        .create()
        .await;
    app.sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    app.deliver().await;
    let mails = app.inbox("ada@example.org").await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject(), "Please confirm: Europe this morning");
    app.confirm(&mails[0]).await.expect(200);
    assert_eq!(
        app.count("SELECT 1 FROM subscriptions WHERE status = 'active'")
            .await,
        1
    );
}
