//! Tidings.
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod embedded_postgres;
pub mod http;
pub mod i18n;
pub mod mail;
pub mod schema;
pub mod store;
pub mod telemetry;
pub mod templates;
pub mod usecases;
pub mod worker;
