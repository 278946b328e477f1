//! Behaviours of the whole program: HTTP in, mail out, a clock to turn. One binary, so that it links once.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where its preparation fails; clippy knows that of test functions, not of their support"
)]

mod abuse;
mod admin_articles;
mod admin_bodies;
mod admin_bulk;
mod admin_editions;
mod admin_newsletters;
mod admin_subscribers;
mod architecture;
mod archive;
mod article_languages;
mod article_pages;
mod bench_sink;
mod browser;
mod cli_access;
mod cli_errors;
mod confirmation;
mod consent;
mod corrections;
mod data_dir;
mod delivery;
mod digest;
mod email_snapshots;
mod embed;
mod erasure;
mod feeds;
mod funnel;
mod ghost;
mod hostile_headers;
mod journey;
mod journeys;
mod logs;
mod looks;
mod mail_check;
mod mail_headers;
mod outbox_pages;
mod pages;
mod poison;
mod postfix;
mod preferences;
mod private_postgres;
mod program;
mod readers_feed;
mod routes;
mod schedule;
mod schedule_cli;
mod schema;
mod sending;
mod signup;
mod support;
mod templates;
mod unsubscribe;
mod words;
