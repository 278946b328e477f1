//! Behaviours of the whole program: HTTP in, mail out, a clock to turn. One binary, so that it links once.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where its preparation fails; clippy knows that of test functions, not of their support"
)]

mod architecture;
mod cli_access;
mod cli_errors;
mod data_dir;
mod journey;
mod logs;
mod private_postgres;
mod program;
mod routes;
mod schedule_cli;
mod schema;
mod signup;
mod support;
