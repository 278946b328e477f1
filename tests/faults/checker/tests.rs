//! A checker that cannot fail proves nothing: each of these ledgers has been doctored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Ack, Bounds, Edition, Facts, Row, check};
use crate::sink::ledger::Event;

fn id(number: u8) -> String {
    format!("00000000-0000-0000-0000-0000000000{number:02x}")
}

fn address(number: u8) -> String {
    format!("ok-00000{number:02}@example.org")
}

fn token(number: u8) -> String {
    let mut bytes = vec![0; 33];
    bytes[16] = number;
    URL_SAFE_NO_PAD.encode(bytes)
}

fn event(number: u8, phase: &str, t: u64) -> Event {
    Event {
        t,
        t_mail: t,
        phase: phase.to_owned(),
        rcpt: address(number),
        ..Event::default()
    }
}

fn kept(number: u8, t: u64) -> Event {
    Event {
        msgid: format!("<{number}@x>"),
        sha256: format!("{number}"),
        is_kept: true,
        addresses: vec![address(number)],
        tokens: vec![token(number)],
        ..event(number, "message", t)
    }
}

/// Three readers of one edition, each with one mail.
fn sound() -> Facts {
    let row = |number| Row {
        edition: "e".to_owned(),
        subscription: id(number),
        address: address(number),
        status: "sent".to_owned(),
        has_consent: true,
        ..Row::default()
    };
    let events = (1..=3).flat_map(|number| {
        let t = u64::from(number) * 1_000_000;
        [event(number, "rcpt", t), kept(number, t)]
    });
    Facts {
        events: events.collect(),
        rows: (1..=3).map(row).collect(),
        editions: vec![Edition {
            id: "e".to_owned(),
            newsletter: "n".to_owned(),
            slot: "2026-01-05 07:00".to_owned(),
            status: "done".to_owned(),
            recipients: 3,
        }],
        ..Facts::default()
    }
}

/// The invariants that are broken after this change.
#[track_caller]
fn broken(change: impl FnOnce(&mut Facts, &mut Bounds)) -> Vec<&'static str> {
    let (mut facts, mut bounds) = (sound(), Bounds::default());
    change(&mut facts, &mut bounds);
    let verdict = check(&facts, &bounds);
    let mut names: Vec<_> = verdict.violations.iter().map(|it| it.invariant).collect();
    names.dedup();
    names
}

#[test]
fn sound_ledgers_pass() {
    assert_eq!(broken(|_, _| {}), [""; 0]);
}

#[test]
fn a_lost_mail_is_found() {
    assert_eq!(broken(|facts, _| drop(facts.events.remove(1))), ["I-1"]);
    assert_eq!(
        broken(|facts, _| facts.rows[0].status = "queued".to_owned()),
        ["I-1", "I-6"]
    );
    assert_eq!(
        broken(|facts, _| facts.rows[0].status = "expired".to_owned()),
        ["I-1"]
    );
    assert_eq!(
        broken(|facts, _| drop(facts.rows.remove(0))),
        ["I-1", "I-6"]
    );
}

#[test]
fn a_mail_that_is_unknown_twice_and_never_came_is_lost() {
    let never = |facts: &mut Facts, _: &mut Bounds| {
        facts.rows[0].status = "unknown".to_owned();
        facts.rows[0].unknowns = 2;
        facts.events.remove(1);
    };
    assert_eq!(broken(never), ["I-1"]);
}

#[test]
fn a_mail_that_the_database_denies_is_found() {
    let denied = |facts: &mut Facts, bounds: &mut Bounds| {
        facts.rows[0].status = "bounced".to_owned();
        bounds.ends.insert("ok", vec!["sent", "bounced"]);
    };
    assert_eq!(broken(denied), ["I-1"]);
}

#[test]
fn a_second_copy_needs_a_lost_reply_and_a_bound() {
    assert_eq!(
        broken(|facts, _| facts.events.push(kept(1, 9_000_000))),
        ["I-2"]
    );
    let unknown = |facts: &mut Facts, bounds: &mut Bounds| {
        facts.events.push(kept(1, 9_000_000));
        facts.rows[0].unknowns = 1;
        bounds.extra_copies = 1;
    };
    assert_eq!(broken(unknown), [""; 0]);
    let third = |facts: &mut Facts, bounds: &mut Bounds| {
        unknown(facts, bounds);
        facts.events.push(kept(1, 9_500_000));
        facts.rows[0].unknowns = 2;
        bounds.extra_copies = 9;
    };
    assert_eq!(broken(third), ["I-2"]);
    let above = |facts: &mut Facts, bounds: &mut Bounds| {
        unknown(facts, bounds);
        bounds.extra_copies = 0;
    };
    assert_eq!(broken(above), ["I-2"]);
    let lost = |facts: &mut Facts, bounds: &mut Bounds| {
        facts.rows[0].unknowns = 1;
        bounds.most_unknown = 0;
    };
    assert_eq!(broken(lost), ["I-2"]);
}

#[test]
fn a_copy_that_differs_is_found() {
    for change in [
        |event: &mut Event| event.sha256 = "x".to_owned(),
        |event: &mut Event| event.msgid = "x".to_owned(),
    ] {
        let differs = |facts: &mut Facts, bounds: &mut Bounds| {
            facts.rows[0].unknowns = 1;
            bounds.extra_copies = 1;
            let mut copy = kept(1, 9_000_000);
            change(&mut copy);
            facts.events.push(copy);
        };
        assert_eq!(broken(differs), ["I-2"]);
    }
}

#[test]
fn a_mail_after_the_acknowledgement_is_found() {
    let ack = |t| Ack {
        t,
        subscription: id(2),
    };
    // Begun at two seconds.
    assert_eq!(broken(|facts, _| facts.acks.push(ack(2_000_001))), [""; 0]);
    assert_eq!(
        broken(|facts, _| facts.acks.push(ack(1_990_000))),
        [""; 0],
        "it was under way"
    );
    let cancelled = |facts: &mut Facts, _: &mut Bounds| {
        facts.acks.push(ack(1_990_000));
        facts.rows[1].status = "cancelled".to_owned();
    };
    assert_eq!(broken(cancelled), ["I-1", "I-3"]);
    let late = |facts: &mut Facts, _: &mut Bounds| {
        facts.acks.push(ack(1_000_000));
        facts.events[2].t_mail = 6_000_001;
    };
    assert_eq!(broken(late), ["I-3"]);
}

#[test]
fn consent_and_editions_are_looked_at() {
    assert_eq!(
        broken(|facts, _| facts.rows[0].has_consent = false),
        ["I-4"]
    );
    assert_eq!(broken(|facts, _| facts.editions[0].recipients = 4), ["I-6"]);
    assert_eq!(
        broken(|facts, _| facts.editions[0].status = "delivering".to_owned()),
        ["I-10"]
    );
    let second = |facts: &mut Facts, _: &mut Bounds| {
        let mut edition = facts.editions[0].clone();
        edition.id = "f".to_owned();
        edition.recipients = 0;
        facts.editions.push(edition);
    };
    assert_eq!(broken(second), ["I-5"]);
    assert_eq!(
        broken(|facts, _| facts.imbalances.push("2 of 3".to_owned())),
        ["I-6"]
    );
}

#[test]
fn a_sign_up_without_its_mail_is_found() {
    assert_eq!(
        broken(|facts, _| facts.signups.push("new-0000001@example.org".to_owned())),
        ["I-8"]
    );
}

#[test]
fn cross_talk_is_found() {
    assert_eq!(
        broken(|facts, _| facts.events[1].addresses.push(address(2))),
        ["I-9"]
    );
    assert_eq!(
        broken(|facts, _| facts.events[1].tokens.push(token(2))),
        ["I-9"]
    );
    assert_eq!(broken(|facts, _| facts.events[1].tokens.clear()), ["I-9"]);
    assert_eq!(
        broken(|facts, _| facts.events[1].addresses.clear()),
        ["I-9"]
    );
}

#[test]
fn resources_are_looked_at() {
    assert_eq!(broken(|facts, _| facts.idle_transactions = 1), ["I-11"]);
    assert_eq!(broken(|facts, _| facts.peak_kib = 201 * 1024), ["I-12"]);
}
