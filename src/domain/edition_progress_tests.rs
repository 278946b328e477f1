use super::*;
use crate::domain::edition::EditionKind;
use crate::domain::edition_delivery::UnknownPolicy;
use crate::domain::id::{EditionId, NewsletterId};

const NOW: &str = "2026-01-05T06:10:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn edition(status: EditionStatus) -> Edition {
    let due_at = at("2026-01-05T06:00:00Z");
    Edition {
        id: EditionId::new(due_at),
        newsletter_id: NewsletterId::new(due_at),
        kind: EditionKind::Scheduled,
        slot: jiff::civil::date(2026, 1, 5).at(7, 0, 0, 0),
        due_at,
        window_from: due_at,
        window_until: due_at,
        status,
        skip_reason: None,
        subject: "Bridge reopens".to_owned(),
        article_count: 1,
        recipient_count: 1000,
        created_at: due_at,
        completed_at: None,
        rhythm_id: None,
        variant: 0,
        warnings: Vec::new(),
        content_version: 1,
    }
}

fn send(edition: &Edition, started_at: Option<&str>, deadline_at: Option<&str>) -> EditionSend {
    EditionSend {
        edition_id: edition.id,
        not_before: edition.due_at,
        deadline_at: deadline_at.map(at),
        expires_at: at("2026-01-06T06:00:00Z"),
        unknown_policy: UnknownPolicy::RetryOnce,
        reason: None,
        started_at: started_at.map(at),
    }
}

fn tally(waiting: i64, retrying: i64, sent: i64) -> Tally {
    Tally {
        waiting,
        retrying,
        sent,
        ..Tally::default()
    }
}

fn progress(status: EditionStatus, started_at: Option<&str>, tally: Tally, pace: Pace) -> Progress {
    let edition = edition(status);
    let send = send(&edition, started_at, Some("2026-01-05T06:30:00Z"));
    Progress::new(at(NOW), edition, send, tally, pace, false)
}

#[test]
fn the_pace_is_that_of_the_last_minute_or_since_the_start() {
    let pace = Pace {
        sent_lately: 300,
        measured: None,
    };
    for (started_at, rate) in [
        (Some("2026-01-05T06:00:00Z"), Some(5.0)),
        (Some("2026-01-05T06:09:30Z"), Some(10.0)),
        (Some(NOW), Some(300.0)),
        (None, None),
    ] {
        let progress = progress(
            EditionStatus::Delivering,
            started_at,
            tally(600, 100, 300),
            pace,
        );
        assert_eq!(progress.rate, rate, "{started_at:?}");
    }
}

#[test]
fn the_end_is_when_what_is_open_has_left_at_this_pace() {
    let pace = Pace {
        sent_lately: 60,
        measured: Some(1000.0),
    };
    let started = Some("2026-01-05T06:00:00Z");
    let going = progress(
        EditionStatus::Delivering,
        started,
        tally(590, 10, 400),
        pace,
    );
    assert_eq!(going.eta, Some(at("2026-01-05T06:20:00Z")));
    assert!(!going.is_late && !going.is_closed());
    assert!((going.share() - 0.4).abs() < 1e-9);
    let slow = progress(
        EditionStatus::Delivering,
        started,
        tally(5000, 0, 400),
        pace,
    );
    assert!(slow.is_late);
    // Nothing in the last minute: the pace of editions before it.
    let pace = Pace {
        sent_lately: 0,
        measured: Some(1.0),
    };
    let new = progress(EditionStatus::Delivering, None, tally(60, 0, 0), pace);
    assert_eq!(
        (new.rate, new.eta),
        (None, Some(at("2026-01-05T06:11:00Z")))
    );
}

#[test]
fn what_does_not_go_on_has_no_end_and_is_late_once_it_could_not_be_in_time() {
    let pace = Pace {
        sent_lately: 0,
        measured: Some(1.0),
    };
    for status in [EditionStatus::Paused, EditionStatus::Held] {
        let still = progress(status, None, tally(600, 0, 0), pace);
        assert_eq!((still.eta, still.is_late), (None, false), "{status}");
        assert!(progress(status, None, tally(3000, 0, 0), pace).is_late);
    }
    let edition = edition(EditionStatus::Delivering);
    let send = send(&edition, None, None);
    let all = Progress::new(at(NOW), edition, send, tally(600, 0, 0), pace, true);
    assert_eq!((all.eta, all.is_late), (None, false));
}

#[test]
fn a_deadline_that_passed_is_missed_with_or_without_a_pace() {
    let edition = edition(EditionStatus::Delivering);
    let send = send(&edition, None, Some("2026-01-05T06:09:59Z"));
    let late = Progress::new(
        at(NOW),
        edition.clone(),
        send.clone(),
        tally(1, 0, 0),
        Pace::default(),
        false,
    );
    assert!(late.is_late);
    for (completed_at, is_late) in [
        ("2026-01-05T06:09:00Z", false),
        ("2026-01-05T06:10:00Z", true),
    ] {
        let done = Edition {
            status: EditionStatus::Done,
            completed_at: Some(at(completed_at)),
            ..edition.clone()
        };
        let done = Progress::new(
            at(NOW),
            done,
            send.clone(),
            tally(0, 0, 1),
            Pace::default(),
            false,
        );
        assert_eq!((done.is_late, done.is_closed()), (is_late, true));
    }
}

#[test]
fn an_edition_that_is_stopped_is_closed_when_nothing_is_under_way() {
    let under_way = Tally {
        sending: 1,
        sent: 1,
        ..Tally::default()
    };
    let stopped = progress(EditionStatus::Stopped, None, under_way, Pace::default());
    assert!(!stopped.is_closed());
    let ended = progress(
        EditionStatus::Stopped,
        None,
        tally(0, 0, 2),
        Pace::default(),
    );
    assert!(ended.is_closed());
}
