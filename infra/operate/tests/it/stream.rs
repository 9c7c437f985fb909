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
        let folder = tempfile::tempdir().unwrap();
        let state = json!({
            "queue": queue,
            "hidden": [],
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
        Command::new("python3")
            .arg(SCRIPT)
            .args(["https://sqs/0/planet-WalletsStreamDead"])
            .args(words)
            .env("AWS_CLI", self.folder.path().join("aws"))
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
