//! A partner's message, proved to be its own.
//!
//! Invariant: having a [`Signed`] is the proof that the partner of the path signed these very bytes,
//! less than five minutes ago, with a key that is good now. Whatever is wrong with a message, the
//! answer is the same, so that nobody learns which partners there are or how far they came.

use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use http::{HeaderMap, request::Parts};
use kernel::{Id, Timestamp, kind};
use serde::de::DeserializeOwned;
use serde_json::Value;
use web::{ApiError, Code, parse_json, read_body, require_json};
use webhook_signatures::{ID, Received, SIGNATURE, TIMESTAMP};

use crate::{
    App,
    member::TransactionId,
    partner::{Partner, State},
    partner_key::{PartnerKey, Scope},
    transaction::PartnerTransaction,
};

/// More than any message of a partner has.
const MAX_BODY_BYTES: usize = 20_000;
/// The name of the partner in the paths of hooks.
const PARTNER: &str = "partner";

/// A verified message of a partner, and who it is. It cannot be printed, since there may be a code in it.
#[derive(Clone)]
pub(crate) struct Signed<T> {
    /// Whose message it is: the partner of the path, as it was when the message was verified.
    pub(crate) partner: Partner,
    /// What it says.
    pub(crate) body: T,
    /// With which of the partner's keys it is signed.
    key: PartnerKey,
    path: String,
    json: Value,
}

impl<T> Signed<T> {
    /// Refuses unless the key that signed the message has `scope`.
    pub(crate) fn require(&self, scope: Scope) -> Result<(), ApiError> {
        if self.key.scopes.contains(&scope) {
            Ok(())
        } else {
            Err(ApiError::new(Code::Forbidden).detail("the key does not have the scope for this"))
        }
    }

    /// The message as a request under the partner's transaction id, to do `operation`. The path
    /// takes part: the same body asked of another grant is another request.
    pub(crate) fn transaction(
        &self,
        operation: &'static str,
        id: &TransactionId,
    ) -> PartnerTransaction {
        PartnerTransaction::new(&self.partner, id, operation, &self.path, &self.json)
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Signed<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let partner = partner_in_path(&mut parts, app).await;
        let headers = parts.headers.clone();
        let path = parts.uri.path().to_owned();
        let bytes = read_body(Request::from_parts(parts, body), MAX_BODY_BYTES).await?;
        let (partner, key) = verify(app, partner, &headers, &bytes).await?;
        require_json(&headers)?;
        Ok(Self {
            partner,
            body: parse_json(&bytes)?,
            key,
            path,
            json: parse_json(&bytes)?,
        })
    }
}

/// The partner that the path names, if what stands there is the id of one.
async fn partner_in_path(parts: &mut Parts, app: &App) -> Option<Id<kind::Partner>> {
    let params = RawPathParams::from_request_parts(parts, app).await.ok()?;
    let (_, id) = params.iter().find(|(name, _)| *name == PARTNER)?;
    id.parse().ok()
}

/// The partner whose message it is, and the key by which that is known.
async fn verify(
    app: &App,
    partner: Option<Id<kind::Partner>>,
    headers: &HeaderMap,
    bytes: &[u8],
) -> Result<(Partner, PartnerKey), ApiError> {
    let refused = |why: &str| {
        // Support reads here what the partner is not told.
        tracing::info!(
            partner = partner.map(|id| id.to_string()),
            why,
            "a message is refused"
        );
        ApiError::new(Code::SignatureInvalid)
    };
    let received =
        received(headers).ok_or_else(|| refused("its headers are not as they must be"))?;
    let found = match partner {
        Some(id) => app.store.partner(id).await?,
        None => None,
    };
    let found = found.ok_or_else(|| refused("there is no such partner"))?;
    if found.state == State::Suspended {
        return Err(refused("the partner is suspended"));
    }
    let now = app.clock.now();
    match signer(app, &found, &received, bytes, now)? {
        Some(key) => Ok((found, key)),
        None => Err(refused("no key of the partner verifies it now")),
    }
}

/// The live key of `partner` that signed the message, if one did and it is fresh.
fn signer(
    app: &App,
    partner: &Partner,
    received: &Received,
    bytes: &[u8],
    now: Timestamp,
) -> Result<Option<PartnerKey>, ApiError> {
    let candidates: Vec<_> = partner
        .live_keys(now)
        .filter(|key| key.verifies())
        .collect();
    let keys = candidates
        .iter()
        .map(|key| app.key_seal.verifying(key))
        .collect::<Result<Vec<_>, _>>()
        .map_err(ApiError::internal)?;
    let verified = received.verify(&keys, bytes, now.as_second());
    let key = verified
        .ok()
        .and_then(|verified| candidates.get(verified.key));
    Ok(key.map(|key| (*key).clone()))
}

/// The three headers, each there once, as strictly as they are specified.
fn received(headers: &HeaderMap) -> Option<Received> {
    let only = |name: &str| {
        let mut values = headers.get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    };
    Received::parse(only(ID)?, only(TIMESTAMP)?, only(SIGNATURE)?).ok()
}
