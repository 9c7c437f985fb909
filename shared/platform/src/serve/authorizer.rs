//! The gateway's question: who is calling?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Handler, InvokeError, answer};
use crate::ServiceError;

/// What the gateway asks its Lambda authorizer (payload format 2.0).
#[derive(Clone, Debug, Deserialize)]
pub struct AuthorizerRequest {
    /// The values of the headers that identify the caller, in the template's order.
    #[serde(default, rename = "identitySource")]
    pub identity_source: Vec<String>,
}

/// What the authorizer says (simple response).
#[derive(Clone, Debug, Serialize)]
pub struct AuthorizerAnswer {
    /// Whether the request goes on to the function at all.
    #[serde(rename = "isAuthorized")]
    pub is_authorized: bool,
    /// What the function is told about the caller.
    pub context: BTreeMap<String, String>,
}

pub(super) async fn handle(
    handler: &Handler<AuthorizerRequest, Result<AuthorizerAnswer, ServiceError>>,
    payload: &str,
) -> Result<String, InvokeError> {
    let request = serde_json::from_str(payload).map_err(InvokeError::UnknownShape)?;
    answer(&handler(request).await.map_err(InvokeError::Authorizer)?)
}
