//! What is compared with what.

use super::{Measurement, Subject};

pub(super) const SEND: Subject = Subject {
    name: "edition to the relay",
    unit: "1/s",
    reference: "smtp-source -d, same size, sessions and sink; first MAIL to last 250",
};
pub(super) const CPU: Subject = Subject {
    name: "sender's CPU for one mail",
    unit: "us",
    reference: "smtp-source, which sends the same bytes again and again",
};
pub(super) const SINK: Subject = Subject {
    name: "sink's CPU for one mail",
    unit: "us",
    reference: "the same with smtp-source: what the sink cannot be faster than",
};
pub(super) const DATABASE: Subject = Subject {
    name: "database's CPU for one mail",
    unit: "us",
    reference: "the sender's own",
};
pub(super) const TLS: Subject = Subject {
    name: "edition to the relay, TLS",
    unit: "1/s",
    reference: "itself without TLS",
};
pub(super) const TLS_CPU: Subject = Subject {
    name: "sender's CPU for one mail, TLS",
    unit: "us",
    reference: "itself without TLS",
};
pub(super) const COMPOSE: Subject = Subject {
    name: "freeze and enqueue 100,000",
    unit: "s",
    reference: "INSERT ... SELECT of as many bare rows with a key",
};
pub(super) const COMPOSE_MILLION: Subject = Subject {
    name: "freeze and enqueue 1,000,000",
    ..COMPOSE
};
pub(super) const COMPOSE_LOG: Subject = Subject {
    name: "enqueue, WAL for one mail",
    unit: "bytes",
    reference: "the bare rows",
};
pub(super) const SEND_LOG: Subject = Subject {
    name: "claim and settle, WAL for one mail",
    unit: "bytes",
    reference: "inserting the bare rows",
};
pub(super) const GROWTH: Subject = Subject {
    name: "time for one mail",
    unit: "us",
    reference: "itself with a tenth of the readers",
};
pub(super) const MEMORY: Subject = Subject {
    name: "worker's peak memory",
    unit: "MiB",
    reference: "itself with a tenth of the readers",
};
pub(super) const RELAYED: Subject = Subject {
    name: "edition through Postfix",
    unit: "1/s",
    reference: "smtp-source into the same Postfix, queue on disk; from start to end of the sender",
};
/// lettre, nodemailer and aiosmtplib.
pub(super) const RAW: [Subject; 3] = [
    rate("edition to the relay, to lettre", "lettre's pool, send_raw"),
    rate(
        "edition to the relay, to nodemailer",
        "nodemailer's pool, raw",
    ),
    rate("edition to the relay, to aiosmtplib", "aiosmtplib, raw"),
];
pub(super) const BUILD: [Subject; 3] = [
    rate(
        "edition, to lettre building",
        "lettre's pool, Message::builder",
    ),
    rate(
        "edition, to nodemailer building",
        "nodemailer's pool, text and html",
    ),
    rate(
        "edition, to aiosmtplib building",
        "aiosmtplib, EmailMessage",
    ),
];

const fn rate(name: &'static str, reference: &'static str) -> Subject {
    Subject {
        name,
        unit: "1/s",
        reference,
    }
}

/// What the rounds gave, in the order in which it first came.
#[derive(Default)]
pub(super) struct Table(Vec<(Subject, Vec<f64>, Vec<f64>)>);

impl Table {
    pub(super) fn add(&mut self, subject: Subject, ours: f64, theirs: f64) {
        let known = self.0.iter().position(|row| row.0.name == subject.name);
        let at = known.unwrap_or_else(|| {
            self.0.push((subject, Vec::new(), Vec::new()));
            self.0.len() - 1
        });
        self.0[at].1.push(ours);
        self.0[at].2.push(theirs);
    }

    pub(super) fn results(&mut self) -> Vec<Measurement> {
        let rows = std::mem::take(&mut self.0);
        rows.into_iter()
            .map(|(subject, ours, theirs)| subject.result(ours, theirs))
            .collect()
    }
}
