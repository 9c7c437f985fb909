use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

use super::Cron;

fn cron(expression: &str) -> Cron {
    let fields: Vec<String> = expression.split(' ').map(str::to_owned).collect();
    Cron::parse(&fields.try_into().unwrap()).unwrap()
}

fn problem_of(expression: &str) -> String {
    let fields: Vec<String> = expression.split(' ').map(str::to_owned).collect();
    Cron::parse(&fields.try_into().unwrap())
        .unwrap_err()
        .to_string()
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// The first firings after `after`, as the clock on the wall of `zone` shows them.
fn firings(expression: &str, zone: &TimeZone, after: &str, count: usize) -> Vec<String> {
    let cron = cron(expression);
    let mut after: Timestamp = after.parse().unwrap();
    let mut shown = Vec::new();
    while shown.len() < count {
        let Some(next) = cron.next(after, zone) else {
            break;
        };
        shown.push(zone.to_datetime(next).strftime("%F %H:%M").to_string());
        after = next;
    }
    shown
}

#[test]
fn expressions_of_the_user_guide_fire_when_it_says() {
    for (expression, expected) in [
        // 10:00 every day.
        (
            "0 10 * * ? *",
            ["2026-06-01 10:00", "2026-06-02 10:00", "2026-06-03 10:00"],
        ),
        // 12:15 every day.
        (
            "15 12 * * ? *",
            ["2026-06-01 12:15", "2026-06-02 12:15", "2026-06-03 12:15"],
        ),
        // 18:00 from Monday to Friday. The first of June is a Monday.
        (
            "0 18 ? * MON-FRI *",
            ["2026-06-01 18:00", "2026-06-02 18:00", "2026-06-03 18:00"],
        ),
        // 8:00 on the first day of every month.
        (
            "0 8 1 * ? *",
            ["2026-06-01 08:00", "2026-07-01 08:00", "2026-08-01 08:00"],
        ),
        // Every 15 minutes.
        (
            "0/15 * * * ? *",
            ["2026-06-01 00:15", "2026-06-01 00:30", "2026-06-01 00:45"],
        ),
        // Every 10 minutes from Monday to Friday.
        (
            "0/10 * ? * MON-FRI *",
            ["2026-06-01 00:10", "2026-06-01 00:20", "2026-06-01 00:30"],
        ),
        // Every 5 minutes from 8:00 to 17:55 from Monday to Friday.
        (
            "0/5 8-17 ? * MON-FRI *",
            ["2026-06-01 08:00", "2026-06-01 08:05", "2026-06-01 08:10"],
        ),
        // The same day of the week by its number: 1 is Sunday.
        (
            "0 0 ? * 1 *",
            ["2026-06-07 00:00", "2026-06-14 00:00", "2026-06-21 00:00"],
        ),
        (
            "30 6 ? jan,Mar sat 2027",
            ["2027-01-02 06:30", "2027-01-09 06:30", "2027-01-16 06:30"],
        ),
        (
            "0 0 29 2 ? *",
            ["2028-02-29 00:00", "2032-02-29 00:00", "2036-02-29 00:00"],
        ),
        (
            "0 0 31 * ? *",
            ["2026-07-31 00:00", "2026-08-31 00:00", "2026-10-31 00:00"],
        ),
        (
            "5-20/5,59 0,23 * * ? *",
            ["2026-06-01 00:05", "2026-06-01 00:10", "2026-06-01 00:15"],
        ),
        (
            "58/1 23 * * ? *",
            ["2026-06-01 23:58", "2026-06-01 23:59", "2026-06-02 23:58"],
        ),
    ] {
        let shown = firings(expression, &TimeZone::UTC, "2026-06-01T00:00:00Z", 3);
        assert_eq!(shown, expected, "{expression}");
    }
}

#[test]
fn a_schedule_whose_years_are_over_never_fires_again() {
    let expected = vec!["2026-12-31 23:00"];
    let shown = firings(
        "0 23 31 12 ? 2020-2026",
        &TimeZone::UTC,
        "2026-06-01T00:00:00Z",
        3,
    );
    assert_eq!(shown, expected);
    // A day that does not exist.
    let never = firings("0 0 30 2 ? *", &TimeZone::UTC, "2026-06-01T00:00:00Z", 1);
    assert_eq!(never, Vec::<String>::new());
}

#[test]
fn a_schedule_fires_after_a_moment_and_not_at_it() {
    let cron = cron("0 10 * * ? *");
    let ten: Timestamp = "2026-06-01T10:00:00Z".parse().unwrap();
    let day = SignedDuration::from_hours(24);
    let instant = SignedDuration::from_nanos(1);
    assert_eq!(cron.next(ten - instant, &TimeZone::UTC), Some(ten));
    assert_eq!(cron.next(ten, &TimeZone::UTC), Some(ten + day));
    assert_eq!(cron.next(ten + instant, &TimeZone::UTC), Some(ten + day));
}

#[test]
fn a_schedule_keeps_to_the_clock_on_the_wall() {
    let shanghai = zone("Asia/Shanghai");
    let nine: Timestamp = "2026-06-01T01:00:00Z".parse().unwrap();
    let before = nine - SignedDuration::from_secs(1);
    assert_eq!(cron("0 9 * * ? *").next(before, &shanghai), Some(nine));

    // Berlin's clocks go forward on 29 March 2026, so that nine o'clock comes an hour earlier.
    let berlin = zone("Europe/Berlin");
    let shown = firings("0 9 * * ? *", &berlin, "2026-03-28T00:00:00Z", 3);
    assert_eq!(
        shown,
        ["2026-03-28 09:00", "2026-03-29 09:00", "2026-03-30 09:00"]
    );
}

#[test]
fn a_time_that_does_not_exist_is_left_out() {
    let shown = firings(
        "30 2 * * ? *",
        &zone("Europe/Berlin"),
        "2026-03-27T12:00:00Z",
        3,
    );
    assert_eq!(
        shown,
        ["2026-03-28 02:30", "2026-03-30 02:30", "2026-03-31 02:30"]
    );
}

#[test]
fn a_time_that_comes_twice_fires_once() {
    let berlin = zone("Europe/Berlin");
    let cron = cron("30 2 * * ? *");
    let first: Timestamp = "2026-10-25T00:30:00Z".parse().unwrap();
    let second: Timestamp = "2026-10-25T01:30:00Z".parse().unwrap();
    assert_eq!(berlin.to_datetime(first), berlin.to_datetime(second));
    let next_day: Timestamp = "2026-10-26T01:30:00Z".parse().unwrap();
    assert_eq!(
        cron.next(first - SignedDuration::from_secs(1), &berlin),
        Some(first)
    );
    assert_eq!(cron.next(first, &berlin), Some(next_day));
    assert_eq!(
        cron.next(second - SignedDuration::from_secs(1), &berlin),
        Some(next_day)
    );
}

/// Tells from the clock on the wall whether a schedule fires.
type Model = fn(DateTime) -> bool;

/// Walks on minute by minute until the clock on the wall shows what is wanted for the first time.
fn next_by_walking(model: Model, after: Timestamp, zone: &TimeZone) -> Timestamp {
    let mut minute = Timestamp::from_second(after.as_second().div_euclid(60) * 60).unwrap();
    loop {
        minute += SignedDuration::from_mins(1);
        let shown = zone.to_datetime(minute);
        if model(shown) && zone.to_timestamp(shown).unwrap() == minute {
            return minute;
        }
    }
}

#[test]
fn the_next_firing_is_the_one_found_by_walking_there() {
    let models: [(&str, Model); 5] = [
        ("0/7 * * * ? *", |time| time.minute() % 7 == 0),
        ("15,45 0-5 * * ? *", |time| {
            [15, 45].contains(&time.minute()) && time.hour() <= 5
        }),
        ("0 */2 ? * SUN,MON *", |time| {
            time.minute() == 0
                && time.hour() % 2 == 0
                && [1, 2].contains(&time.weekday().to_sunday_one_offset())
        }),
        ("30 2 1-28/3 * ? *", |time| {
            (time.hour(), time.minute()) == (2, 30) && time.day() <= 28 && time.day() % 3 == 1
        }),
        ("1 1 ? 3,4,10,11 2-6 2026", |time| {
            (time.hour(), time.minute(), time.year()) == (1, 1, 2026)
                && [3, 4, 10, 11].contains(&time.month())
                && (2..=6).contains(&time.weekday().to_sunday_one_offset())
        }),
    ];
    // Around the days on which clocks are put forward or back, by an hour or by half of one.
    let starts = [
        ("Europe/Berlin", "2026-03-28T20:00:00Z"),
        ("Europe/Berlin", "2026-10-24T20:00:00Z"),
        ("America/New_York", "2026-03-07T20:00:00Z"),
        ("America/New_York", "2026-10-31T20:00:00Z"),
        ("Australia/Lord_Howe", "2026-04-04T06:00:00Z"),
        ("Australia/Lord_Howe", "2026-10-03T06:00:00Z"),
        ("Asia/Shanghai", "2026-02-27T20:00:00Z"),
        ("UTC", "2026-02-28T20:00:00Z"),
    ];
    for (expression, model) in models {
        let cron = cron(expression);
        for (name, start) in starts {
            let zone = zone(name);
            let start: Timestamp = start.parse().unwrap();
            let mut expected = next_by_walking(model, start, &zone);
            // No divisor of an hour, so that every kind of place between two minutes is tried.
            for step in 0..250 {
                let after = start + SignedDuration::from_secs(step * 397);
                if expected <= after {
                    expected = next_by_walking(model, after, &zone);
                }
                let next = cron.next(after, &zone);
                assert_eq!(next, Some(expected), "{expression} in {name} after {after}");
            }
        }
    }
}

#[test]
fn an_expression_that_means_nothing_is_one_clear_error() {
    for (expression, problem) in [
        (
            "0 0 ? * ? *",
            "one of day of month and day of week must say something else than `?`",
        ),
        (
            "0 0 1 * 1 *",
            "one of day of month and day of week must be `?`",
        ),
        (
            "0 0 * * * *",
            "one of day of month and day of week must be `?`",
        ),
        (
            "60 0 * * ? *",
            r#"the minute must be between 0 and 59, and is "60""#,
        ),
        (
            "0 24 * * ? *",
            r#"the hour must be between 0 and 23, and is "24""#,
        ),
        (
            "0 0 0 * ? *",
            r#"the day of month must be between 1 and 31, and is "0""#,
        ),
        (
            "0 0 * 13 ? *",
            r#"the month must be between 1 and 12, and is "13""#,
        ),
        (
            "0 0 ? * 0 *",
            r#"the day of week must be between 1 and 7, and is "0""#,
        ),
        (
            "0 0 * * ? 2200",
            r#"the year must be between 1970 and 2199, and is "2200""#,
        ),
        ("x 0 * * ? *", r#"the minute cannot be "x""#),
        ("0, 0 * * ? *", r#"the minute cannot be """#),
        ("9-3 0 * * ? *", r#"the minute cannot be "9-3""#),
        ("0/0 0 * * ? *", r#"the minute cannot be "0/0""#),
        ("? 0 * * ? *", r#"the minute cannot be "?""#),
        ("0 0 * L ? *", r#"the month cannot be "L""#),
        ("0 0 ? * MONDAY *", r#"the day of week cannot be "MONDAY""#),
        (
            "0 0 L * ? *",
            r#"the day of month is "L": L, W and # are not supported by the local platform"#,
        ),
        (
            "0 0 15W * ? *",
            r#"the day of month is "15W": L, W and # are not supported by the local platform"#,
        ),
        (
            "0 0 ? * 6L *",
            r#"the day of week is "6L": L, W and # are not supported by the local platform"#,
        ),
        (
            "0 0 ? * TUE#2 *",
            r#"the day of week is "TUE#2": L, W and # are not supported by the local platform"#,
        ),
    ] {
        assert_eq!(problem_of(expression), problem, "{expression}");
    }
}
