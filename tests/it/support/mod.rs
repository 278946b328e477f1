//! What tests stand on: a database each, a real server, a real mail peer and a clock to turn.

mod app;
pub(crate) mod browser;
pub(crate) mod cluster;
mod factory;
mod http;
mod mail;
pub(crate) mod numbers;
#[expect(dead_code, reason = "what only the benchmark looks at")]
pub(crate) mod postfix;
pub(crate) mod process;
pub(crate) mod site;
pub(crate) mod snapshot;

pub(crate) use app::{BASE_URL, TestApp};
pub(crate) use http::Answer;
pub(crate) use mail::{Changing, link};
