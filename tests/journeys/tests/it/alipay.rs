//! Alipay's own clients, unchanged, against the sandbox gateway and against what Planet signs.
//!
//! They come from npm and PyPI, so these tests need Node.js, Python and a network (`.ci/run`). Where
//! something is missing they say so loudly and stop; in CI that is a failure.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use alipay::{
    BeijingTime, Fen, FormError, Gateway, Merchant, Mismatch, Notify, NotifyError, Payment, Refund,
    Request, Subject,
};
use jiff::{SignedDuration, Timestamp};
use kernel::Clock;
use sandbox::{APP_ID, GATEWAY_PATH, Keys, SELLER_ID, Sandbox};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::clients::{run, skip};

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/alipay");
const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/sandbox/keys");

/// The directory of a client, installed once for each version of the file that pins it.
fn installed(
    name: &str,
    pin: &str,
    install: impl FnOnce(&Path) -> Result<(), String>,
) -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let pinned = std::fs::read_to_string(format!("{SCRIPTS}/{pin}")).map_err(in_words)?;
    let complete = home.join("complete");
    if std::fs::read_to_string(&complete).is_ok_and(|done| done == pinned) {
        return Ok(home);
    }
    std::fs::create_dir_all(&home).map_err(in_words)?;
    install(&home)?;
    std::fs::write(&complete, pinned).map_err(in_words)?;
    Ok(home)
}

fn node() -> Result<PathBuf, String> {
    installed("alipay-npm", "package-lock.json", |home| {
        for file in ["package.json", "package-lock.json"] {
            std::fs::copy(format!("{SCRIPTS}/{file}"), home.join(file)).map_err(in_words)?;
        }
        let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        run(Command::new("npm").current_dir(home).args(arguments))?;
        Ok(())
    })
}

fn python() -> Result<PathBuf, String> {
    let home = installed("alipay-python", "requirements.txt", |home| {
        run(Command::new("python3").args(["-m", "venv"]).arg(home))?;
        let arguments = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ];
        run(Command::new(home.join("bin/python"))
            .args(arguments)
            .arg(format!("{SCRIPTS}/requirements.txt")))?;
        Ok(())
    })?;
    Ok(home.join("bin/python"))
}

fn in_words(error: std::io::Error) -> String {
    error.to_string()
}

fn key(name: &str) -> String {
    std::fs::read_to_string(format!("{KEYS}/{name}.pem")).unwrap()
}

/// A sandbox on a port of its own, and what we signed and it told.
struct World {
    sandbox: Sandbox,
    input: Value,
}

impl World {
    async fn start() -> World {
        let sandbox = Sandbox::new(Clock::system(), Keys::well_known().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}{GATEWAY_PATH}", listener.local_addr().unwrap());
        let router = sandbox.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let input = input(&sandbox, &url).await;
        World { sandbox, input }
    }

    /// Runs a client's script; what it prints last is JSON.
    async fn tried_by(&self, name: &str, mut command: Command) -> Value {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("alipay-{name}.json"));
        std::fs::write(&file, self.input.to_string()).unwrap();
        command.arg(file);
        let output = tokio::task::spawn_blocking(move || run(&mut command))
            .await
            .unwrap();
        let output = output.unwrap_or_else(|why| panic!("{why}"));
        let said = String::from_utf8(output.stdout).unwrap();
        let said = said.lines().last().unwrap_or_default();
        let said: Value = serde_json::from_str(said).unwrap();
        assert_eq!(said["answered"], "all requests were answered as expected");
        said
    }

    fn believes(&self, body: &Value) -> Result<Notify, NotifyError> {
        Notify::verify(body.as_str().unwrap().as_bytes(), self.sandbox.merchant())
    }
}

/// Everything that a script needs: the keys, what we sign, and what the sandbox tells.
async fn input(sandbox: &Sandbox, url: &str) -> Value {
    let now = Timestamp::now();
    let merchant = sandbox.merchant();
    let payment = Payment {
        out_trade_no: "pay_01JZ3YQ8X5D4W2K7N9M6B1C0AE".parse().unwrap(),
        total: Fen::new(10_000).unwrap(),
        subject: Subject::of("专辑 100% + \"Rock\" & Roll"),
        expires_at: now + SignedDuration::from_mins(15),
        notify_url: "https://planet.example/v1/payments/notify/alipay".to_owned(),
        return_url: Some("https://planet.example/orders?group=grp_1".to_owned()),
    };
    let refund = Refund {
        out_trade_no: payment.out_trade_no.clone(),
        out_request_no: "rfd_1".parse().unwrap(),
        amount: Fen::new(2_500).unwrap(),
        reason: Some(Subject::of("退货")),
    };
    let (page_url, wap_url, order_string) = (
        sandbox.page_pay(&payment).unwrap(),
        sandbox.wap_pay(&payment).unwrap(),
        sandbox.app_pay(&payment).unwrap(),
    );
    let number = &payment.out_trade_no;
    let calls = [
        Request::query(number, merchant, now),
        Request::refund(&refund, merchant, now),
        Request::refund_query(number, &refund.out_request_no, merchant, now),
        Request::close(number, merchant, now),
    ];
    let calls = calls.map(|call| {
        let call = call.unwrap().http(url).unwrap();
        let body = str::from_utf8(call.body()).unwrap();
        json!({ "url": call.uri().to_string(), "body": body })
    });
    sandbox.open_page(&page_url).unwrap();
    sandbox.pay(number).unwrap();
    sandbox.refund(&refund).await.unwrap();
    let notifies: Vec<String> = sandbox
        .due(Timestamp::now())
        .into_iter()
        .map(|due| due.body)
        .collect();
    assert_eq!(notifies.len(), 2, "of the payment and of the refund");
    json!({
        "gateway_url": url,
        "app_id": APP_ID,
        "merchant_private": key("merchant_private"),
        "merchant_public": key("merchant_public"),
        "gateway_private": key("gateway_private"),
        "gateway_public": key("gateway_public"),
        "time_expire": BeijingTime::format(payment.expires_at),
        "ours": { "page_url": page_url, "wap_url": wap_url, "order_string": order_string, "calls": calls },
        "notifies": notifies,
        "notify": {
            "app_id": APP_ID,
            "seller_id": SELLER_ID,
            "notify_id": "2026060100222200010000001000",
            "notify_type": "trade_status_sync",
            "out_trade_no": "pay_1",
            "trade_no": "2026060122001000000000000001",
            "trade_status": "TRADE_SUCCESS",
            "subject": "专辑 100% + Rock & Roll",
            "total_amount": "100.00",
            "gmt_payment": "2026-06-01 20:00:10",
            "fund_bill_list": r#"[{"amount":"100.00","fundChannel":"ALIPAYACCOUNT"}]"#,
            "sign_type": "RSA2",
        },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn alipays_client_for_node_pays_asks_refunds_and_agrees_on_every_signature() {
    let home = match node() {
        Ok(home) => home,
        Err(why) => return skip(&why),
    };
    let world = World::start().await;
    // Modules are looked for beside the script.
    let script = home.join("client.mjs");
    std::fs::copy(format!("{SCRIPTS}/client.mjs"), &script).unwrap();
    let mut command = Command::new("node");
    command.arg(script);
    let said = world.tried_by("npm", command).await;

    // 100.00 less 25.00, and 100.00 by the app; and what was paid before it came.
    assert_eq!(world.sandbox.captured_fen(), 17_500 + 7_500);
    // It believes both of these.
    assert_eq!(world.believes(&said["sha1"]), Err(NotifyError::SignType));
    let folded = world.believes(&said["folded"]);
    assert_eq!(folded, Err(NotifyError::Form(FormError::Ambiguous)));
}

#[tokio::test(flavor = "multi_thread")]
async fn alipays_client_for_python_pays_asks_refunds_and_agrees_on_every_signature() {
    let python = match python() {
        Ok(python) => python,
        Err(why) => return skip(&why),
    };
    let world = World::start().await;
    let mut command = Command::new(python);
    command.arg(format!("{SCRIPTS}/client.py"));
    let said = world.tried_by("python", command).await;

    // 100.00 less 25.00, and 0.01 by the app; and what was paid before it came.
    assert_eq!(world.sandbox.captured_fen(), 7_501 + 7_500);
    let merchant: &Merchant = world.sandbox.merchant();
    let expected = merchant.expects("pay_1".parse().unwrap(), Fen::new(10_000).unwrap());
    for charset in ["utf_8", "gbk"] {
        let notify = world.believes(&said[charset]).unwrap();
        assert_eq!(notify.concerns(&expected), Ok(()), "{charset}");
    }
    let foreign = world.believes(&said["foreign"]).unwrap();
    assert_eq!(foreign.concerns(&expected), Err(Mismatch::AppId));
    assert_eq!(world.believes(&said["sha1"]), Err(NotifyError::Signature));
    assert_eq!(
        world.believes(&said["sha1_says_so"]),
        Err(NotifyError::SignType)
    );
}
