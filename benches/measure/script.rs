//! Keeps pgbench's script equal to what the program sends.

use std::path::Path;
use std::sync::{Arc, Mutex};

use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel::{Connection as _, PgConnection};
use tidings::config::{Config, Sources};
use tidings::domain::consent::{AddressForm, ConsentSource, Witness};
use tidings::domain::language::Language;
use tidings::domain::link_token::LinkKeys;
use tidings::i18n::Words;
use tidings::usecases::doors::{self, Visitor};
use tidings::usecases::signup::{Asked, Request, request_all};

use super::program::OPEN_DOORS;

/// The script is what the program does, or the comparison is worth nothing.
pub(super) fn check(url: &str, script: &Path) {
    let script = std::fs::read_to_string(script).unwrap();
    let written: Vec<String> = script
        .lines()
        .filter(|line| !line.starts_with("--") && !line.starts_with('\\'))
        .map(|line| shape(line.trim_end_matches(';')))
        .filter(|line| line != "BEGIN" && line != "COMMIT")
        .collect();
    let recorded: Vec<String> = recorded(url)
        .iter()
        .map(|statement| shape(statement.split(" -- binds").next().unwrap()))
        .filter(|line| line != "BEGIN" && line != "ROLLBACK")
        .collect();
    assert_eq!(
        written, recorded,
        "benches/signup.sql is not what a sign-up does any more"
    );
}

/// The statements of one sign-up, which is not kept.
fn recorded(url: &str) -> Vec<String> {
    let mut sources = Sources::default();
    // As the program that is measured.
    for (name, value) in OPEN_DOORS {
        sources
            .environment
            .insert(name.to_owned(), value.to_owned());
    }
    let config = Config::load(&sources).unwrap().config;
    let request_of_a_reader = Request {
        address: "reader@example.org".parse().unwrap(),
        newsletters: vec!["morning".parse().unwrap()],
        language: Language::english(),
        door: ConsentSource::Json,
        source_url: None,
        client: None,
        witness: Witness::new(
            Some([203, 0, 113, 7].into()),
            AddressForm::KeyedHash,
            Some("Mozilla/5.0"),
        ),
        origin: None,
        placement: String::new(),
    };
    let now = "2026-01-05T05:30:00Z".parse().unwrap();
    let mut conn = PgConnection::establish(url).unwrap();
    let statements = Arc::new(Mutex::new(Vec::new()));
    conn.set_instrumentation(recorder(&statements));
    let words = Words::built_in();
    let secret = "a key for measuring only, longer than 32 characters".to_owned();
    let keys = LinkKeys::new(&secret.into(), &[]);
    let asked = Asked {
        request: &request_of_a_reader,
        is_proven: false,
    };
    let visitor = Visitor {
        client: None,
        proof: None,
    };
    doors::enter(&mut conn, now, &config, &[&visitor]).unwrap();
    conn.test_transaction(|conn| request_all(conn, now, &config, &words, &keys, &[asked]));
    let statements = statements.lock().unwrap();
    statements.clone()
}

fn recorder(statements: &Arc<Mutex<Vec<String>>>) -> impl Instrumentation + use<> {
    let statements = Arc::clone(statements);
    move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            statements.lock().unwrap().push(query.to_string());
        }
    }
}

/// A statement with `?` for every value.
fn shape(statement: &str) -> String {
    let values = [
        "bench_id(:n)",
        "bench_address(:n)",
        "bench_addresses(:n)",
        "bench_mark(:n)",
        "bench_keys(:n)",
        "bench_hash(:n)",
        "now()",
        "false",
        "NULL",
    ];
    let plain = values
        .iter()
        .fold(statement.to_owned(), |text, value| text.replace(value, "$"));
    let mut shape = String::new();
    let mut letters = plain.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => letters
                .by_ref()
                .take_while(|next| *next != '\'')
                .for_each(drop),
            '$' | '0'..='9' => while letters.next_if(char::is_ascii_digit).is_some() {},
            other => {
                shape.push(other);
                continue;
            }
        }
        shape.push('?');
    }
    shape
}
