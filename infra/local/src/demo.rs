//! A world to try things in: a partner, its reward with codes, and a fan.
//!
//! Everything is made through the API, as a person would, so that it can be made in a deployed stack,
//! too; only the operator's role is set by hand, since there is no route that gives it away.

mod chain;

use std::fmt;

use journeys::{Answer, Client, ClientError, Request, SignIn, Stage};
use kernel::{Id, kind};
use serde_json::json;

use crate::RoleError;

const PASSWORD: &str = "planet on a laptop";
const OPERATOR: &str = "operator@example.com";
const FAN: &str = "fan@example.com";

/// The operator of a world on a laptop. Everybody knows the password, so that no other world may have
/// this one.
pub fn operator() -> SignIn {
    SignIn {
        email: OPERATOR.to_owned(),
        password: PASSWORD.to_owned(),
    }
}

/// What a person needs to know to use the demo world.
#[derive(Clone, Debug)]
pub struct DemoWorld {
    operator: String,
    listening_token: Option<String>,
    partner: Option<chain::Credentials>,
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
            "The demo world has a fan ({FAN}), an operator ({}), and breakfast vouchers out of {} \
             codes. The fan's password is {PASSWORD:?}; so is the operator's, on a laptop.",
            self.operator,
            chain::CODES
        )?;
        if let Some(token) = &self.listening_token {
            write!(formatter, "\nThe fan's listening token: {token}")?;
        }
        if let Some(partner) = &self.partner {
            write!(
                formatter,
                "\nThe demo chain makes suppers on demand; its controls are at /sandbox/chain.\n{partner}"
            )?;
        }
        Ok(())
    }
}

/// Makes the demo world on `stage`, unless it is there. `promote` makes an account an operator.
pub async fn seed(
    stage: &Stage,
    promote: impl AsyncFnOnce(Id<kind::Account>) -> Result<(), RoleError>,
) -> Result<DemoWorld, DemoError> {
    let demo = Demo {
        client: Client::new(&stage.url),
        operator: stage.operator.clone(),
    };
    let mut world = DemoWorld {
        operator: stage.operator.email.clone(),
        listening_token: None,
        partner: None,
    };
    let Some(operator_id) = demo.sign_up(&stage.operator, "Planet's operator").await? else {
        // The operator is made first, so that the rest is there or was meant not to be. The chain
        // alone has forgotten who it is.
        world.partner = demo.remind_chain().await?;
        return Ok(world);
    };
    promote(operator_id).await?;
    let operator = demo.sign_in(&stage.operator).await?;
    world.partner = demo.make_partner(&operator).await?;
    let fan = SignIn {
        email: FAN.to_owned(),
        password: PASSWORD.to_owned(),
    };
    demo.sign_up(&fan, "Xiao Mei").await?;
    let fan = demo.sign_in(&fan).await?;
    let body = json!({ "name": "any player" });
    let request = Request::post("/v1/accounts/me/listening-tokens", &body).bearer(&fan);
    let token = demo.expect(201, request).await?;
    world.listening_token = Some(token.text_at("/token"));
    Ok(world)
}

struct Demo {
    client: Client,
    operator: SignIn,
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
        who: &SignIn,
        name: &str,
    ) -> Result<Option<Id<kind::Account>>, DemoError> {
        let body = json!({
            "email": who.email,
            "password": who.password,
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

    async fn sign_in(&self, who: &SignIn) -> Result<String, DemoError> {
        let body = json!({ "email": who.email, "password": who.password });
        let session = self
            .expect(200, Request::post("/v1/sessions", &body))
            .await?;
        Ok(session.text_at("/access_token"))
    }
}
