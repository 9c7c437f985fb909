//! The command line, run as a person runs it.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use journeys::{Client, Request};
use serde_json::json;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn planet(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_planet"));
    command
        .args(arguments)
        .current_dir(ROOT)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn outcome(arguments: &[&str]) -> Output {
    planet(arguments).output().expect("planet runs")
}

/// A refusal is one sentence on standard error and exit code 1.
fn refusal(arguments: &[&str]) -> String {
    let output = outcome(arguments);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    text.trim().to_owned()
}

/// A running platform, which is stopped as Ctrl-C stops it.
struct Running {
    child: Child,
    url: String,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = planet(arguments).spawn().expect("planet starts");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // The log must be read, or the process would wait for a reader.
        let mut log = child.stderr.take().unwrap();
        std::thread::spawn(move || {
            let mut text = String::new();
            log.read_to_string(&mut text)
        });
        let ready = lines
            .by_ref()
            .map_while(Result::ok)
            .find(|line| line.contains(" ready at "))
            .expect("it says that it is ready");
        std::thread::spawn(move || lines.count());
        let mut words = ready.split_whitespace();
        let url = words.find(|word| word.starts_with("http://")).unwrap();
        let url = url.trim_end_matches('.').to_owned();
        Self { child, url }
    }

    fn stop(self) {
        self.stop_by("-INT");
    }

    fn stop_by(mut self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
        let status = self.child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{signal} is a clean end");
    }
}

fn changed_template(folder: &Path, from: &str, to: &str) -> String {
    let template = std::fs::read_to_string(format!("{ROOT}/template.yaml")).unwrap();
    assert!(template.contains(from), "the template has {from:?}");
    let path = folder.join("template.yaml");
    std::fs::write(&path, template.replace(from, to)).unwrap();
    path.display().to_string()
}

#[test]
fn a_taken_port_is_one_clear_sentence() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    assert_eq!(
        refusal(&["--memory", "--port", &port]),
        format!("planet: port {port} is taken; choose another with --port")
    );
}

#[test]
fn a_broken_template_is_one_clear_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let path = changed_template(folder.path(), "!Ref RequestsTable", "!Ref NoSuchTable");
    let sentence = refusal(&["--memory", "--port", "0", "--template", &path]);
    assert!(sentence.contains("NoSuchTable"), "{sentence}");
}

#[test]
fn a_missing_variable_is_one_clear_sentence_that_names_the_function() {
    let folder = tempfile::tempdir().unwrap();
    let path = changed_template(
        folder.path(),
        "REQUESTS_TABLE: !Ref RequestsTable",
        "OTHER_TABLE: !Ref RequestsTable",
    );
    let sentence = refusal(&["--memory", "--port", "0", "--template", &path]);
    assert!(sentence.contains("REQUESTS_TABLE is not set"), "{sentence}");
    assert!(sentence.contains("could not start"), "{sentence}");
}

#[test]
fn unknown_options_and_commands_are_refused() {
    for arguments in [
        &["--colour"][..],
        &["fly"],
        &["--port", "many"],
        &["journey", "nowhere"],
    ] {
        let sentence = refusal(arguments);
        assert!(sentence.starts_with("planet: "), "{sentence}");
    }
}

#[test]
fn help_says_what_there_is() {
    let output = outcome(&["--help"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for word in [
        "--port",
        "--memory",
        "--data",
        "--seed-demo",
        "journey",
        "--engines",
        "gateway",
        "environment",
        "--against",
    ] {
        assert!(text.contains(word), "{word}");
    }
}

#[test]
fn the_journey_command_holds() {
    let output = outcome(&["journey", "first"]);
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    assert!(text.contains("The journey first held."), "{text}");
}

#[tokio::test]
async fn a_data_folder_keeps_accounts_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let arguments = ["--data", data.as_str(), "--port", "0", "--seed-demo"];
    let sign_in = json!({ "email": "fan@example.com", "password": "planet on a laptop" });
    for _ in 0..2 {
        let running = Running::start(&arguments);
        let client = Client::new(&running.url);
        let answer = client
            .send(&Request::post("/v1/sessions", &sign_in))
            .await
            .unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        let rewards = client.send(&Request::get("/v1/rewards")).await.unwrap();
        assert_eq!(rewards.json()["items"].as_array().unwrap().len(), 2);
        running.stop();
    }
}

#[tokio::test]
async fn the_demo_chain_is_believed_also_after_a_restart_in_which_it_forgot_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let arguments = ["--data", data.as_str(), "--port", "0", "--seed-demo"];
    let mut contracts = Vec::new();
    for _ in 0..2 {
        let running = Running::start(&arguments);
        let client = Client::new(&running.url);
        let log = Request::get("/sandbox/chain/log");
        let partner = client.send(&log).await.unwrap().text_at("/contracts/0");
        let shown = json!({ "partner": partner, "operation": "validate", "code": "GR-0" });
        let till = Request::post("/sandbox/chain/till", &shown);
        let answer = client.send(&till).await.unwrap();
        // Planet believes who asks, and knows no such code.
        assert_eq!(answer.number_at("/status"), 404, "{}", answer.text());
        contracts.push(partner);
        running.stop();
    }
    assert_eq!(contracts[0], contracts[1]);
}

#[tokio::test]
async fn memory_leaves_nothing_behind_and_two_can_run_at_once() {
    let first = Running::start(&["--memory", "--port", "0"]);
    let second = Running::start(&["--memory", "--port", "0"]);
    for running in [&first, &second] {
        let health = Client::new(&running.url)
            .send(&Request::get("/healthz"))
            .await
            .unwrap();
        assert_eq!(health.text_at("/status"), "ok");
    }
    first.stop();
    second.stop_by("-TERM");
}

#[tokio::test]
async fn the_engines_are_served_alone() {
    let running = Running::start(&["--engines", "--memory", "--port", "0"]);
    let client = Client::new(&running.url);
    let call = |target: &str, body: serde_json::Value| {
        Request::post("/", &body)
            .header("x-amz-target", target)
            .header("authorization", "AWS4-HMAC-SHA256 Credential=planet/x")
    };
    let scan = json!({ "TableName": "planet-WalletsTable" });
    let request = call("DynamoDB_20120810.Scan", scan.clone());
    let found = client.send(&request).await.unwrap();
    assert_eq!(found.status, 200, "{}", found.text());
    assert_eq!(found.number_at("/Count"), 0);
    let unsigned = Request::post("/", &scan).header("x-amz-target", "DynamoDB_20120810.Scan");
    assert_eq!(client.send(&unsigned).await.unwrap().status, 400);
    // There is no API beside them.
    let health = client.send(&Request::get("/healthz")).await.unwrap();
    assert_ne!(health.text_at("/status"), "ok");
    running.stop();
}

#[tokio::test]
async fn the_payment_gateway_is_served_alone_and_says_what_opens_it() {
    let running = Running::start(&["gateway", "--port", "0"]);
    let client = Client::new(&running.url);
    let nobody = Request::get("/sandbox/alipay/gateway.do");
    let answer = client.send(&nobody).await.unwrap();
    let refusal = answer.text_at("/error_response/sub_code");
    assert_eq!(refusal, "isv.invalid-app-id", "{}", answer.text());
    running.stop();
    let credentials = outcome(&["gateway-credentials"]).stdout;
    let credentials: serde_json::Value = serde_json::from_slice(&credentials).unwrap();
    assert_eq!(credentials["app_id"], sandbox::APP_ID);
}

#[tokio::test]
async fn journeys_are_played_against_what_runs_elsewhere() {
    let running = Running::start(&["--memory", "--port", "0", "--seed-demo"]);
    let output = outcome(&["journey", "first", "--against", &running.url]);
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    assert!(text.contains("The journey first held."), "{text}");
    running.stop();
}
