//! The libraries of Standard Webhooks for JavaScript, Python and Rust, and Svix's own, unchanged: they
//! verify what Planet signs and sign what Planet verifies. None of them knows `v1a`; there the
//! cryptography of Node.js and Python's `cryptography` take their place.

use std::{path::Path, process::Command};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderMap;
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use standardwebhooks::{Webhook, WebhookError};
use webhook_signatures::{
    Headers, Message, Received, Signer, SigningKey, SymmetricKey, VerifyingKey, sign,
};

use crate::install::{self, run, skip};

/// So many for each library.
const MESSAGES: u64 = 10_000;
/// Timestamps are so far around now, well within the libraries' tolerance of 300 s: what is left is
/// for slow machines.
const SPREAD_S: i64 = 60;

/// A message, signed with its own keys and with those of strangers.
struct Sent {
    secret: SymmetricKey,
    signing_key: SigningKey,
    headers: Headers,
    timestamp_s: i64,
    body: String,
}

impl Sent {
    fn number(number: u64, now_s: i64) -> Self {
        let bytes = |what: &str| digest(&SHA256, format!("{what} {number}").as_bytes());
        let base64 = |bytes: &[u8]| STANDARD.encode(bytes);
        let long = [bytes("secret").as_ref(), bytes("more").as_ref()].concat();
        let length = 24 + usize::try_from(number % 41).unwrap();
        let secret: SymmetricKey = format!("whsec_{}", base64(&long[..length]))
            .parse()
            .unwrap();
        let stranger: SymmetricKey = format!("whsec_{}", base64(&long)).parse().unwrap();
        let signing_key = format!("whsk_{}", base64(bytes("seed").as_ref()));
        let signing_key: SigningKey = signing_key.parse().unwrap();
        let timestamp_s = now_s - SPREAD_S + i64::try_from(number).unwrap() % (2 * SPREAD_S);
        let body = body(number);
        let message = Message {
            id: &format!("evt_{number}"),
            timestamp_s,
            body: body.as_bytes(),
        };
        let (own, asymmetric) = (Signer::Symmetric(&secret), Signer::Asymmetric(&signing_key));
        let stranger = Signer::Symmetric(&stranger);
        let signers = match number % 4 {
            0 => vec![own, asymmetric],
            1 => vec![asymmetric, own],
            2 => vec![stranger, own, asymmetric],
            _ => vec![asymmetric, stranger, stranger, own, stranger],
        };
        Self {
            headers: sign(&signers, &message),
            secret,
            signing_key,
            timestamp_s,
            body,
        }
    }

    fn input(&self) -> Value {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| (name.to_owned(), value.into()));
        json!({
            "secret": self.secret.reveal(),
            "signing_key": self.signing_key.reveal(),
            "public_key": self.signing_key.public().to_string(),
            "headers": Value::Object(headers.into_iter().collect()),
            "body": self.body,
        })
    }

    /// Whether we believe this message under another name and with somebody's signature.
    fn is_believed_as(&self, id: &str, signature: &str, now_s: i64) -> bool {
        let received = Received::parse(id, &self.headers.timestamp, signature).unwrap();
        let keys = [
            VerifyingKey::Symmetric(self.secret.clone()),
            VerifyingKey::Public(self.signing_key.public()),
        ];
        let is_believed = |body: &str| received.verify(&keys, body.as_bytes(), now_s).is_ok();
        assert!(!is_believed(&self.body.replace("number", "Number")), "{id}");
        is_believed(&self.body)
    }
}

/// JSON of many lengths and scripts, one in a hundred of nearly 20 kB.
fn body(number: u64) -> String {
    let words = [
        "listen",
        "音楽",
        "Ünïcödé",
        "🎵",
        "a \"quoted\" \\ word",
        "a.b.c",
        "\u{7f}\t\n",
        "",
    ];
    let count = if number.is_multiple_of(100) {
        2_500
    } else {
        number % 50
    };
    let chosen = |place: u64| words[usize::try_from((number * 7 + place * 3) % 8).unwrap()];
    let text: Vec<&str> = (0..count).map(chosen).collect();
    json!({ "number": number, "type": "order.paid", "text": text.concat() }).to_string()
}

fn sent() -> (Vec<Sent>, i64) {
    let now_s = Timestamp::now().as_second();
    (
        (0..MESSAGES)
            .map(|number| Sent::number(number, now_s))
            .collect(),
        now_s,
    )
}

/// Runs a client's script over our messages, and verifies what it signed: so many of each.
async fn tried_by(name: &str, mut command: Command, libraries: usize) {
    let (sent, now_s) = sent();
    let input = json!({ "messages": sent.iter().map(Sent::input).collect::<Vec<_>>() });
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("webhooks-{name}.json"));
    std::fs::write(&file, input.to_string()).unwrap();
    command.arg(file);
    let output = tokio::task::spawn_blocking(move || run(&mut command)).await;
    let output = output.unwrap().unwrap_or_else(|why| panic!("{why}"));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["verified"], MESSAGES);

    let signed = said["signed"].as_array().unwrap();
    assert_eq!(signed.len(), sent.len());
    for (sent, signed) in sent.iter().zip(signed) {
        let signed = signed.as_array().unwrap();
        assert_eq!(signed.len(), libraries);
        for each in signed {
            let [id, signature] = ["id", "signature"].map(|name| each[name].as_str().unwrap());
            assert!(sent.is_believed_as(id, signature, now_s), "{id}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_libraries_for_javascript_verify_what_we_sign_and_sign_what_we_verify() {
    match install::node("webhook_signatures") {
        Ok(command) => tried_by("npm", command, 3).await,
        Err(why) => skip(&why),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_library_for_python_verifies_what_we_sign_and_signs_what_we_verify() {
    match install::python("webhook_signatures") {
        Ok(mut command) => {
            command.arg(install::script("webhook_signatures/client.py"));
            tried_by("python", command, 2).await;
        }
        Err(why) => skip(&why),
    }
}

#[test]
fn the_library_for_rust_verifies_what_we_sign_and_signs_what_we_verify() {
    let (sent, now_s) = sent();
    for sent in sent {
        let webhook = Webhook::new(&sent.secret.reveal()).unwrap();
        let headers = sent.headers.iter();
        let headers: HeaderMap = headers
            .into_iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        webhook.verify(sent.body.as_bytes(), &headers).unwrap();
        let changed = sent.body.replace("number", "Number");
        let error = webhook.verify(changed.as_bytes(), &headers).unwrap_err();
        assert!(matches!(error, WebhookError::InvalidSignature), "{error}");

        let id = format!("{}_rust", sent.headers.id);
        let signature = webhook.sign(&id, sent.timestamp_s, sent.body.as_bytes());
        assert!(sent.is_believed_as(&id, &signature.unwrap(), now_s), "{id}");
    }
}
