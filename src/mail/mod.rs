//! From a typed e-mail to bytes, and from bytes to an outcome.
//!
//! An e-mail is a struct: its fields are what its three templates may name. [`message`] adds the headers that
//! every mail carries, [`mailer`] hands it to the relay. A refused mail is an outcome, not an error.
//!
//! The other way round, [`smtp_server`] takes mails in and [`outbox`] keeps them: the mail catcher of the demo
//! and of a server without a relay, and the peer of the tests. [`lint`] says what is wrong with a mail, ours or another's.

pub mod email;
pub mod quoted_printable;
pub mod splice;

pub mod already_subscribed;
pub mod approval;
pub mod attack;
pub mod confirmation;
pub mod correction;
pub mod digest;
pub mod freeze;
pub mod judge;
pub mod reader_link;

pub mod lint;
pub mod trial;

pub mod envelope;
pub mod mailer;
pub mod message;
pub mod prepared;
pub mod smtp_session;

pub mod captured;
pub mod outbox;
pub mod smtp_server;

#[cfg(test)]
mod scripted_peer;
