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
    let mut expected: Vec<Value> = [
        ("2026-03-27T07:00:00", "2026-03-27T06:00:00Z"),
        ("2026-03-30T07:00:00", "2026-03-30T05:00:00Z"),
        ("2026-03-31T07:00:00", "2026-03-31T05:00:00Z"),
        ("2026-04-01T07:00:00", "2026-04-01T05:00:00Z"),
        ("2026-04-02T07:00:00", "2026-04-02T05:00:00Z"),
    ]
    .map(|(local, due_at)| json!({ "local": local, "due_at": due_at, "zone": "Europe/Berlin" }))
    .into();
    expected[1]["note"] = json!("clocks go forward: 07:00 CEST");
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
        "Fri 2026-03-27 07:00 CET  (2026-03-27T06:00:00Z)\nMon 2026-03-30 07:00 CEST  (2026-03-30T05:00:00Z)  clocks go forward: 07:00 CEST\n"
    );
    assert_eq!(ran.stderr, "weekdays at 07:00 Europe/Berlin (0 7 * * 1-5)");
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

/// What people say is the same as the cron expression, in both languages, with the zone in the words or beside them.
#[tokio::test]
async fn words_are_as_good_as_cron() {
    let from = ["--from", "2026-10-22T12:00:00Z", "--count", "3", "--json"];
    let cron = ["schedule", "next", "0 7 * * 1-5", "--zone", "Europe/Berlin"];
    let wanted = Tidings::new(&[&cron[..], &from].concat())
        .run()
        .await
        .expect(0)
        .json::<Vec<Value>>();
    assert_eq!(wanted[1]["note"], "clocks go back: 07:00 CET");
    for words in [
        &["schedule", "next", "weekdays at 07:00 Europe/Berlin"][..],
        &[
            "schedule",
            "next",
            "werktags um 7 Uhr",
            "--zone",
            "Europe/Berlin",
        ],
        &[
            "schedule",
            "next",
            "Mon-Fri at 7am",
            "--zone",
            "Europe/Berlin",
        ],
    ] {
        let ran = Tidings::new(&[words, &from].concat()).run().await.expect(0);
        assert_eq!(ran.json::<Vec<Value>>(), wanted, "{words:?}");
    }
    let german = [
        "schedule",
        "next",
        "first Friday of the month at 9 UTC",
        "--language",
        "de",
    ];
    let ran = Tidings::new(&german).run().await.expect(0);
    assert_eq!(
        ran.stderr,
        "am ersten Freitag im Monat um 09:00 Uhr UTC (0 9 * * 5#1)"
    );
}

#[tokio::test]
async fn a_word_that_is_not_understood_is_named_with_examples() {
    let cases: [(&[&str], &[&str]); 4] = [
        (
            &["fortnightly at 7", "--zone", "UTC"],
            &[
                "\"fortnightly\"",
                "weekdays at 07:00",
                "first Friday of the month at 9",
            ],
        ),
        (&["weekdays at 7"], &["no time zone", "Europe/Berlin"]),
        (
            &["weekdays at 7 Europe/Berlin", "--zone", "UTC"],
            &["two time zones", "Europe/Berlin", "UTC"],
        ),
        (
            &["weekdays at 7 Europe/Berlim"],
            &["time zone \"Europe/Berlim\""],
        ),
    ];
    for (arguments, parts) in cases {
        let ran = Tidings::new(&[&["schedule", "next"], arguments].concat())
            .run()
            .await
            .expect(3)
            .says(parts);
        assert_eq!(ran.stdout, "");
    }
}
