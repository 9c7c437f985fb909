//! Who is calling, and who is not.

use jiff::SignedDuration;
use kernel::{Id, kind};
use platform::{
    Environment, Secret,
    serve::{Function, Invocation, InvokeError},
};
use serde_json::{Value, json};
use testkit::World;
use tokens::{AccessClaims, PublishedKeys, Signer};

struct Gate {
    world: World,
    function: Function,
    signer: Signer,
}

/// An authorizer in a world where a signer's keys are published.
async fn gate() -> Gate {
    let world = World::start().await;
    let signer = Signer::new(&Secret::of(*b"the secret of the gate of tests.")).unwrap();
    let keys = PublishedKeys::new(world.table("KeysTable"));
    keys.publish(&signer).await.unwrap();
    let function = start(&world, world.environment("Authorizer")).await;
    Gate {
        world,
        function,
        signer,
    }
}

async fn start(world: &World, environment: Environment) -> Function {
    authorizer::build(environment, world.aws_of("Authorizer"), world.clock.clone())
        .await
        .unwrap()
}

fn account() -> Id<kind::Account> {
    Id::derive(&["the account"])
}

fn session() -> Id<kind::Session> {
    Id::derive(&["the session"])
}

impl Gate {
    fn token(&self, scopes: &[&str]) -> String {
        let now_s = self.world.clock.now_seconds();
        let claims = AccessClaims {
            account: account(),
            session: session(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            organization: None,
            issued_at_s: now_s,
            expires_at_s: now_s + 900,
        };
        self.signer.access_token(&claims).unwrap()
    }

    async fn ask(&self, header: &str) -> Value {
        ask(&self.function, header).await.unwrap()
    }
}

/// The gateway's question, in payload format 2.0.
async fn ask(function: &Function, header: &str) -> Result<Value, InvokeError> {
    let event = json!({
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": "arn:aws:execute-api:us-east-1:123456789012:api/$default/GET/v1/accounts/me",
        "identitySource": [header],
        "routeKey": "ANY /v1/accounts/{proxy+}",
        "rawPath": "/v1/accounts/me",
        "rawQueryString": "",
        "headers": { "authorization": header },
        "requestContext": { "http": { "method": "GET", "path": "/v1/accounts/me" } },
    });
    let answer = function
        .invoke(&event.to_string(), &Invocation::default())
        .await?;
    Ok(serde_json::from_str(&answer).unwrap())
}

fn denied(reason: &str) -> Value {
    json!({ "isAuthorized": true, "context": { "denied": reason } })
}

#[tokio::test]
async fn a_good_token_names_account_session_and_scopes() {
    let gate = gate().await;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let header = format!("{scheme} {}", gate.token(&["operator", "reader"]));
        let expected = json!({
            "isAuthorized": true,
            "context": {
                "account": account(),
                "session": session(),
                "scopes": "operator reader",
            },
        });
        assert_eq!(gate.ask(&header).await, expected, "{scheme}");
    }
}

#[tokio::test]
async fn a_bad_token_passes_with_its_reason_and_without_a_caller() {
    let gate = gate().await;
    let token = gate.token(&[]);
    let stranger = Signer::new(&Secret::of(*b"a secret that nobody published..")).unwrap();
    let claims = AccessClaims {
        account: account(),
        session: session(),
        scopes: Vec::new(),
        organization: None,
        issued_at_s: gate.world.clock.now_seconds(),
        expires_at_s: gate.world.clock.now_seconds() + 900,
    };
    let unknown = stranger.access_token(&claims).unwrap();
    let end = if token.ends_with("AA") { "QA" } else { "AA" };
    let altered = format!("{}{end}", &token[..token.len() - 2]);
    for (header, reason) in [
        ("", "the Authorization header is not `Bearer` and one token"),
        (
            "Bearer",
            "the Authorization header is not `Bearer` and one token",
        ),
        (
            "Basic YTpi",
            "the Authorization header is not `Bearer` and one token",
        ),
        (
            &token,
            "the Authorization header is not `Bearer` and one token",
        ),
        ("Bearer a.b.c", "the token is malformed"),
        (&format!("Bearer {unknown}"), "the token's key is not known"),
        (
            &format!("Bearer {altered}"),
            "the token's signature is not valid",
        ),
    ] {
        assert_eq!(gate.ask(header).await, denied(reason), "{header}");
    }
}

#[tokio::test]
async fn a_listening_token_is_nobodys_access() {
    let gate = gate().await;
    let token = gate
        .signer
        .listening_token(account(), Id::derive(&["token"]));
    let answer = gate.ask(&format!("Bearer {token}")).await;
    assert_eq!(answer, denied("the token is malformed"));
}

#[tokio::test]
async fn a_token_is_refused_from_its_last_second_on() {
    let gate = gate().await;
    let header = format!("Bearer {}", gate.token(&[]));
    let by = SignedDuration::from_secs(899);
    gate.world.clock.advance(by).unwrap();
    assert!(gate.ask(&header).await["context"]["account"].is_string());
    let by = SignedDuration::from_secs(1);
    gate.world.clock.advance(by).unwrap();
    assert_eq!(gate.ask(&header).await, denied("the token has expired"));
}

#[tokio::test]
async fn keys_that_cannot_be_read_are_an_error_and_no_answer() {
    let gate = gate().await;
    let environment = [("KEYS_TABLE", "there-is-no-such-table")];
    let function = start(&gate.world, environment.into_iter().collect()).await;
    let answer = ask(&function, &format!("Bearer {}", gate.token(&[]))).await;
    assert!(
        matches!(answer, Err(InvokeError::Authorizer(_))),
        "{answer:?}"
    );
    // What needs no key is answered all the same.
    let answer = ask(&function, "Bearer a.b.c").await.unwrap();
    assert_eq!(answer, denied("the token is malformed"));
}
