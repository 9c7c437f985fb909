//! A world with the function in it, and people who use it.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use kernel::{Id, kind};
use platform::Environment;
use serde_json::{Value, json};
use testkit::{Answer, App, Client, World};
use tokens::Verifier;
use tokio::task::JoinSet;

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct People {
    pub(crate) world: World,
    pub(crate) app: App,
}

impl People {
    pub(crate) async fn start() -> Self {
        let world = World::start().await;
        let environment = world.environment("AccountsApi");
        Self::with(world, environment).await
    }

    /// The same with another environment.
    pub(crate) async fn with(world: World, environment: Environment) -> Self {
        let build = |_, aws, clock| accounts::build(environment, aws, clock);
        let app = world.app("AccountsApi", build).await;
        Self { world, app }
    }

    /// Opens an account and answers what was answered.
    pub(crate) async fn sign_up(&self, email: &str) -> Value {
        let answer = self
            .app
            .anonymous()
            .post("/v1/accounts", person(email))
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    /// Signs in and answers the tokens.
    pub(crate) async fn sign_in(&self, email: &str) -> Value {
        let answer = self.guess(email, PASSWORD).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Tries a password.
    pub(crate) async fn guess(&self, email: &str, password: &str) -> Answer {
        let body = json!({ "email": email, "password": password });
        self.app.anonymous().post("/v1/sessions", body).await
    }

    /// Shows a refresh token.
    pub(crate) async fn refresh(&self, token: &Value) -> Answer {
        let body = json!({ "refresh_token": token });
        self.app
            .anonymous()
            .post("/v1/sessions/refresh", body)
            .await
    }

    /// Opens an account and answers someone who is signed in to it.
    pub(crate) async fn member(&self, email: &str) -> Client {
        let account = self.sign_up(email).await;
        self.app.caller(id(&account))
    }

    /// Someone with this access token, as the authorizer would let them pass.
    pub(crate) async fn bearer(&self, access_token: &Value) -> Client {
        let keys = self.world.table("KeysTable");
        let verifier = Verifier::new(keys, self.world.clock.clone());
        let token = access_token.as_str().unwrap();
        let claims = verifier.access(token).await.unwrap();
        let mut context = BTreeMap::from([
            ("account", json!(claims.account)),
            ("session", json!(claims.session)),
            ("scopes", json!(claims.scopes.join(" "))),
        ]);
        if let Some(organization) = claims.organization {
            context.insert("organization", json!(organization));
        }
        self.app.authorized(context)
    }

    pub(crate) fn advance_s(&self, seconds: i64) {
        let by = SignedDuration::from_secs(seconds);
        self.world.clock.advance(by).unwrap();
    }
}

/// What a person signs up with.
pub(crate) fn person(email: &str) -> Value {
    json!({
        "email": email,
        "password": PASSWORD,
        "display_name": "Ada",
        "time_zone": "Asia/Shanghai",
        "acquisition_source": "organic",
    })
}

pub(crate) fn id(account: &Value) -> Id<kind::Account> {
    account["id"].as_str().unwrap().parse().unwrap()
}

/// Sends `count` requests at once and answers what was answered to each.
pub(crate) async fn at_once<F, Fut>(count: usize, client: &Client, request: F) -> Vec<Answer>
where
    F: Fn(Client, usize) -> Fut,
    Fut: Future<Output = Answer> + Send + 'static,
{
    let mut requests = JoinSet::new();
    for number in 0..count {
        requests.spawn(request(client.clone(), number));
    }
    requests.join_all().await
}

/// How many of `answers` have `status`.
pub(crate) fn count(answers: &[Answer], status: u16) -> usize {
    let with_status = answers.iter().filter(|answer| answer.status == status);
    with_status.count()
}

/// Where the errors of a refused body point to.
pub(crate) fn pointers(answer: &Answer) -> Vec<String> {
    let errors = answer.json()["errors"].as_array().cloned();
    let errors = errors.unwrap_or_default();
    let pointers = errors
        .iter()
        .map(|error| error["pointer"].as_str().unwrap());
    pointers.map(str::to_owned).collect()
}
