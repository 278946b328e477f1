//! What tests stand on: a database each, a real server, a real mail peer and a clock to turn.

mod app;
pub(crate) mod cluster;
mod factory;
mod http;
mod mail;
pub(crate) mod process;
pub(crate) mod snapshot;

pub(crate) use app::TestApp;
pub(crate) use http::Answer;
pub(crate) use mail::link;
