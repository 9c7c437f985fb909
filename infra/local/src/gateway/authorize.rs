//! Asking the authorizer, and remembering what it said.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

use engines::{
    gateway_event::{RequestContext, authorizer_event_of},
    template::Authorizer,
};
use http::request::Parts;
use kernel::Clock;
use serde::Deserialize;
use serde_json::Value;

use super::refusal::Refusal;
use crate::functions::Functions;

/// How many answers are remembered; beyond that all are forgotten, which only costs asking again.
const MAX_REMEMBERED: usize = 10_000;

/// One authorizer of the API with its cache.
pub(crate) struct Gatekeeper {
    authorizer: Authorizer,
    function: String,
    clock: Clock,
    remembered: Mutex<HashMap<Vec<String>, Remembered>>,
}

#[derive(Clone)]
struct Remembered {
    until_s: i64,
    verdict: Verdict,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Verdict {
    is_authorized: bool,
    #[serde(default)]
    context: BTreeMap<String, Value>,
}

impl Gatekeeper {
    /// Asks the function with the logical id `function` as the template says.
    pub(crate) fn new(authorizer: Authorizer, function: String, clock: Clock) -> Self {
        Self {
            authorizer,
            function,
            clock,
            remembered: Mutex::default(),
        }
    }

    /// What the authorizer hands on about the caller, or why the request goes no further.
    pub(crate) async fn admit(
        &self,
        functions: &Functions,
        request: &Parts,
        context: &RequestContext,
    ) -> Result<BTreeMap<String, Value>, Refusal> {
        let identity = self.identity_of(request).ok_or(Refusal::Unauthorized)?;
        let verdict = match self.recall(&identity) {
            Some(verdict) => verdict,
            None => {
                let event = authorizer_event_of(request, context, &identity);
                let answer = functions
                    .invoke(&self.function, event, context.request_id.clone())
                    .await
                    .map_err(|error| {
                        tracing::error!(function = self.function, %error, "the authorizer failed");
                        Refusal::Failed
                    })?;
                let verdict = serde_json::from_str(&answer).map_err(|_| Refusal::Failed)?;
                self.remember(identity, &verdict);
                verdict
            }
        };
        if verdict.is_authorized {
            Ok(verdict.context)
        } else {
            Err(Refusal::Forbidden)
        }
    }

    fn identity_of(&self, request: &Parts) -> Option<Vec<String>> {
        self.authorizer
            .identity_headers
            .iter()
            .map(|name| {
                let value = request.headers.get(name.as_str())?.to_str().ok()?;
                (!value.is_empty()).then(|| value.to_owned())
            })
            .collect()
    }

    fn recall(&self, identity: &[String]) -> Option<Verdict> {
        let remembered = self
            .remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        remembered
            .get(identity)
            .filter(|known| self.clock.now_seconds() < known.until_s)
            .map(|known| known.verdict.clone())
    }

    fn remember(&self, identity: Vec<String>, verdict: &Verdict) {
        if self.authorizer.cache_seconds == 0 || identity.is_empty() {
            return;
        }
        let mut remembered = self
            .remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= MAX_REMEMBERED {
            remembered.clear();
        }
        let until_s = self.clock.now_seconds() + i64::from(self.authorizer.cache_seconds);
        let verdict = verdict.clone();
        remembered.insert(identity, Remembered { until_s, verdict });
    }
}
