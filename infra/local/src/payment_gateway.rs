//! The payment gateway of a laptop: the sandbox on the platform's own port, and what carries its
//! notifies.

use std::time::Duration;

use bytes::Bytes;
use kernel::Clock;
use platform::{Aws, Outbound, OutboundLimits};
use sandbox::{GATEWAY_PATH, Keys, Sandbox};
use tokio::sync::watch;

use engines::{
    EngineError, Engines,
    template::{Parameters, Template},
};

/// How long the platform may take over a notify.
const LIMITS: OutboundLimits = OutboundLimits {
    timeout_ms: 10_000,
    max_response_bytes: 1_024,
};
/// How often the sandbox looks for notifies that are due.
const EVERY: Duration = Duration::from_millis(200);

/// What the template is told, so that payments speak to the sandbox at `url` and hear from it.
pub(crate) fn parameters(url: &str) -> Parameters {
    Parameters::from([
        (
            "AlipayGatewayUrl".to_owned(),
            format!("{url}{GATEWAY_PATH}"),
        ),
        ("PublicUrl".to_owned(), url.to_owned()),
    ])
}

/// Fills in the merchant's credentials, as whoever deploys does with those that Alipay gave out. A
/// template without them takes no payments.
pub(crate) fn introduce(template: &Template, engines: &Engines) -> Result<(), EngineError> {
    let mut secrets = template.secrets.iter();
    match secrets.find(|secret| secret.logical_id == "AlipaySecret") {
        Some(secret) => engines.put_secret(&secret.name, &sandbox::merchant_secret_json()),
        None => Ok(()),
    }
}

/// An empty gateway.
pub(crate) fn open(clock: &Clock) -> Result<Sandbox, alipay::MerchantError> {
    Ok(Sandbox::new(clock.clone(), Keys::well_known()?))
}

/// Delivers notifies until `stop` says so.
pub(crate) async fn deliver(sandbox: Sandbox, aws: Aws, mut stop: watch::Receiver<bool>) {
    let outbound = aws.outbound();
    while tokio::time::timeout(EVERY, stop.changed()).await.is_err() {
        let post = |url: String, body: String| post(outbound.clone(), url, body);
        sandbox.deliver_due(&post).await;
    }
}

async fn post(outbound: Outbound, url: String, body: String) -> Option<Bytes> {
    let request = http::Request::post(&url)
        .header(
            http::header::CONTENT_TYPE,
            "application/x-www-form-urlencoded; charset=utf-8",
        )
        .body(Bytes::from(body))
        .ok()?;
    match outbound.send(request, LIMITS).await {
        Ok(response) if response.status() == http::StatusCode::OK => Some(response.into_body()),
        Ok(response) => {
            tracing::warn!(url, status = %response.status(), "a payment notify was not taken");
            None
        }
        Err(error) => {
            tracing::warn!(url, %error, "a payment notify did not arrive");
            None
        }
    }
}
