//! The checker itself, on made-up files.

use std::collections::BTreeSet;

use super::{too_long, violations};

/// What is found where an edge reaches for rows.
const STORE: &str = "src/http/x.rs: http -> store";

/// A file, its text, and what is wrong with it.
const WRONG: &[(&str, &str, &str)] = &[
    ("src/http/x.rs", "fn f() { crate::store::x::find() }", STORE),
    ("src/http/x.rs", "use crate::{app::App, store};", STORE),
    (
        "src/http/x.rs",
        "use crate::{app::{self, App}, store::{Db, x}};",
        STORE,
    ),
    ("src/http/x.rs", "use crate :: store as rows;", STORE),
    ("src/http/x.rs", "pub use super::super::store::Db;", STORE),
    (
        "src/http/public/x.rs",
        "use super::{super::super::store::Db};",
        "src/http/public/x.rs: http -> store",
    ),
    (
        "src/http/mod.rs",
        "use super::store;",
        "src/http/mod.rs: http -> store",
    ),
    ("src/http/x.rs", "self::super::super::store::x()", STORE),
    (
        "src/http/x.rs",
        "mod inner { use super::super::super::store::Db; }",
        STORE,
    ),
    (
        "src/http/x.rs",
        "macro_rules! m { () => { $crate::store::x() } }",
        STORE,
    ),
    ("src/http/x.rs", "/* \" */ use crate::store; // \"", STORE),
    (
        "src/http/x.rs",
        "fn f<'a>(c: char) { c == '\"'; crate::store::x() }",
        STORE,
    ),
    (
        "src/http/x.rs",
        "fn f() { r#\"\"#; crate::r#store::x() }",
        STORE,
    ),
    (
        "src/http/x.rs",
        "use crate as c;",
        "src/http/x.rs: http -> the whole crate",
    ),
    (
        "src/http/x.rs",
        "use crate::*;",
        "src/http/x.rs: http -> the whole crate",
    ),
    (
        "src/http/x.rs",
        "use {super::super as up};",
        "src/http/x.rs: http -> the whole crate",
    ),
    (
        "src/http/x.rs",
        "extern crate self as tidings;",
        "src/http/x.rs: http -> the whole crate",
    ),
    (
        "src/domain/x.rs",
        "use crate::usecases::signup;",
        "src/domain/x.rs: domain -> usecases",
    ),
    (
        "src/main.rs",
        "fn main() { tidings::worker::start() }",
        "src/main.rs: main -> worker",
    ),
    (
        "src/other/x.rs",
        "",
        "src/other/x.rs: other is not in the table of layers",
    ),
    (
        "src/usecases/a.rs",
        "use super::b;",
        "src/usecases/a.rs: use case a -> use case b",
    ),
    (
        "src/usecases/a.rs",
        "use crate::usecases::{a, b};",
        "src/usecases/a.rs: use case a -> use case b",
    ),
    (
        "src/worker/x.rs",
        "use diesel::RunQueryDsl as _;",
        "src/worker/x.rs: RunQueryDsl is not at home here",
    ),
    (
        "src/cli/x.rs",
        "diesel::sql_query (\"x\")",
        "src/cli/x.rs: sql_query( is not at home here",
    ),
    (
        "src/store/x.rs",
        "use diesel::dsl::{count, now};",
        "src/store/x.rs: the database's now is not at home here",
    ),
    (
        "src/http/x.rs",
        "impl ResponseError for X {}",
        "src/http/x.rs: ResponseError is not at home here",
    ),
    (
        "src/usecases/x.rs",
        "pub async fn f() {}",
        "src/usecases/x.rs: async or await is not at home here",
    ),
    (
        "src/store/x.rs",
        "fn f() { g().await }",
        "src/store/x.rs: async or await is not at home here",
    ),
    (
        "src/mail/x.rs",
        "std::env::var(\"HOME\")",
        "src/mail/x.rs: std::env is not at home here",
    ),
    (
        "src/cli/x.rs",
        "std::env::var(\"HOME\")",
        "src/cli/x.rs: std::env is not at home here",
    ),
    (
        "src/cli/x.rs",
        "use std::{env, fs};",
        "src/cli/x.rs: std::env is not at home here",
    ),
    (
        "src/mail/x.rs",
        "std::env::current_exe()",
        "src/mail/x.rs: std::env is not at home here",
    ),
    (
        "src/http/x.rs",
        "jiff::Timestamp::now()",
        "src/http/x.rs: the wall clock is not at home here",
    ),
    (
        "src/http/x.rs",
        "let f = SystemTime::now;",
        "src/http/x.rs: the wall clock is not at home here",
    ),
    (
        "src/http/x.rs",
        "#![allow(dead_code)]",
        "src/http/x.rs: #[allow( is not at home here",
    ),
    (
        "src/http/x.rs",
        "fn f() { todo!() }",
        "src/http/x.rs: todo! is not at home here",
    ),
    (
        "src/http/x.rs",
        "fn f() { unimplemented!(\"x\") }",
        "src/http/x.rs: unimplemented! is not at home here",
    ),
];

/// A file and a text with which nothing is wrong.
const RIGHT: &[(&str, &str)] = &[
    (
        "src/http/x.rs",
        "use crate::{app::App, domain::{id::X, slug::Slug}};",
    ),
    (
        "src/http/x.rs",
        "// use crate::store;\n/// [`crate::store`]\n/* crate::store /* x */ */",
    ),
    (
        "src/http/x.rs",
        "const TEXT: &str = \"use crate::store; // \\\" todo!()\";",
    ),
    (
        "src/http/x.rs",
        "const TEXT: &str = r##\"crate::store \"# async\"##;",
    ),
    (
        "src/http/x.rs",
        "#[cfg(test)]\nmod tests { use crate::store; fn f() { if x { todo!() } } }\nfn g() {}",
    ),
    ("src/http/x.rs", "#[cfg(test)] use crate::store;"),
    (
        "src/http/public/x.rs",
        "use super::super::page; use super::boxes; use self::store::X;",
    ),
    (
        "src/http/x.rs",
        "let store = 1; x.store(); std::sync::atomic::AtomicU64::store(); async fn f() {}",
    ),
    (
        "src/http/x.rs",
        "pub(crate) fn f() {} pub(in crate::http) fn g() {}",
    ),
    (
        "src/http/x.rs",
        "error.as_response_error(); app.clock.now(); env!(\"CARGO_PKG_VERSION\")",
    ),
    (
        "src/store/mod.rs",
        "pub async fn f() { diesel::dsl::now; g().await } use diesel::RunQueryDsl;",
    ),
    (
        "src/usecases/a.rs",
        "use super::a::X; use crate::usecases::a; use crate::store::b;",
    ),
    ("src/usecases/mod.rs", "pub mod a; pub mod b;"),
    ("src/config/source.rs", "std::env::vars_os()"),
    ("src/fault.rs", "std::env::var(\"TIDINGS_KILL_AT\")"),
    ("src/cli/x.rs", "std::env::current_exe()"),
    ("src/cli/x.rs", "std::env::temp_dir()"),
    ("src/clock.rs", "jiff::Timestamp::now()"),
    ("src/main.rs", "fn main() { tidings::cli::run() }"),
    ("src/lib.rs", "pub mod http; pub mod store;"),
];

#[test]
fn the_checker_finds_what_is_wrong() {
    for (file, text, expected) in WRONG {
        assert_eq!(
            violations(file, text),
            [(*expected).to_owned()].into(),
            "{file}: {text}"
        );
    }
    assert_eq!(
        too_long("src/x.rs", &"\n".repeat(501)).unwrap(),
        "src/x.rs: 501 lines, at most 500"
    );
}

#[test]
fn the_checker_lets_through_what_is_right() {
    for (file, text) in RIGHT {
        assert_eq!(violations(file, text), BTreeSet::new(), "{file}: {text}");
    }
}
