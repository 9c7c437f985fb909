//! `POST /v1/webhook-endpoints`

use std::collections::BTreeSet;

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Caller, Code, Json, fields::if_present, with_version};

use super::{
    access,
    endpoint_out::{EndpointOut, EndpointWithSecretOut},
};
use crate::{
    App,
    endpoint::{Description, Endpoint, Signing},
    event_types::EventType,
    lane::Health,
    store::CreateError,
};

/// An endpoint to register.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndpointIn {
    /// Where to tell: `https`, port 443, a name that leads to the public internet.
    #[schema(example = "https://hooks.example.com/planet", max_length = 2048)]
    url: String,
    /// One line of 1 to 200 characters.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200)]
    description: Option<Description>,
    /// Of what to tell, by the names in `/v1/webhook-event-types`; of everything if absent.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = Vec<String>, required = false, example = json!(["order.paid"]))]
    event_types: Option<BTreeSet<EventType>>,
    /// Whether the events of one subject are to come in the order of their versions: then one that
    /// cannot be delivered holds up the others of its subject. It cannot be changed later.
    #[serde(default)]
    #[schema(required = false)]
    ordered: bool,
    /// How to sign: `hmac` if absent. It cannot be changed later.
    #[serde(default)]
    #[schema(required = false)]
    signing: Signing,
    /// The partner that is to be told. For operators.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    partner: Option<Id<kind::Partner>>,
}

/// Register an endpoint
///
/// For members of an organization with the scope `organization`, and for operators on behalf of a
/// partner. An owner can have 20. The secret is shown this once.
#[utoipa::path(
    post,
    path = "/v1/webhook-endpoints",
    tag = "webhooks",
    request_body = EndpointIn,
    responses(
        (status = 201, description = "The endpoint; its version is the `ETag`", body = EndpointWithSecretOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 409, description = "`state_conflict`: there are 20 already", body = web::Problem),
        (status = 422, description = "`validation_failed`, `url_not_allowed`", body = web::Problem),
    )
)]
pub(crate) async fn create_endpoint(
    State(app): State<App>,
    caller: Caller,
    Json(wanted): Json<EndpointIn>,
) -> Result<Response, ApiError> {
    let owner = access::owner(&caller, wanted.partner)?;
    let url = access::url(&wanted.url)?;
    let event_types = access::filter(wanted.event_types)?;
    access::expect_public(&app, &url).await?;
    let (id, now) = (Id::generate(&app.clock), app.clock.now());
    let minted = app.keys.mint(id, wanted.signing, now);
    let minted = minted.map_err(ApiError::internal)?;
    let endpoint = Endpoint {
        id,
        owner,
        url,
        description: wanted.description,
        event_types,
        ordered: wanted.ordered,
        signing: wanted.signing,
        secrets: vec![minted.secret],
        disabled: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    app.store
        .create_endpoint(&endpoint)
        .await
        .map_err(refusal)?;
    let out = EndpointOut::of(&endpoint, &Health::default(), now).with_secret(minted.shown);
    Ok(with_version(endpoint.version, Json(out).created()))
}

fn refusal(error: CreateError) -> ApiError {
    match error {
        CreateError::TooMany => ApiError::new(Code::StateConflict).detail(error.to_string()),
        CreateError::Service(error) => error.into(),
    }
}
