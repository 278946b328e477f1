//! The corpus: documents as different programs make them, each with what is read from it.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use super::*;

fn corpus() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/feeds");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && path.extension().is_some_and(|it| it != "md"))
        .collect();
    files.sort();
    files
}

fn base() -> Url {
    Url::parse("https://www.europablatt.example/news/feed.xml").unwrap()
}

fn read(bytes: &[u8]) -> Result<Document, Error> {
    let base = base();
    let context = Context {
        base: Some(&base),
        charset: None,
    };
    parse(bytes, context)
}

#[test]
fn every_document_of_the_corpus_yields_what_it_yielded() {
    let files = corpus();
    assert!(files.len() >= 30, "{}", files.len());
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let bytes = fs::read(&file).unwrap();
        let shown = if name.starts_with("opml-") {
            match parse_opml(&bytes, Context::default()) {
                Ok(outlines) => serde_json::to_string_pretty(&outlines).unwrap(),
                Err(error) => format!("error: {error}"),
            }
        } else if name.starts_with("page-") {
            let base = base();
            let context = Context {
                base: Some(&base),
                charset: None,
            };
            match parse_page(&bytes, context) {
                Ok(item) => serde_json::to_string_pretty(&item).unwrap(),
                Err(error) => format!("error: {error}"),
            }
        } else {
            match read(&bytes) {
                Ok(feed) => serde_json::to_string_pretty(&feed).unwrap(),
                Err(error) => format!("error: {error}"),
            }
        };
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../../tests/feeds/snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, shown));
    }
}

#[test]
fn a_page_does_not_pass_for_one_of_another_site() {
    let page = |canonical: &str| {
        let html = format!("<html><link rel=canonical href='{canonical}'><title>x</title>");
        let base = base();
        let context = Context {
            base: Some(&base),
            charset: None,
        };
        parse_page(html.as_bytes(), context).unwrap().identity
    };
    assert_eq!(
        page("https://europablatt.example/a"),
        "https://europablatt.example/a"
    );
    assert_eq!(page("/a"), "https://www.europablatt.example/a");
    assert_eq!(page("https://other.example/a"), base().as_str());
}

#[test]
fn hostile_pages_are_refused_in_bounded_time() {
    let deep = format!("<html><body>{}", "<div>".repeat(100_000));
    let wide = format!("<html><body>{}", "<p>x</p>".repeat(60_000));
    let json = format!(
        "<html><title>x</title><script type='application/ld+json'>{}</script>",
        "[".repeat(400_000)
    );
    for (page, expected) in [
        (deep, "too many"),
        (wide, "too many"),
        (json, "its address is not known"),
    ] {
        let begun = Instant::now();
        let error = parse_page(page.as_bytes(), Context::default()).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    }
}

/// Cut at any octet, a document is read or refused in words; it never stops the program.
#[test]
fn every_beginning_of_every_document_is_survived() {
    for file in corpus() {
        let bytes = fs::read(&file).unwrap();
        for end in (0..bytes.len()).step_by(37) {
            match read(&bytes[..end]) {
                Ok(feed) => assert!(feed.items.iter().all(|item| !item.identity.is_empty())),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
            drop(parse_opml(&bytes[..end], Context::default()));
            drop(parse_page(&bytes[..end], Context::default()));
        }
    }
}

fn rss(items: &str) -> String {
    format!("<rss version=\"2.0\"><channel><title>T</title>{items}</channel></rss>")
}

#[test]
fn hostile_documents_are_refused_in_bounded_time() {
    let mut many_attributes = String::new();
    for number in 0..80_000 {
        write!(many_attributes, " a{number}=\"1\"").unwrap();
    }
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><rss>&b;</rss>";
    let cases: Vec<(String, &str)> = vec![
        (bomb.to_owned(), "declares entities of its own"),
        (
            "<!DOCTYPE rss SYSTEM \"file:///etc/passwd\" [ ]><rss/>".to_owned(),
            "declares entities",
        ),
        (
            rss(&"<a>".repeat(200_000)),
            "very many elements within each other",
        ),
        (rss(&"<item/>".repeat(400_000)), "very many elements"),
        (
            rss(&format!("<item{many_attributes}/>")),
            "very many attributes",
        ),
        (" ".repeat(MAX_BYTES + 1), "more than 16777216 bytes"),
        ("x".repeat(MAX_BYTES), "neither XML nor JSON"),
        (
            format!("{{\"a\":{}", "[".repeat(100_000)),
            "recursion limit",
        ),
        (rss("<item><title>x</item>"), "line 1"),
    ];
    for (document, expected) in cases {
        let begun = Instant::now();
        let error = read(document.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
        assert!(
            begun.elapsed().as_secs() < 20,
            "{expected}: {:?}",
            begun.elapsed()
        );
    }
}

#[test]
fn an_item_of_ten_megabytes_is_read_in_bounded_time() {
    let begun = Instant::now();
    let text = "<p>word &amp; word</p>".repeat(500_000);
    let item = format!("<item><guid>1</guid><description><![CDATA[{text}]]></description></item>");
    let feed = read(rss(&item).as_bytes()).unwrap();
    assert_eq!(feed.items.len(), 1);
    assert!(feed.items[0].summary.chars().count() <= 600);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

#[test]
fn more_items_than_are_read_are_noticed() {
    let mut items = String::new();
    for number in 0..2_100 {
        write!(items, "<item><guid>{number}</guid><title>x</title></item>").unwrap();
    }
    let feed = read(rss(&items).as_bytes()).unwrap();
    assert_eq!(feed.items.len(), MAX_ITEMS);
    assert_eq!(feed.notices.len(), 1);
}

#[test]
fn a_page_says_which_feeds_it_has() {
    let page = "<!doctype html><head><base href='/x/'><link rel=alternate type=application/rss+xml href='rss.xml'>\
                <link rel='stylesheet' href='a.css'><link rel='alternate' type='application/atom+xml' href='//b.example/a'>";
    let error = read(page.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        error,
        "this is an HTML page, not a feed; it names https://www.europablatt.example/x/rss.xml and https://b.example/a"
    );
}

mod drafts {
    use super::*;
    use crate::domain::article::ArticleDraft;
    use crate::domain::id::FeedId;

    fn defaults() -> Defaults {
        Defaults {
            section: String::new(),
            topics: vec!["news".to_owned()],
            language: Some("en".parse().unwrap()),
            document_language: None,
            usual_language: None,
        }
    }

    fn as_draft(item: &FeedItem, defaults: &Defaults) -> Result<ArticleDraft, DraftError> {
        let feed = FeedId::new("2026-01-05T05:30:00Z".parse().unwrap());
        draft(item, defaults, &external_id(feed, &item.identity))
    }

    fn item() -> FeedItem {
        FeedItem {
            identity: "eb-1".to_owned(),
            link: Some("https://www.europablatt.example/bridge".to_owned()),
            title: "Bridge reopens".to_owned(),
            content_html: "<p><a href='/x'>x</a><script>y</script></p>".to_owned(),
            published_at: Some("2026-01-05T05:00:00Z".parse().unwrap()),
            categories: vec![
                "Stadt & Land".to_owned(),
                "News".to_owned(),
                "新闻".to_owned(),
            ],
            ..FeedItem::default()
        }
    }

    #[test]
    fn an_item_becomes_an_article() {
        let made = as_draft(&item(), &defaults()).unwrap();
        assert_eq!(made.topics, ["news", "stadt-land"]);
        assert_eq!(made.section, "Stadt & Land");
        assert_eq!(made.language.as_str(), "en");
        assert!(
            made.body
                .as_html()
                .contains("https://www.europablatt.example/x")
        );
        assert!(!made.body.as_html().contains("script"));
        let id = made.external_id.as_str();
        assert!(
            id.starts_with("feed-") && !id.contains('/') && id.len() == 74,
            "{id}"
        );
    }

    #[test]
    fn a_text_that_repeats_the_summary_is_left_out() {
        let summary = "All there is.".to_owned();
        let body = |html: &str| {
            let content_html = html.to_owned();
            let item = FeedItem {
                summary: summary.clone(),
                content_html,
                ..item()
            };
            as_draft(&item, &defaults()).unwrap().body.as_html().len()
        };
        assert_eq!(body("<p>All there is.</p>"), 0);
        assert!(body("<p>All there is. And more.</p>") > 0);
        assert!(body("<p>All there is.<img src='https://x.example/1.jpg'></p>") > 0);
        let bare = FeedItem {
            content_html: "<img src='https://x.example/1.jpg'>".to_owned(),
            ..item()
        };
        assert!(
            !as_draft(&bare, &defaults())
                .unwrap()
                .body
                .as_html()
                .is_empty()
        );
    }

    #[test]
    fn the_nearest_language_counts() {
        let mut defaults = defaults();
        let language = |item: &FeedItem, defaults: &Defaults| {
            as_draft(item, defaults).unwrap().language.to_string()
        };
        defaults.document_language = Some("de_AT".to_owned());
        assert_eq!(language(&item(), &defaults), "de-AT");
        let own = FeedItem {
            language: Some("fr".to_owned()),
            ..item()
        };
        assert_eq!(language(&own, &defaults), "fr");
        let nonsense = FeedItem {
            language: Some("not a language".to_owned()),
            ..item()
        };
        assert_eq!(language(&nonsense, &defaults), "de-AT");
    }

    #[test]
    fn what_is_missing_is_said() {
        let cases = [
            (
                FeedItem {
                    link: None,
                    ..item()
                },
                DraftError::NoLink,
            ),
            (
                FeedItem {
                    title: String::new(),
                    ..item()
                },
                DraftError::NoTitle,
            ),
            (
                FeedItem {
                    published_at: None,
                    ..item()
                },
                DraftError::Undated,
            ),
        ];
        for (item, expected) in cases {
            assert_eq!(as_draft(&item, &defaults()).unwrap_err(), expected);
        }
        let nameless = Defaults {
            language: None,
            ..defaults()
        };
        assert_eq!(
            as_draft(&item(), &nameless).unwrap_err(),
            DraftError::NoLanguage
        );
    }

    #[test]
    fn the_mark_changes_with_the_item_and_with_the_settings() {
        let (item, settings) = (item(), defaults());
        let before = mark(&item, &settings);
        assert_eq!(mark(&item.clone(), &settings.clone()), before);
        assert_ne!(
            mark(
                &FeedItem {
                    title: "x".to_owned(),
                    ..item.clone()
                },
                &settings
            ),
            before
        );
        assert_ne!(
            mark(
                &item,
                &Defaults {
                    section: "x".to_owned(),
                    ..settings
                }
            ),
            before
        );
    }
}
