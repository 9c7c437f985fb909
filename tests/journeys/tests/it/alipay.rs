//! Alipay's own clients, unchanged, against the sandbox gateway and against what Planet signs.

use std::{path::Path, process::Command};

use alipay::{
    BeijingTime, Fen, FormError, Gateway, Merchant, Mismatch, Notify, NotifyError, Payment, Refund,
    Request, Subject,
};
use jiff::{SignedDuration, Timestamp};
use kernel::Clock;
use sandbox::{APP_ID, GATEWAY_PATH, Keys, SELLER_ID, Sandbox};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::install::{self, run, skip};

const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/sandbox/keys");

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
    let command = match install::node("alipay") {
        Ok(command) => command,
        Err(why) => return skip(&why),
    };
    let world = World::start().await;
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
    let mut command = match install::python("alipay") {
        Ok(command) => command,
        Err(why) => return skip(&why),
    };
    let world = World::start().await;
    command.arg(install::script("alipay/client.py"));
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
