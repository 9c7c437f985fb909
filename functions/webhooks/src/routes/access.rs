//! Whose endpoints a caller manages.

use std::collections::BTreeSet;

use kernel::{Id, kind};
use platform::public::{PublicError, PublicUrl};
use web::{Acting, ApiError, Caller, Code};

use crate::{
    App,
    delivery::Delivery,
    endpoint::Endpoint,
    event_types::{EventFilter, EventType},
    owner::Owner,
    store::SaveError,
};

/// The scope of those who manage an organization.
const SCOPE: &str = "organization";
const OPERATOR: &str = "operator";

/// For whom the caller acts: the organization of its token, or the partner that an operator names.
pub(super) fn owner(
    caller: &Caller,
    partner: Option<Id<kind::Partner>>,
) -> Result<Owner, ApiError> {
    match partner {
        Some(partner) if caller.has(OPERATOR) => Ok(Owner::Partner(partner)),
        Some(_) => Err(ApiError::new(Code::Forbidden)
            .detail("the endpoints of partners are managed by operators")),
        None => {
            let acting = Acting::of(caller)?;
            acting.require(SCOPE)?;
            Ok(Owner::Organization(acting.organization))
        }
    }
}

/// An endpoint that the caller manages. Any other is as good as none.
pub(super) async fn endpoint(
    app: &App,
    caller: &Caller,
    id: Id<kind::WebhookEndpoint>,
) -> Result<Endpoint, ApiError> {
    require_some_right(caller)?;
    let owner = app.store.owner_of(id).await?;
    let owner = owner.filter(|owner| manages(caller, *owner));
    let owner = owner.ok_or_else(ApiError::not_found)?;
    let endpoint = app.store.endpoint(owner, id).await?;
    endpoint.ok_or_else(ApiError::not_found)
}

/// A delivery to an endpoint that the caller manages, or that was deleted and that it managed.
pub(super) async fn delivery(
    app: &App,
    caller: &Caller,
    id: Id<kind::WebhookDelivery>,
) -> Result<Delivery, ApiError> {
    require_some_right(caller)?;
    let delivery = app.store.delivery(id).await?;
    delivery
        .filter(|delivery| manages(caller, delivery.owner))
        .ok_or_else(ApiError::not_found)
}

/// Who can manage nobody's endpoints is told so; who can, is told nothing of others'.
fn require_some_right(caller: &Caller) -> Result<(), ApiError> {
    if caller.has(OPERATOR) {
        return Ok(());
    }
    owner(caller, None).map(|_| ())
}

fn manages(caller: &Caller, owner: Owner) -> bool {
    match owner {
        Owner::Partner(_) => caller.has(OPERATOR),
        Owner::Organization(organization) => {
            caller.organization == Some(organization) && caller.has(SCOPE)
        }
    }
}

/// Refuses if the endpoint has another version than the one that the change is based on.
pub(super) fn expect_version(endpoint: &Endpoint, version: Option<u64>) -> Result<(), ApiError> {
    if version.is_some_and(|version| version != endpoint.version) {
        return Err(ApiError::new(Code::PreconditionFailed));
    }
    Ok(())
}

/// Refuses if nothing is sent to the endpoint.
pub(super) fn expect_enabled(endpoint: &Endpoint) -> Result<(), ApiError> {
    if endpoint.is_disabled() {
        return Err(ApiError::new(Code::EndpointDisabled));
    }
    Ok(())
}

/// Refuses an address whose name does not lead to the public internet now.
pub(super) async fn expect_public(app: &App, url: &PublicUrl) -> Result<(), ApiError> {
    let checked = app.outbound.check(url).await;
    checked
        .map_err(|error: PublicError| ApiError::new(Code::UrlNotAllowed).detail(error.to_string()))
}

/// The address that a request names.
pub(super) fn url(text: &str) -> Result<PublicUrl, ApiError> {
    let not_allowed = |error: platform::public::PublicUrlError| {
        ApiError::new(Code::UrlNotAllowed)
            .detail(error.to_string())
            .and_field("/url", error.to_string())
    };
    text.parse().map_err(not_allowed)
}

/// The filter that a request names.
pub(super) fn filter(types: Option<BTreeSet<EventType>>) -> Result<EventFilter, ApiError> {
    EventFilter::of(types).map_err(|error| ApiError::field("/event_types", error.to_string()))
}

/// Somebody else changed it between our read and our write: to the caller that is the same as having
/// come too late.
pub(super) fn lost(error: SaveError) -> ApiError {
    match error {
        SaveError::Lost => ApiError::new(Code::PreconditionFailed),
        SaveError::Service(error) => error.into(),
    }
}
