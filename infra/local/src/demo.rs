//! A world to try things in: a partner, its reward with codes, and a fan.
//!
//! Everything is made through the API, as a person would; only the operator's role is set by hand,
//! since there is no route that gives it away.

use std::{fmt, time::Duration};

use journeys::{Answer, Client, ClientError, Request};
use kernel::{Id, kind};
use serde_json::{Value, json};

use crate::{Planet, RoleError};

const PASSWORD: &str = "planet on a laptop";
const OPERATOR: &str = "operator@example.com";
const FAN: &str = "fan@example.com";
const CODES: usize = 20;
/// How long the codes may take to load.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a person needs to know to use the demo world.
#[derive(Clone, Debug)]
pub struct DemoWorld {
    listening_token: Option<String>,
}

/// Why the demo world could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A route did not answer as it should.
    #[error("the demo world was not made: {request} answered {status}: {body}")]
    Answer {
        /// What was asked.
        request: String,
        /// The status.
        status: u16,
        /// The body.
        body: String,
    },
    /// A route did not answer.
    #[error("the demo world was not made: {0}")]
    Client(#[from] ClientError),
    /// The operator's role could not be set.
    #[error("the demo world has no operator: {0}")]
    Operator(#[from] RoleError),
    /// The codes were not loaded in time.
    #[error("the demo world has no codes: {0}")]
    Codes(String),
}

impl fmt::Display for DemoWorld {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "The demo world has a fan ({FAN}) and an operator ({OPERATOR}), both with the password \
             {PASSWORD:?}, and a breakfast voucher with {CODES} codes."
        )?;
        if let Some(token) = &self.listening_token {
            write!(formatter, "\nThe fan's listening token: {token}")?;
        }
        Ok(())
    }
}

/// Makes the demo world, unless it is there.
pub async fn seed(planet: &Planet) -> Result<DemoWorld, DemoError> {
    let demo = Demo {
        client: Client::new(&planet.url()),
    };
    let Some(operator_id) = demo.sign_up(OPERATOR, "Planet's operator").await? else {
        // The operator is made first, so that the rest is there or was meant not to be.
        return Ok(DemoWorld {
            listening_token: None,
        });
    };
    planet.make_operator(operator_id).await?;
    let operator = demo.sign_in(OPERATOR).await?;
    demo.make_reward(&operator).await?;
    demo.sign_up(FAN, "Xiao Mei").await?;
    let fan = demo.sign_in(FAN).await?;
    let body = json!({ "name": "any player" });
    let request = Request::post("/v1/accounts/me/listening-tokens", &body).bearer(&fan);
    let token = demo.expect(201, request).await?;
    Ok(DemoWorld {
        listening_token: Some(token.text_at("/token")),
    })
}

struct Demo {
    client: Client,
}

impl Demo {
    async fn expect(&self, status: u16, request: Request) -> Result<Answer, DemoError> {
        let answer = self.client.send(&request).await?;
        if answer.status == status {
            return Ok(answer);
        }
        Err(DemoError::Answer {
            request: request.to_string(),
            status: answer.status,
            body: answer.text(),
        })
    }

    /// The new account's id; nothing if the address has one.
    async fn sign_up(
        &self,
        email: &str,
        name: &str,
    ) -> Result<Option<Id<kind::Account>>, DemoError> {
        let body = json!({
            "email": email,
            "password": PASSWORD,
            "display_name": name,
            "time_zone": "Asia/Shanghai",
            "acquisition_source": "organic",
        });
        let request = Request::post("/v1/accounts", &body);
        let answer = self.client.send(&request).await?;
        match (answer.status, answer.text_at("/id").parse()) {
            (201, Ok(account)) => Ok(Some(account)),
            (409, _) => Ok(None),
            (status, _) => Err(DemoError::Answer {
                request: request.to_string(),
                status,
                body: answer.text(),
            }),
        }
    }

    async fn sign_in(&self, email: &str) -> Result<String, DemoError> {
        let body = json!({ "email": email, "password": PASSWORD });
        let session = self
            .expect(200, Request::post("/v1/sessions", &body))
            .await?;
        Ok(session.text_at("/access_token"))
    }

    async fn make_reward(&self, operator: &str) -> Result<(), DemoError> {
        let partner = json!({ "name": "Golden Rooster Fried Chicken" });
        let request = Request::post("/v1/partners", &partner).bearer(operator);
        let partner = self.expect(201, request).await?.text_at("/id");
        let reward = json!({
            "partner_id": partner,
            "name": "Breakfast voucher",
            "description": "A breakfast set with soy milk, any morning before ten.",
            "price_points": 10,
            "voucher_valid_days": 30,
        });
        let request = Request::post("/v1/rewards", &reward).bearer(operator);
        let reward = self.expect(201, request).await?.text_at("/id");
        self.load_codes(operator, &reward).await?;
        let path = format!("/v1/rewards/{reward}");
        let publish = Request::new(http::Method::PATCH, path)
            .json(&json!({ "status": "published" }))
            .bearer(operator);
        self.expect(200, publish).await?;
        Ok(())
    }

    async fn load_codes(&self, operator: &str, reward: &str) -> Result<(), DemoError> {
        let file = code_file();
        let batch = json!({
            "count": CODES,
            "sha256": sha256_hex(file.as_bytes()),
            "byte_size": file.len(),
        });
        let request = Request::post(format!("/v1/rewards/{reward}/code-batches"), &batch)
            .bearer(operator)
            .header("idempotency-key", "demo-codes");
        let batch = self.expect(201, request).await?;
        let mut upload = Request::new(http::Method::PUT, batch.text_at("/upload/url")).body(file);
        let json = batch.json();
        let headers = json.pointer("/upload/headers").and_then(Value::as_object);
        for (name, value) in headers.into_iter().flatten() {
            upload = upload.header(name, value.as_str().unwrap_or_default());
        }
        self.expect(200, upload).await?;
        let path = format!("/v1/code-batches/{}", batch.text_at("/id"));
        let load = Request::post(format!("{path}/load"), &json!({})).bearer(operator);
        self.expect(202, load).await?;
        let started = tokio::time::Instant::now();
        loop {
            let state = self
                .expect(200, Request::get(path.as_str()).bearer(operator))
                .await?;
            match state.text_at("/status").as_str() {
                "loaded" => return Ok(()),
                "rejected" => return Err(DemoError::Codes(state.text())),
                _ if started.elapsed() > PATIENCE => return Err(DemoError::Codes(state.text())),
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

/// Codes as a chain would hand them over: a header and a code a line.
fn code_file() -> String {
    let mut file = "code\n".to_owned();
    for index in 0..CODES {
        let hash = sha256_hex(format!("demo code {index}").as_bytes());
        file.push_str(&format!("GR-{}\n", hash[..12].to_uppercase()));
    }
    file
}

fn sha256_hex(bytes: &[u8]) -> String {
    ring::digest::digest(&ring::digest::SHA256, bytes)
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
