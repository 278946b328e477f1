//! What somebody reads who got something wrong: one exit code for scripts, words that say what to change.

use std::fs;
use std::net::TcpListener;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::cluster::Database;
use crate::support::process::{Tidings, folder, mail_peer};
use tidings::mail::smtp_server::Script;

/// Nobody listens on port 1 of this machine.
const NO_DATABASE: &str = "postgres://tidings:hunter2@127.0.0.1:1/tidings";
const KEY: &str = "a key for tests only, longer than 32 characters";

#[tokio::test]
async fn an_unknown_command_or_flag_is_wrong_usage() {
    for arguments in [&["serv"][..], &["serve", "--port", "1"], &["keys"], &[]] {
        let ran = Tidings::new(arguments).run().await.expect(2);
        assert!(ran.stderr.contains("Usage: tidings"), "{ran:?}");
        assert_eq!(ran.stdout, "");
    }
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_said_in_one_line() {
    let commands: [&[&str]; 5] = [
        &["serve", "--listen", "127.0.0.1:0"],
        &["keys", "list"],
        &["migrate"],
        &["editions", "run-due"],
        &["migrate", "--dry-run"],
    ];
    for arguments in commands {
        let ran = Tidings::new(arguments)
            .env("DATABASE_URL", NO_DATABASE)
            .env("SECRET_KEY", KEY)
            .env("TIDINGS__DATABASE__POOL_WAIT_SECONDS", "1")
            .run()
            .await
            .expect(4)
            .in_one_line()
            .says(&["error: the database cannot be reached", "127.0.0.1"]);
        assert!(!ran.stderr.contains("hunter2"), "{ran:?}");
    }
}

#[tokio::test]
async fn without_a_database_a_command_says_how_to_get_one() {
    Tidings::new(&["keys", "list"])
        .run()
        .await
        .expect(4)
        .in_one_line()
        .says(&["no database: set DATABASE_URL, or start `tidings serve`"]);
}

#[tokio::test]
async fn a_worker_needs_a_mail_server() {
    for arguments in [&["worker"][..], &["editions", "run-due", "--deliver"]] {
        Tidings::new(arguments)
            .env("DATABASE_URL", NO_DATABASE)
            .env("SECRET_KEY", KEY)
            .run()
            .await
            .expect(4)
            .in_one_line()
            .says(&["no mail server: set SMTP_URL"]);
    }
}

#[tokio::test]
async fn a_mail_server_that_does_not_answer_stops_no_sign_up() {
    let database = Database::migrated();
    let mut server = Tidings::serve(&[])
        .database(&database)
        .env("SMTP_URL", "smtp://127.0.0.1:1")
        .env("MAIL_FROM", "newsletter@news.europablatt.example")
        .env("TIDINGS__DELIVERY__POLL_MILLISECONDS", "50")
        .up()
        .await;
    server.newsletter(&database.api_key()).await;
    server
        .call(Method::POST, "/subscribe")
        .json(&json!({ "email": "ada@example.org", "newsletters": ["morning"] }))
        .send()
        .await
        .expect(202);
    server.line("the mail server cannot be reached").await;
    server.call(Method::GET, "/readyz").send().await.expect(200);
    server.stop().await.expect(0);
    let waiting = "SELECT 1 FROM deliveries WHERE status = 'deferred' AND attempt_count = 0 \
                   AND reply_text LIKE 'the mail server cannot be reached: %' AND due_at > now()";
    assert_eq!(database.count(waiting), 1);
}

#[tokio::test]
async fn a_setting_that_does_not_exist_is_named_with_its_file_and_the_right_one() {
    let folder = folder();
    let file = folder.path().join("tidings.toml");
    fs::write(&file, "[delivery]\nconnection = 9\n").unwrap();
    let file = file.to_str().unwrap();
    for arguments in [&["config", "check"][..], &["serve"], &["config", "show"]] {
        let ran = Tidings::new(&[&["--config", file], arguments].concat());
        ran.run().await.expect(3).says(&[
            "delivery.connection: there is no such setting",
            "did you mean delivery.connections?",
            file,
        ]);
    }
}

#[tokio::test]
async fn a_settings_file_that_cannot_be_read_is_named() {
    let folder = folder();
    let broken = folder.path().join("broken.toml");
    fs::write(&broken, "[delivery\n").unwrap();
    let broken = broken.to_str().unwrap();
    Tidings::new(&["config", "check", "--config", broken])
        .run()
        .await
        .expect(3)
        .says(&[broken, "not valid TOML"]);
    Tidings::new(&["config", "check"])
        .env("TIDINGS_CONFIG", "/does/not/exist.toml")
        .run()
        .await
        .expect(3)
        .says(&["/does/not/exist.toml: cannot read this settings file"]);
}

#[tokio::test]
async fn several_mistakes_are_told_at_once() {
    let ran = Tidings::serve(&[])
        .env("DATABASE_URL", "mysql://db/tidings")
        .env("SMTP_URL", "mail.example.org")
        .env("TIDINGS__DELIVERY__CONNECTIONS", "0")
        .env("TIDINGS__SIGNUP__CONFIRMATION_LIFETIME_DAYS", "many")
        .env("TIDINGS__SIGNUP__COOLDOWN", "5")
        .env("SECRET_KEY", "short")
        .run()
        .await
        .expect(3)
        .says(&[
            "database.url: must look like postgres://",
            "smtp.url: must look like smtp://",
            "delivery.connections: must be at least 1 (from TIDINGS__DELIVERY__CONNECTIONS)",
            "signup.confirmation_lifetime_days: must be a whole number",
            "signup.cooldown: there is no such setting",
            "links.secret_key: must have at least 32 characters",
        ]);
    assert_eq!(ran.stderr.lines().count(), 7, "a heading and six mistakes");
}

#[tokio::test]
async fn a_log_level_that_does_not_exist_is_a_wrong_setting() {
    Tidings::serve(&[])
        .env("LOG_LEVEL", "tidings=loud")
        .run()
        .await
        .expect(3)
        .says(&["log.level: ", "error, warn, info, debug, trace"]);
}

#[tokio::test]
async fn a_port_in_use_is_refused_before_anything_starts() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let database = Database::empty();
    Tidings::new(&["serve"])
        .database(&database)
        .env("LISTEN_ADDR", &format!("127.0.0.1:{port}"))
        .run()
        .await
        .expect(6)
        .in_one_line()
        .says(&["port", &port, "is in use", "--listen"]);
    let tables = "SELECT 1 FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(database.count(tables), 0);
}

#[tokio::test]
async fn a_schema_from_the_future_is_left_alone() {
    let database = Database::migrated();
    database.execute("INSERT INTO __diesel_schema_migrations VALUES ('99990101000000', now())");
    let (relay, _) = mail_peer(Script::default()).await;
    let commands: [&[&str]; 5] = [
        &["serve", "--listen", "127.0.0.1:0"],
        &["worker"],
        &["migrate"],
        &["keys", "create", "cms"],
        &["editions", "run-due"],
    ];
    for arguments in commands {
        Tidings::new(arguments)
            .database(&database)
            .mail(&relay)
            .run()
            .await
            .expect(6)
            .in_one_line()
            .says(&["migrated by a newer version", "99990101000000"]);
    }
    assert_eq!(database.count("SELECT 1 FROM api_keys"), 0);
}

#[tokio::test]
async fn migrate_says_first_what_it_would_do() {
    let database = Database::empty();
    let migrate =
        |arguments: &[&str]| Tidings::new(&[&["migrate"], arguments].concat()).database(&database);
    let would = migrate(&["--dry-run"]).run().await.expect(0);
    let tables = "SELECT 1 FROM pg_tables WHERE tablename = 'deliveries'";
    assert_eq!(database.count(tables), 0);
    let ran = migrate(&[]).run().await.expect(0);
    assert_eq!(database.count(tables), 1);
    assert!(would.stdout.lines().count() > 5, "{would:?}");
    assert_eq!(would.stdout.replace("would run ", "ran "), ran.stdout);
    let again = migrate(&[]).run().await.expect(0);
    assert_eq!(again.stdout, "");
}

#[tokio::test]
async fn the_settings_are_shown_with_their_sources_and_without_secrets() {
    let folder = folder();
    let file = folder.path().join("tidings.toml");
    fs::write(&file, "[publisher]\nname = \"Europablatt\"\n").unwrap();
    let secret = folder.path().join("key");
    fs::write(&secret, "from a file, and certainly 32 characters\n").unwrap();
    let (file, secret) = (file.to_str().unwrap(), secret.to_str().unwrap());
    let show = |arguments: &[&str]| {
        Tidings::new(&[&["config", "show", "--config", file], arguments].concat())
            .env("DATABASE_URL", NO_DATABASE)
            .env("SECRET_KEY_FILE", secret)
            .env("SMTP_URL", "smtp://me:hunter3@mail.example.org")
            .env("MAIL_FROM", "news@example.org")
            .env("PORT", "9000")
    };
    let ran = show(&["--json"]).run().await.expect(0);
    let values: Vec<Value> = ran.json();
    let shown = |key: &str| {
        let found = values.iter().find(|value| value["key"] == key).unwrap();
        (
            found["value"].as_str().unwrap(),
            found["source"].as_str().unwrap(),
        )
    };
    let url = "\"postgres://tidings:***@127.0.0.1:1/tidings\"";
    assert_eq!(shown("database.url"), (url, "DATABASE_URL"));
    assert_eq!(shown("links.secret_key"), ("\"***\"", "SECRET_KEY_FILE"));
    assert_eq!(shown("publisher.name"), ("\"Europablatt\"", file));
    assert_eq!(shown("server.listen"), ("\"0.0.0.0:9000\"", "PORT"));
    assert_eq!(shown("delivery.connections"), ("4", "default"));

    let text = show(&[]).run().await.expect(0).stdout;
    assert!(
        text.contains("publisher.name = \"Europablatt\"  # "),
        "{text}"
    );
    for secret in ["hunter2", "hunter3", "from a file"] {
        assert!(!text.contains(secret) && !ran.stdout.contains(secret));
    }
}

#[tokio::test]
async fn a_setting_from_a_file_loses_its_line_break() {
    let folder = folder();
    let secret = folder.path().join("key");
    let database = Database::empty();
    for (content, code) in [
        ("too short\n", 3),
        ("just long enough, 32 characters!\n", 0),
    ] {
        fs::write(&secret, content).unwrap();
        Tidings::new(&["migrate"])
            .env("DATABASE_URL", database.url())
            .env("SECRET_KEY_FILE", secret.to_str().unwrap())
            .run()
            .await
            .expect(code);
    }
}
