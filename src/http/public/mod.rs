//! Pages and forms for readers.

pub(super) mod approval;
pub(super) mod archive;
pub(super) mod articles;
pub(super) mod assets;
pub(super) mod boxes;
pub(super) mod canary;
mod conditional;
pub(super) mod confirmation;
pub(super) mod dialects;
pub(super) mod doors;
pub(super) mod editions;
pub(super) mod embed;
pub(super) mod ghost;
mod link;
pub(super) mod newsletters;
pub(super) mod outbox;
pub(super) mod preferences;
mod problems;
pub(super) mod reader_feed;
pub(super) mod signup;
pub(super) mod signup_desk;
mod submission;
pub(super) mod unsubscribe;
pub(super) mod websub;
