//! Verbs: each module is one thing that people or the clock ask for.
//!
//! A use case is a plain function in one transaction: it takes the connection, the present instant and its
//! input, and it cannot wait for anything. No use case calls another.
//!
//! The life of a subscription: [`signup`] asks, [`confirmation`] confirms, [`unsubscribe`] ends;
//! [`subscribers`] is the newsroom's way to all three, [`rhythms`] and, for readers themselves, [`preferences`]
//! change how often a reader reads; [`consents`] checks the evidence that all of them leave. The life of an edition:
//! [`articles`] come in, also by [`feeds`], [`digest`] composes and queues unless the newsletter pauses ([`pausing`]), [`approval`]
//! lets go what a person has to see first, [`delivery`] moves each mail from claim to outcome, [`sending`] steers, [`editions`]
//! looks at it, [`mails`] at mails of anybody, [`archive`] shows what was sent. [`doors`] and [`attack`] keep machines
//! out, [`canary`] knows those that open every link. [`idempotency`] gives a client that lost an answer the same one again.
//! [`funnel`] counts how many who ask become readers.

pub mod access;
pub mod appearance;
pub mod approval;
pub mod archive;
pub mod articles;
pub mod attack;
pub mod canary;
pub mod confirmation;
pub mod consents;
pub mod delivery;
pub mod demo;
pub mod digest;
pub mod doors;
pub mod editions;
pub mod feeds;
pub mod funnel;
pub mod idempotency;
pub mod looks;
pub mod mails;
pub mod newsletters;
pub mod pausing;
pub mod preferences;
pub mod rhythms;
pub mod schema;
pub mod sending;
pub mod signup;
pub mod subscribers;
pub mod unsubscribe;

/// A connection in a transaction, which the edges pass on to use cases.
pub use diesel::PgConnection as Connection;

/// The database's part of every use case's error, for the edges that turn errors into answers.
pub use crate::store::Error as StoreError;
