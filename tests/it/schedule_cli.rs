//! `tidings schedule next`: what a schedule means, told before anybody waits for it.

use serde_json::{Value, json};

use crate::support::process::Tidings;

const WEEKDAYS: [&str; 3] = ["schedule", "next", "0 7 * * 1-5"];

#[tokio::test]
async fn seven_stays_seven_when_summer_begins() {
    let arguments = [
        "--zone",
        "Europe/Berlin",
        "--from",
        "2026-03-27T00:00:00Z",
        "--count",
        "5",
        "--json",
    ];
    let ran = Tidings::new(&[&WEEKDAYS[..], &arguments].concat())
        .run()
        .await
        .expect(0);
    let expected: Vec<Value> = [
        ("2026-03-27T07:00:00", "2026-03-27T06:00:00Z"),
        ("2026-03-30T07:00:00", "2026-03-30T05:00:00Z"),
        ("2026-03-31T07:00:00", "2026-03-31T05:00:00Z"),
        ("2026-04-01T07:00:00", "2026-04-01T05:00:00Z"),
        ("2026-04-02T07:00:00", "2026-04-02T05:00:00Z"),
    ]
    .map(|(local, due_at)| json!({ "local": local, "due_at": due_at, "zone": "Europe/Berlin" }))
    .into();
    assert_eq!(ran.json::<Vec<Value>>(), expected);
    assert_eq!(ran.stderr, "");
}

#[tokio::test]
async fn people_read_the_weekday_and_both_clocks() {
    let arguments = [
        "--zone",
        "Europe/Berlin",
        "--from",
        "2026-03-27T00:00:00Z",
        "--count",
        "2",
    ];
    let ran = Tidings::new(&[&WEEKDAYS[..], &arguments].concat())
        .run()
        .await
        .expect(0);
    assert_eq!(
        ran.stdout,
        "Fri 2026-03-27 07:00 CET  (2026-03-27T06:00:00Z)\nMon 2026-03-30 07:00 CEST  (2026-03-30T05:00:00Z)\n"
    );
}

/// 02:30 does not exist on the last Sunday of March, when its run comes with the end of the gap, and comes twice on
/// that of October.
#[tokio::test]
async fn the_hour_that_clocks_skip_or_repeat_has_one_run() {
    for (from, expected) in [
        (
            "2026-03-28T12:00:00Z",
            [
                ("2026-03-29T02:30:00", "2026-03-29T01:00:00Z"),
                ("2026-03-30T02:30:00", "2026-03-30T00:30:00Z"),
            ],
        ),
        (
            "2026-10-24T12:00:00Z",
            [
                ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
                ("2026-10-26T02:30:00", "2026-10-26T01:30:00Z"),
            ],
        ),
    ] {
        let arguments = [
            "schedule",
            "next",
            "30 2 * * *",
            "--zone",
            "Europe/Berlin",
            "--from",
            from,
            "--count",
            "2",
            "--json",
        ];
        let slots: Vec<Value> = Tidings::new(&arguments).run().await.expect(0).json();
        let found: Vec<_> = slots
            .iter()
            .map(|slot| {
                (
                    slot["local"].as_str().unwrap(),
                    slot["due_at"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn a_wrong_schedule_is_explained_with_a_right_one() {
    let cases: [(&str, &str, &[&str]); 4] = [
        (
            "61 7 * * *",
            "Europe/Berlin",
            &["\"61 7 * * *\"", "\"0 7 * * 1-5\""],
        ),
        (
            "0 7 * *",
            "Europe/Berlin",
            &["\"0 7 * *\"", "\"0 7 * * 1-5\""],
        ),
        (
            "0 7 31 2 *",
            "Europe/Berlin",
            &["never comes round", "\"0 7 * * 1-5\""],
        ),
        (
            "0 7 * * *",
            "Berlin",
            &["time zone \"Berlin\"", "\"Europe/Berlin\""],
        ),
    ];
    for (cron, zone, parts) in cases {
        let ran = Tidings::new(&["schedule", "next", cron, "--zone", zone]);
        let ran = ran.run().await.expect(3).says(parts);
        assert_eq!(ran.stdout, "");
    }
}

#[tokio::test]
async fn a_wrong_count_or_instant_is_wrong_usage() {
    for wrong in [
        ["--count", "0"],
        ["--count", "1001"],
        ["--from", "yesterday"],
    ] {
        let arguments = [&WEEKDAYS[..], &["--zone", "UTC"], &wrong].concat();
        Tidings::new(&arguments)
            .run()
            .await
            .expect(2)
            .says(&[wrong[0], wrong[1]]);
    }
}
