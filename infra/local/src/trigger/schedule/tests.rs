use engines::template::RateOrCron;
use kernel::Clock;
use serde_json::Value;
use tokio::sync::watch;

use super::*;
use crate::trigger::target::fake::{self, Call};

fn hourly(input: Option<&str>) -> Schedule {
    Schedule {
        event: "Sweep".to_owned(),
        name: Some("sweep-holds".to_owned()),
        expression: RateOrCron::Rate(Duration::from_secs(3600)),
        time_zone: None,
        input: input.map(str::to_owned),
        is_enabled: true,
    }
}

fn noon() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

/// An alarm that looks at its clock all the time and pauses no longer than it must.
fn alarm(schedule: &Schedule, target: Target) -> Alarm {
    let mut alarm = Alarm::new(schedule, target).unwrap();
    alarm.pauses = [Duration::ZERO; 2];
    alarm.nap = Duration::from_millis(1);
    alarm
}

#[tokio::test]
async fn a_schedule_fires_at_its_times_with_the_template_s_input() {
    let clock = Clock::manual(noon());
    let (target, mut calls) = fake::target(&clock);
    let input = r#"{"schedule":"sweep","at":"<aws.scheduler.scheduled-time>","arn":"<aws.scheduler.schedule-arn>"}"#;
    let stop = watch::Sender::new(false);
    let alarm = alarm(&hourly(Some(input)), target);
    let running = tokio::spawn(alarm.run(Stopping::heard_from(&stop)));

    let first = calls.recv().await.unwrap();
    let arn = "arn:aws:scheduler:us-east-1:000000000000:schedule/default/sweep-holds";
    assert_eq!(
        first.payload,
        json!({ "schedule": "sweep", "at": "2026-06-01T12:00:00Z", "arn": arn })
    );
    // The next one does not wait for the first to end.
    clock.advance(SignedDuration::from_hours(1)).unwrap();
    let second = calls.recv().await.unwrap();
    assert_eq!(second.payload["at"], "2026-06-01T13:00:00Z");

    stop.send_replace(true);
    first.answer("null");
    second.answer("null");
    running.await.unwrap();
    assert!(calls.recv().await.is_none(), "it fired once more");
}

#[tokio::test]
async fn firings_that_were_slept_through_are_made_good_by_one() {
    let clock = Clock::manual(noon());
    let (target, mut calls) = fake::target(&clock);
    let stop = watch::Sender::new(false);
    let alarm = alarm(&hourly(None), target);
    let running = tokio::spawn(alarm.run(Stopping::heard_from(&stop)));
    calls.recv().await.unwrap().answer("null");

    clock
        .advance(SignedDuration::from_mins(24 * 60 + 30))
        .unwrap();
    let late = calls.recv().await.unwrap();
    assert_eq!(late.payload["time"], "2026-06-01T13:00:00Z");
    late.answer("null");
    clock.advance(SignedDuration::from_mins(30)).unwrap();
    let on_time = calls.recv().await.unwrap();
    assert_eq!(on_time.payload["time"], "2026-06-02T13:00:00Z");
    on_time.answer("null");
    stop.send_replace(true);
    running.await.unwrap();
}

#[tokio::test]
async fn a_firing_that_fails_is_tried_twice_more() {
    let clock = Clock::manual(noon());
    let (target, mut calls) = fake::target(&clock);
    let input =
        r#"{"attempt":"<aws.scheduler.attempt-number>","id":"<aws.scheduler.execution-id>"}"#;
    let stop = watch::Sender::new(false);
    let alarm = alarm(&hourly(Some(input)), target);
    let running = tokio::spawn(alarm.run(Stopping::heard_from(&stop)));

    let mut ids = Vec::new();
    for attempt in ["1", "2", "3"] {
        let call = calls.recv().await.unwrap();
        assert_eq!(call.payload["attempt"], attempt);
        ids.push(call.payload["id"].clone());
        call.fail();
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "attempts of one firing share its id");

    // The next firing begins anew.
    clock.advance(SignedDuration::from_hours(1)).unwrap();
    let next: Call = calls.recv().await.unwrap();
    assert_eq!(next.payload["attempt"], "1");
    next.answer("null");
    stop.send_replace(true);
    running.await.unwrap();
}

#[tokio::test]
async fn a_schedule_without_input_sends_the_scheduler_s_own_event() {
    let clock = Clock::manual(noon());
    let (target, _calls) = fake::target(&clock);
    let mut schedule = hourly(None);
    schedule.name = None;
    let payload = alarm(&schedule, target).payload(noon(), "req_1", 1);
    assert_eq!(
        serde_json::from_str::<Value>(&payload).unwrap(),
        json!({
            "version": "0",
            "id": "req_1",
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": "000000000000",
            "time": "2026-06-01T12:00:00Z",
            "region": "us-east-1",
            "resources": ["arn:aws:scheduler:us-east-1:000000000000:schedule/default/Sweep"],
            "detail": "{}",
        })
    );
}
