//! Requests to the HTTP API, with its authorizer.

use std::collections::BTreeMap;

use kernel::{Id, kind};
use platform::serve::Invocation;
use serde_json::{Value, json};
use testkit::Client;
use tokens::AccessClaims;

use super::deployment::{Deployment, Traffic};

/// How long the gateway remembers what the authorizer said, as the template has it.
const REMEMBERED_SECONDS: i64 = 60;
/// How long a token is good for, as accounts has it.
const TOKEN_SECONDS: i64 = 900;

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) account: Id<kind::Account>,
    /// For whom she acts, and what she may do for it.
    pub(super) acting: Option<(Id<kind::Organization>, &'static str)>,
}

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Asked<'a> {
    pub(super) function: &'a str,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) headers: Vec<(&'a str, String)>,
    pub(super) body: Option<Value>,
}

impl<'a> Asked<'a> {
    /// `GET path` of what `function` serves.
    pub(super) fn get(function: &'a str, path: &'a str) -> Self {
        Self {
            function,
            method: "GET",
            path,
            headers: Vec::new(),
            body: None,
        }
    }

    /// `POST path` of what `function` serves.
    pub(super) fn post(function: &'a str, path: &'a str, body: Value) -> Self {
        Self {
            method: "POST",
            body: Some(body),
            ..Self::get(function, path)
        }
    }

    /// With a header.
    pub(super) fn header(mut self, name: &'a str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Deployment {
    /// Somebody who is signed in asks for something, and gets it.
    pub(super) async fn ask(&mut self, person: &Person, asked: Asked<'_>) -> Value {
        let context = self.authorize(person).await;
        let context = context
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()));
        let client = self.app(asked.function).authorized(context.collect());
        self.send(&client, asked).await
    }

    /// Somebody asks for something that is open to everybody, and gets it.
    pub(super) async fn ask_openly(&mut self, asked: Asked<'_>) -> Value {
        let client = self.app(asked.function).anonymous();
        self.send(&client, asked).await
    }

    async fn send(&mut self, client: &Client, asked: Asked<'_>) -> Value {
        let mut request = client.request(asked.method, asked.path);
        for (name, value) in &asked.headers {
            request = request.header(name, value);
        }
        if let Some(body) = asked.body {
            request = request.json(body);
        }
        let answer = request.send().await;
        let is_good = (200..300).contains(&answer.status);
        assert!(is_good, "{} answered {}", asked.path, answer.text());
        self.tally.api_requests += 1;
        self.book(asked.function, 1);
        answer.json()
    }

    /// What the gateway tells a function of the person: remembered, or asked for.
    async fn authorize(&mut self, person: &Person) -> BTreeMap<String, Value> {
        let now = self.world.clock.now_seconds();
        let name = format!("{person:?}");
        if self.traffic == Traffic::Dense
            && let Some((since, context)) = self.authorized.get(&name)
            && now - since < REMEMBERED_SECONDS
        {
            return context.clone();
        }
        let token = self.signer.access_token(&claims(person, now));
        let token = token.expect("the token is signed");
        let event = json!({
            "version": "2.0",
            "type": "REQUEST",
            "routeArn": "arn:aws:execute-api:us-east-1:123456789012:api/$default/GET/v1/orders",
            "identitySource": [format!("Bearer {token}")],
        });
        let authorizer = self.app("Authorizer");
        let answer = authorizer
            .function()
            .invoke(&event.to_string(), &Invocation::default())
            .await;
        self.book("Authorizer", 1);
        let answer: Value = serde_json::from_str(&answer.expect("the authorizer answers"))
            .expect("its answer is JSON");
        let context: BTreeMap<String, Value> =
            serde_json::from_value(answer["context"].clone()).expect("it says who is calling");
        assert!(context.contains_key("account"), "{context:?}");
        self.authorized.insert(name, (now, context.clone()));
        context
    }
}

fn claims(person: &Person, now: i64) -> AccessClaims {
    AccessClaims {
        account: person.account,
        session: Id::derive(&["bench", &person.account.to_string()]),
        scopes: person
            .acting
            .map(|(_, scope)| scope.to_owned())
            .into_iter()
            .collect(),
        organization: person.acting.map(|(organization, _)| organization),
        issued_at_s: now,
        expires_at_s: now + TOKEN_SECONDS,
    }
}
