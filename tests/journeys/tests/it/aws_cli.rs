//! AWS's own command line, unchanged, against the engines that `cargo run -- --engines` serves; it
//! comes from PyPI (`.ci/run`).

use std::{net::Ipv4Addr, path::Path, process::Command};

use planet::{Options, ServedEngines, Storage};
use serde_json::Value;

use crate::install::{self, run, skip};

/// The command line in the environment that the README of `infra/local` gives it.
struct AwsCli {
    program: std::ffi::OsString,
    endpoint: String,
}

impl AwsCli {
    fn call(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(&self.program);
        // Its first version would look for SQS in us-east-1 whatever `AWS_ENDPOINT_URL` says.
        command
            .args(["--endpoint-url", &self.endpoint])
            .args(arguments)
            .env("AWS_ACCESS_KEY_ID", engines::ACCESS_KEY_ID)
            .env("AWS_SECRET_ACCESS_KEY", engines::SECRET_ACCESS_KEY)
            .env("AWS_REGION", engines::REGION)
            .env("AWS_DEFAULT_REGION", engines::REGION)
            .env("AWS_PAGER", "")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env_remove("AWS_PROFILE");
        let output = run(&mut command).expect("the command line is answered");
        String::from_utf8(output.stdout).expect("it prints text")
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let text = self.call(arguments);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}

fn scans_a_table(aws: &AwsCli) {
    let table = "planet-WalletsTable";
    let item = r#"{"pk":{"S":"WALLET#one"},"version":{"N":"1"}}"#;
    aws.call(&[
        "dynamodb",
        "put-item",
        "--table-name",
        table,
        "--item",
        item,
    ]);
    let found = aws.json(&["dynamodb", "scan", "--table-name", table]);
    assert_eq!(found["Count"], 1, "{found}");
    assert_eq!(found["Items"][0]["pk"]["S"], "WALLET#one");
}

fn receives_a_message(aws: &AwsCli) {
    let name = ["sqs", "get-queue-url", "--queue-name", "planet-PointsQueue"];
    let queue = aws.json(&name)["QueueUrl"].as_str().unwrap().to_owned();
    let sent = [
        "sqs",
        "send-message",
        "--message-body",
        "hello",
        "--queue-url",
    ];
    aws.call(&[&sent[..], &[queue.as_str()]].concat());
    let received = aws.json(&["sqs", "receive-message", "--queue-url", &queue]);
    assert_eq!(received["Messages"][0]["Body"], "hello", "{received}");
}

fn lists_files(aws: &AwsCli, folder: &Path) {
    let buckets = aws.call(&["s3", "ls"]);
    assert!(buckets.contains("planet-codesbucket"), "{buckets}");
    let file = folder.join("codes.csv");
    std::fs::write(&file, "code\nGR-1\n").unwrap();
    let target = "s3://planet-codesbucket/codes.csv";
    aws.call(&["s3", "cp", file.to_str().unwrap(), target]);
    let files = aws.call(&["s3", "ls", "s3://planet-codesbucket"]);
    assert!(files.contains("10 codes.csv"), "{files}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_aws_command_line_sees_what_is_in_the_engines() {
    let python = match install::python("aws_cli") {
        Ok(python) => python,
        Err(why) => return skip(&why),
    };
    let options = Options {
        template: concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml").into(),
        storage: Storage::Memory,
        port: 0,
    };
    let served = ServedEngines::start(&options, Ipv4Addr::LOCALHOST.into())
        .await
        .expect("the engines start");
    let aws = AwsCli {
        program: Path::new(python.get_program()).with_file_name("aws").into(),
        endpoint: served.url(),
    };
    tokio::task::spawn_blocking(move || {
        let folder = tempfile::tempdir().unwrap();
        scans_a_table(&aws);
        receives_a_message(&aws);
        lists_files(&aws, folder.path());
    })
    .await
    .expect("the command line held");
    served.stop().await.unwrap();
}
