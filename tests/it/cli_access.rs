//! Keys and people: who gets in, and what of their secrets is kept.

use reqwest::Method;
use serde_json::Value;

use crate::support::cluster::Database;
use crate::support::process::{Process, Tidings};

fn tidings(database: &Database, arguments: &[&str]) -> Tidings {
    Tidings::new(arguments).database(database)
}

async fn opens(server: &Process, key: &str) -> bool {
    let answer = server.api(key, Method::GET, "/newsletters").send().await;
    match answer.status() {
        200 => true,
        401 => false,
        other => panic!("{other}: {}", answer.text()),
    }
}

#[tokio::test]
async fn a_key_is_printed_once_and_opens_the_api_until_it_is_revoked() {
    let database = Database::migrated();
    let server = Tidings::serve(&[]).database(&database).up().await;
    let made = tidings(&database, &["keys", "create", "cms"]);
    let made = made.run().await.expect(0);
    let key = made.stdout.trim_end();
    assert_eq!(made.stdout, format!("{key}\n"));
    assert!(key.starts_with("tidings_") && !made.stderr.contains(key));
    assert!(opens(&server, key).await);

    let listed = tidings(&database, &["keys", "list", "--json"]);
    let listed = listed.run().await.expect(0);
    let keys: Vec<Value> = listed.json();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0]["name"], "cms");
    assert_eq!(keys[0]["revoked_at"], Value::Null);
    assert!(!listed.stdout.contains(key));

    let id = keys[0]["id"].as_str().unwrap();
    let revoke = || tidings(&database, &["keys", "revoke", id]).run();
    revoke().await.expect(0);
    assert!(!opens(&server, key).await);
    revoke()
        .await
        .expect(5)
        .says(&["there is no working key with this id"]);
    let listed = tidings(&database, &["keys", "list"]).run().await.expect(0);
    assert!(listed.stdout.contains("revoked 2"), "{listed:?}");
    server.stop().await.expect(0);
}

#[tokio::test]
async fn an_id_that_is_none_is_wrong_usage() {
    let database = Database::migrated();
    tidings(&database, &["keys", "revoke", "cms"])
        .run()
        .await
        .expect(2)
        .says(&["cms"]);
}

#[tokio::test]
async fn a_short_password_makes_nobody() {
    let database = Database::migrated();
    let create = [
        "admin",
        "create",
        "--email",
        "ada@example.org",
        "--password-stdin",
    ];
    for password in ["", "eleven chrs\n", "\na line too late is none\n"] {
        let ran = tidings(&database, &create).input(password).run().await;
        ran.expect(1).says(&["12 to 256 characters"]);
    }
    assert_eq!(database.count("SELECT 1 FROM admins"), 0);
}

#[tokio::test]
async fn a_password_is_kept_as_argon2id_only() {
    let database = Database::migrated();
    let create = |address: &str, more: &[&str]| {
        tidings(
            &database,
            &[&["admin", "create", "--email", address], more].concat(),
        )
    };
    let password = "zwölf Buchstaben";
    let ran = create("ada@example.org", &["--password-stdin"])
        .input(&format!("{password}\n"))
        .run()
        .await
        .expect(0);
    assert_eq!(ran.stdout, "");
    assert!(!ran.stderr.contains(password));
    create("Ada@Example.ORG", &["--password-stdin"])
        .input(&format!("{password}\n"))
        .run()
        .await
        .expect(6)
        .says(&["an admin with this address"]);

    let made_up = create("ben@example.org", &[]).run().await.expect(0);
    assert_eq!(made_up.stdout.trim_end().len(), 24, "{made_up:?}");
    let hashed = "SELECT 1 FROM admins WHERE password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'";
    assert_eq!(database.count(hashed), 2);
    assert_eq!(database.count("SELECT 1 FROM admins"), 2);
    create("not an address", &[])
        .run()
        .await
        .expect(1)
        .in_one_line()
        .says(&["--email: "]);
}
