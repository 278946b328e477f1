//! `tidings feeds` on the command line.

use std::fs;

use serde_json::Value;

use crate::support::cluster::Database;
use crate::support::process::{Tidings, folder};
use crate::support::site::Site;

use super::{OLD, item, rss};

#[tokio::test]
async fn a_document_is_shown_without_a_database() {
    let document = rss(&[item("b", "Bridge", "Mon, 05 Jan 2026 05:30:00 GMT")]);
    let parse = |more: &[&str]| {
        Tidings::new(
            &[
                &["feeds", "parse", "-", "--url", "https://x.example/"],
                more,
            ]
            .concat(),
        )
    };
    let shown = parse(&[]).input(&document).run().await.expect(0);
    assert_eq!(
        shown.stdout,
        "Harbour  (no language, 1 items)\n\
         2026-01-05T05:30:00Z  Bridge  [13 bytes of text; in Sea]  https://x.example/b\n"
    );
    let json: Value = parse(&["--json"])
        .input(&document)
        .run()
        .await
        .expect(0)
        .json();
    assert_eq!(json["items"][0]["link"], "https://x.example/b");
    parse(&[])
        .input("<html>")
        .run()
        .await
        .expect(1)
        .in_one_line()
        .says(&["error: -: this is an HTML page, not a feed"]);
    Tidings::new(&["feeds", "parse", "nowhere.xml"])
        .run()
        .await
        .expect(5)
        .in_one_line()
        .says(&["there is no file nowhere.xml"]);
}

/// `tidings feeds` with a database and a publisher's site.
struct Desk {
    database: Database,
    site: Site,
}

impl Desk {
    async fn start() -> Self {
        Self {
            database: Database::migrated(),
            site: Site::start().await,
        }
    }

    fn feeds(&self, arguments: &[&str]) -> Tidings {
        let command = [&["feeds"], arguments].concat();
        let tidings = Tidings::new(&command).database(&self.database);
        tidings.env("TIDINGS__FETCH__ALLOWED_PRIVATE_HOSTS", &self.site.host())
    }
}

#[tokio::test]
async fn a_feed_is_added_after_a_look_at_it() {
    let desk = Desk::start().await;
    let url = desk.site.url("/feed");
    let missing = desk.feeds(&["add", &url]).run().await.expect(1);
    missing.in_one_line().says(&["answered 404", "--unseen"]);
    desk.site.serve("/feed", rss(&[item("b", "Bridge", OLD)]));
    let nameless = desk.feeds(&["add", &url]).run().await.expect(6);
    nameless.says(&["the feed names no language", "--language de"]);
    let arguments = ["add", &url, "--language", "en", "--section", "Sea"];
    let added = desk.feeds(&arguments).run().await.expect(0);
    assert!(added.stdout.contains("Bridge"), "{added:?}");
    added.says(&["was added"]);
    let again = desk.feeds(&["add", &url, "--unseen"]).run().await.expect(6);
    again.in_one_line().says(&["is the feed"]);
    let inner = desk.feeds(&["add", "http://10.0.0.1/feed"]).run().await;
    inner.expect(6).in_one_line().says(&["a private network"]);
    let list: Value = desk.feeds(&["list", "--json"]).run().await.expect(0).json();
    assert_eq!(list[0]["section"], "Sea");
    assert_eq!(list.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn feeds_are_fetched_listed_and_removed() {
    let desk = Desk::start().await;
    let url = desk.site.url("/feed");
    let add = ["add", &url, "--unseen", "--language", "en"];
    desk.feeds(&add).run().await.expect(0);
    let coming = item("c", "Coast", "Fri, 05 Jan 2035 05:30:00 GMT");
    desk.site.serve("/feed", rss(&[coming]));
    let fetched = desk.feeds(&["fetch", "--json"]).run().await.expect(0);
    let fetched: Value = fetched.json();
    assert_eq!(fetched[0]["created"], 1);
    assert_eq!(fetched[0]["error"], Value::Null);
    let none = desk.feeds(&["fetch"]).run().await.expect(0);
    assert_eq!(none.stdout, "");
    desk.site.answer("/feed", 503, "", "");
    let failed = desk.feeds(&["fetch", &url]).run().await.expect(1);
    failed.says(&["1 of 1 feeds could not be read"]);
    let list = desk.feeds(&["list"]).run().await.expect(0);
    let state = "Harbour  failed 1 times: 127.0.0.1 answered 503";
    assert!(list.stdout.contains(state), "{list:?}");
    let removed = desk.feeds(&["remove", &url]).run().await.expect(0);
    removed.says(&["is forgotten; its articles stay"]);
    let unknown = desk.feeds(&["remove", &url]).run().await.expect(5);
    unknown.in_one_line().says(&["there is no such feed"]);
}

#[tokio::test]
async fn the_feeds_of_an_opml_file_are_added_once() {
    let (database, folder) = (Database::migrated(), folder());
    let file = folder.path().join("feeds.opml");
    fs::write(
        &file,
        "<opml version='2.0'><body><outline text='Sea'><outline xmlUrl='https://a.example/feed' title='A'/></outline>\
         <outline xmlUrl='https://b.example/feed'/><outline xmlUrl='http://127.0.0.1/feed'/></body></opml>",
    )
    .unwrap();
    let import = |more: &[&str]| {
        let command = [&["feeds", "import", file.to_str().unwrap()], more].concat();
        Tidings::new(&command).database(&database)
    };
    let dry = import(&["--dry-run"])
        .run()
        .await
        .expect(0)
        .says(&["2 feeds would be added, 1 refused"]);
    assert_eq!(
        dry.stdout,
        "https://a.example/feed\nhttps://b.example/feed\n"
    );
    import(&["--language", "en"])
        .run()
        .await
        .expect(0)
        .says(&["2 feeds added, 1 refused", "127.0.0.1"]);
    let again = import(&[])
        .run()
        .await
        .expect(0)
        .says(&["0 feeds added", "is the feed"]);
    assert_eq!(again.stdout, "");
    let list: Value = Tidings::new(&["feeds", "list", "--json"])
        .database(&database)
        .run()
        .await
        .expect(0)
        .json();
    let first = list
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["title"] == "A")
        .unwrap();
    assert_eq!(
        (first["section"].as_str(), first["language"].as_str()),
        (Some("Sea"), Some("en"))
    );
    assert_eq!(list.as_array().unwrap().len(), 2);
}
