//! Records of a table's stream that are read again, against what looks like the AWS CLI.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};
use tempfile::TempDir;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/redrive-stream");
const FAKE_AWS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fake_aws.py");
const STREAM: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/now";
const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:planet-PointsStream";

/// A message as Lambda writes it about the records of these numbers.
fn place(qualifier: &str, first: u32, last: u32) -> Value {
    json!({
        "requestContext": { "functionArn": format!("{FUNCTION}:{qualifier}") },
        "DDBStreamBatchInfo": {
            "shardId": "shard-1",
            "startSequenceNumber": first.to_string(),
            "endSequenceNumber": last.to_string(),
            "batchSize": last - first + 1,
            "streamArn": STREAM,
        },
    })
}

struct Stack {
    folder: TempDir,
}

impl Stack {
    fn with(queue: &Value, answer: &Value) -> Stack {
        Stack::that_answers(queue, &answer.to_string(), 0)
    }

    /// A stack whose queue hides its messages from the first receives, and whose function answers
    /// this text.
    fn that_answers(queue: &Value, answer: &str, empty_receives: u32) -> Stack {
        let folder = tempfile::tempdir().unwrap();
        let state = json!({
            "queue": queue,
            "hidden": [],
            "empty_receives": empty_receives,
            "trimmed_below": 100,
            "invoked": [],
            "answer": answer,
        });
        fs::write(folder.path().join("state.json"), state.to_string()).unwrap();
        let aws = folder.path().join("aws");
        fs::copy(FAKE_AWS, &aws).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&aws, fs::Permissions::from_mode(0o700)).unwrap();
        }
        Stack { folder }
    }

    fn state(&self) -> Value {
        serde_json::from_slice(&fs::read(self.folder.path().join("state.json")).unwrap()).unwrap()
    }

    fn run(&self, words: &[&str]) -> Output {
        self.run_with(&self.folder.path().join("aws"), words)
    }

    fn run_with(&self, aws: &Path, words: &[&str]) -> Output {
        Command::new("python3")
            .arg(SCRIPT)
            .args(["https://sqs/0/planet-dev-WalletsStreamDead"])
            .args(words)
            .env("AWS_CLI", aws)
            .env_remove("AWS_ENDPOINT_URL")
            .env("FAKE_AWS", self.folder.path())
            .output()
            .unwrap()
    }
}

/// Whether this machine can run the script; says loudly if not.
fn can_run() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok();
    if !found {
        eprintln!("SKIPPED: python3 is not installed");
    }
    found && cfg!(unix) && Path::new(SCRIPT).is_file()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn records_are_read_again_and_handed_to_the_function_whole_and_in_order() {
    if !can_run() {
        return;
    }
    let queue = json!({ "one": place("live", 101, 105), "two": place("17", 200, 200) });
    let stack = Stack::with(&queue, &json!({ "batchItemFailures": [] }));
    let rehearsed = stack.run(&["--dry-run"]);
    assert!(text(&rehearsed.stdout).starts_with("would redrive 2 batches"));
    assert_eq!(stack.state()["queue"], queue);

    let done = stack.run(&[]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert_eq!(
        text(&done.stdout),
        "redrove 2 batches of 6 records in all; 0 stay\n"
    );
    let state = stack.state();
    assert_eq!(state["queue"], json!({}));
    let (function, event) = (&state["invoked"][0][0], &state["invoked"][0][1]);
    assert_eq!(function, &format!("{FUNCTION}:live"));
    let function = &state["invoked"][1][0];
    assert_eq!(function, FUNCTION, "not the version that failed");
    let records = event["Records"].as_array().unwrap();
    let numbers: Vec<&str> = records
        .iter()
        .map(|record| record["dynamodb"]["SequenceNumber"].as_str().unwrap())
        .collect();
    assert_eq!(numbers, ["101", "102", "103", "104", "105"]);
    assert_eq!(records[0]["eventSourceARN"], STREAM);
    assert_eq!(
        records[0]["dynamodb"]["ApproximateCreationDateTime"],
        1_780_315_200
    );
}

#[test]
fn what_the_function_does_not_do_stays() {
    if !can_run() {
        return;
    }
    let queue = json!({ "one": place("live", 200, 203) });
    let failures = json!({ "batchItemFailures": [{ "itemIdentifier": "202" }] });
    let stack = Stack::with(&queue, &failures);
    let done = stack.run(&[]);
    assert_eq!(done.status.code(), Some(1));
    assert!(text(&done.stderr).contains("did not do the records from 202 on"));
    assert_eq!(stack.state()["queue"], queue);

    let rehearsed = text(&stack.run(&["--dry-run"]).stdout);
    assert!(rehearsed.contains("(1 more are hidden)"), "{rehearsed}");
    let too_soon = stack.run(&[]);
    assert_eq!(too_soon.status.code(), Some(1), "it is there, but hidden");
    let complaint = text(&too_soon.stderr);
    assert!(
        complaint.contains("1 of 1 messages did not come"),
        "{complaint}"
    );
}

#[test]
fn what_the_stream_keeps_no_more_stays_and_is_said() {
    if !can_run() {
        return;
    }
    let queue = json!({ "old": place("live", 7, 9), "poison": { "hello": 1 }, "young": place("live", 200, 201) });
    let stack = Stack::with(&queue, &json!({ "batchItemFailures": [] }));
    let done = stack.run(&[]);
    assert_eq!(done.status.code(), Some(1));
    let complaint = text(&done.stderr);
    assert!(
        complaint.contains("message old stays: its records are gone"),
        "{complaint}"
    );
    assert!(
        complaint.contains("message poison stays: it is no place"),
        "{complaint}"
    );
    let expected = json!({ "old": place("live", 7, 9), "poison": { "hello": 1 } });
    assert_eq!(stack.state()["queue"], expected);
}

#[test]
fn a_message_that_cannot_be_understood_stays_and_the_others_go_on() {
    if !can_run() {
        return;
    }
    let without = |name: &str| {
        let mut message = place("live", 200, 201);
        let batch = message["DDBStreamBatchInfo"].as_object_mut().unwrap();
        batch.remove(name);
        message
    };
    let with = |name: &str, value: Value| {
        let mut message = place("live", 200, 201);
        message["DDBStreamBatchInfo"][name] = value;
        message
    };
    let mut queue = json!({
        "a-no-end": without("endSequenceNumber"),
        "b-no-stream": without("streamArn"),
        "c-a-number": with("startSequenceNumber", json!(200)),
        "d-no-number": with("endSequenceNumber", json!("soon")),
        "e-backwards": with("endSequenceNumber", json!("199")),
        "f-a-list": [],
        "g-a-text": "hello",
        "h-no-batch": { "requestContext": { "functionArn": FUNCTION }, "DDBStreamBatchInfo": "x" },
        "i-no-function": { "requestContext": [], "DDBStreamBatchInfo": {} },
        "z-good": place("live", 200, 201),
    });
    let stack = Stack::with(&queue, &json!({ "batchItemFailures": [] }));
    let done = stack.run(&[]);
    assert_eq!(done.status.code(), Some(1));
    assert_eq!(
        text(&done.stdout),
        "redrove 1 batches of 2 records in all; 9 stay\n"
    );
    queue.as_object_mut().unwrap().remove("z-good");
    assert_eq!(stack.state()["queue"], queue);
    let complaint = text(&done.stderr);
    assert_eq!(complaint.lines().count(), 9, "{complaint}");
    for line in complaint.lines() {
        assert!(line.contains("stays: it is no place in a stream"), "{line}");
    }
    for reason in [
        "message a-no-end stays: it is no place in a stream: it has no \
         DDBStreamBatchInfo.endSequenceNumber",
        "it has no DDBStreamBatchInfo.streamArn",
        "200 to soon are no sequence numbers",
        "200 to 199 are no sequence numbers",
        "it has no requestContext.functionArn",
    ] {
        assert!(complaint.contains(reason), "{reason}: {complaint}");
    }
}

#[test]
fn an_answer_that_does_not_say_what_was_done_leaves_the_message() {
    if !can_run() {
        return;
    }
    let queue = json!({ "one": place("live", 200, 201) });
    for answer in [
        "[]",
        "5",
        "\"done\"",
        "done",
        r#"{"batchItemFailures":{}}"#,
        r#"{"batchItemFailures":["200"]}"#,
    ] {
        let stack = Stack::that_answers(&queue, answer, 0);
        let done = stack.run(&[]);
        assert_eq!(done.status.code(), Some(1), "{answer}");
        let complaint = text(&done.stderr);
        let reason = format!("does not answer which records it did not do: {answer}");
        assert!(
            complaint.contains("message one stays") && complaint.contains(&reason),
            "{complaint}"
        );
        assert_eq!(stack.state()["queue"], queue);
    }
    for answer in ["", "null", "{}", r#"{"batchItemFailures":null}"#] {
        let stack = Stack::that_answers(&queue, answer, 0);
        let done = stack.run(&[]);
        assert!(done.status.success(), "{answer}: {}", text(&done.stderr));
        assert_eq!(stack.state()["queue"], json!({}));
    }
}

#[test]
fn without_the_aws_cli_it_says_what_is_missing() {
    if !can_run() {
        return;
    }
    let queue = json!({ "one": place("live", 200, 201) });
    let stack = Stack::with(&queue, &json!({ "batchItemFailures": [] }));
    for words in [&[][..], &["--dry-run"]] {
        let done = stack.run_with(Path::new("/nowhere/aws"), words);
        assert_eq!(done.status.code(), Some(1));
        let complaint = text(&done.stderr);
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(
            complaint.contains("/nowhere/aws cannot be run")
                && complaint.contains("install the AWS CLI"),
            "{complaint}"
        );
    }
}

#[test]
fn a_queue_that_gives_nothing_at_first_is_asked_again_and_what_never_comes_is_said() {
    if !can_run() {
        return;
    }
    let queue = json!({ "one": place("live", 200, 201), "two": place("live", 300, 300) });
    let answer = json!({ "batchItemFailures": [] }).to_string();
    let stack = Stack::that_answers(&queue, &answer, 4);
    let done = stack.run(&[]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert_eq!(stack.state()["queue"], json!({}));

    let stack = Stack::that_answers(&queue, &answer, 100);
    let done = stack.run(&[]);
    assert_eq!(done.status.code(), Some(1));
    let complaint = text(&done.stderr);
    assert!(
        complaint.contains("2 of 2 messages did not come"),
        "{complaint}"
    );
    assert_eq!(
        stack.state()["empty_receives"],
        95,
        "it does not ask for ever"
    );
    assert_eq!(stack.state()["queue"], queue);
}

#[test]
fn at_most_so_many_are_done_and_not_fewer_than_one_can_be_asked_for() {
    if !can_run() {
        return;
    }
    let queue = json!({ "one": place("live", 200, 201), "two": place("live", 300, 300) });
    let stack = Stack::with(&queue, &json!({ "batchItemFailures": [] }));
    for most in ["--most=0", "--most=-1", "--most=some", "--most="] {
        let refused = stack.run(&[most]);
        assert_eq!(refused.status.code(), Some(2), "{most}");
        let complaint = text(&refused.stderr);
        assert!(
            complaint.contains("is no number of messages"),
            "{complaint}"
        );
        assert_eq!(stack.state()["queue"], queue);
    }
    let done = stack.run(&["--most", "1"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert_eq!(
        stack.state()["queue"],
        json!({ "two": place("live", 300, 300) })
    );
}

#[test]
fn the_script_can_be_read_in_a_terminal() {
    for line in fs::read_to_string(SCRIPT).unwrap().lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
}
