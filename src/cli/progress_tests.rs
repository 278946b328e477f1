use super::*;
use crate::domain::edition::{Edition, EditionKind, EditionStatus};
use crate::domain::edition_delivery::{EditionSend, Tally, UnknownPolicy};
use crate::domain::id::NewsletterId;

const ID: &str = "019b8c7e-7ab0-7000-8000-000000000001";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn progress(status: EditionStatus, tally: Tally) -> Progress {
    let due_at = at("2026-01-05T06:00:00Z");
    let id = ID.parse().unwrap();
    Progress {
        edition: Edition {
            id,
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
        },
        send: EditionSend {
            edition_id: id,
            not_before: due_at,
            deadline_at: None,
            expires_at: at("2026-01-06T06:00:00Z"),
            unknown_policy: UnknownPolicy::RetryOnce,
            reason: None,
            started_at: Some(due_at),
        },
        tally,
        is_all_paused: false,
        rate: None,
        eta: None,
        is_late: false,
    }
}

fn half() -> Progress {
    let tally = Tally {
        waiting: 480,
        sending: 10,
        retrying: 5,
        sent: 500,
        failed: 5,
        dropped: 0,
    };
    Progress {
        rate: Some(12.345),
        eta: Some(at("2026-01-05T06:07:40.123456Z")),
        ..progress(EditionStatus::Delivering, tally)
    }
}

fn drawn(progress: &Progress) -> String {
    bar(at("2026-01-05T06:00:00Z"), progress)
}

#[test]
fn a_bar_shows_how_far_how_fast_and_how_long() {
    assert_eq!(
        drawn(&half()),
        "[##########----------]  50 %  500 sent, 490 waiting, 5 retrying, 5 failed, 12.3/s, ETA 7m40s"
    );
    let late = Progress {
        is_late: true,
        ..half()
    };
    assert!(drawn(&late).ends_with(", ETA 7m40s, LATE"));
}

#[test]
fn a_bar_says_why_it_does_not_move() {
    let mut still = progress(EditionStatus::Paused, half().tally);
    assert!(drawn(&still).ends_with("5 failed, paused"));
    still.edition.status = EditionStatus::Delivering;
    assert!(drawn(&still).ends_with("5 failed, ETA unknown"));
    still.is_all_paused = true;
    assert!(drawn(&still).ends_with("5 failed, all editions are paused"));
}

#[test]
fn a_line_that_stays_names_the_edition_and_its_instants() {
    let slug: Slug = "morning".parse().unwrap();
    assert_eq!(
        line(&slug, &half()),
        format!(
            "{ID} morning delivering: 50 %, 500 sent, 490 waiting, 5 retrying, 5 failed, 12.3/s, \
             ETA 2026-01-05T06:07:40Z"
        )
    );
    let mut late = progress(EditionStatus::Paused, half().tally);
    late.is_late = true;
    late.send.deadline_at = Some(at("2026-01-05T07:00:00Z"));
    late.send.reason = Some("the lead story is wrong".to_owned());
    assert_eq!(
        line(&slug, &late),
        format!(
            "{ID} morning paused: 50 %, 500 sent, 490 waiting, 5 retrying, 5 failed, late for 2026-01-05T07:00:00Z \
             (the lead story is wrong)"
        )
    );
}

#[test]
fn only_what_is_settled_to_the_last_is_a_hundred_percent() {
    for (sent, waiting, expected) in [(0, 0, 100), (0, 3, 0), (999_999, 1, 99), (3, 0, 100)] {
        let tally = Tally {
            waiting,
            sent,
            ..Tally::default()
        };
        let progress = progress(EditionStatus::Delivering, tally);
        assert_eq!(percent(&progress), expected, "{sent} and {waiting}");
    }
}

#[test]
fn durations_are_short() {
    for (seconds, expected) in [(-5, "0s"), (59, "59s"), (460, "7m40s"), (7_500, "2h05m")] {
        assert_eq!(short(SignedDuration::from_secs(seconds)), expected);
    }
}
