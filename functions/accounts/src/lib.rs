//! People: signing up and in, their own account, the tokens of their players, and the organizations
//! they act for.
//!
//! Invariants:
//!
//! - One e-mail address has at most one account, however many sign up with it at once.
//! - `acquisition_source` never changes.
//! - Of a session's refresh tokens one is good; showing an older one ends the session.
//! - An organization has an owner at all times, however many leave at once.
//! - An access token acts for an organization only by a membership, or by a representation that both
//!   sides agreed to; and sells only for one that an operator approved.
//! - Passwords, their hashes and e-mail addresses leave this context in no event and no log.
//!
//! Start reading at [`api`], the table of routes; the rules are in `account.rs`, `session.rs` and
//! `organization/`, everything that is kept in `store/`.

mod account;
mod acquisition_source;
mod config;
mod email;
mod events;
mod hashing;
mod keys;
mod limits;
mod name;
mod operators;
mod organization;
mod password;
mod refresh_token;
mod routes;
mod session;
mod store;

pub use operators::{OperatorError, Operators};

use std::sync::Arc;

use kernel::{Clock, Jurisdictions, Region};
use platform::{
    Aws, Environment, ServiceError,
    serve::{Function, StartError},
};
use tokens::{PublishedKeys, Signer, TokenError};
use web::{Api, ApiError, Code, RateLimits, routes};

use crate::{
    config::Config,
    events::Subscriber,
    hashing::Hashing,
    keys::EmailKeys,
    limits::Limits,
    organization::{KindTerms, Kinds, KindsError, OrganizationKind},
    refresh_token::RefreshTokens,
    store::Store,
};

/// What the routes work with.
pub type App = Arc<Parts>;

/// The parts of an [`App`].
pub struct Parts {
    clock: Clock,
    store: Store,
    limits: Limits,
    email_keys: EmailKeys,
    hashing: Hashing,
    signer: Signer,
    refresh_tokens: RefreshTokens,
    published_keys: PublishedKeys,
    kinds: Kinds,
    jurisdictions: Jurisdictions,
}

impl Parts {
    /// What organizations of `kind` may do and are asked for.
    fn terms(&self, kind: OrganizationKind) -> Result<&KindTerms, ApiError> {
        let terms = self.kinds.terms(kind);
        terms.ok_or_else(|| ApiError::internal("a kind of organization has no terms"))
    }

    /// Refuses a region in which no business is done here.
    fn require_served(&self, region: &Region) -> Result<(), ApiError> {
        if self.jurisdictions.contains(region) {
            return Ok(());
        }
        let detail = format!("no business is done in {region} here");
        Err(ApiError::new(Code::JurisdictionNotServed).and_field("/region", detail))
    }
}

/// The routes of this context.
pub fn api() -> Api<App> {
    representations(members(organizations(people(Api::new()))))
}

/// Accounts, sessions and listening tokens.
fn people(api: Api<App>) -> Api<App> {
    api.public(routes!(routes::sign_up::sign_up))
        .public(routes!(routes::sign_in::sign_in))
        .public(routes!(routes::refresh::refresh))
        .public(routes!(routes::jwks::jwks))
        .route(routes!(routes::sign_out::sign_out))
        .route(routes!(routes::me::me, routes::update_me::update_me))
        .route(routes!(
            routes::create_listening_token::create_listening_token,
            routes::list_listening_tokens::list_listening_tokens
        ))
        .route(routes!(
            routes::revoke_listening_token::revoke_listening_token
        ))
}

/// Organizations, their review, and tokens that act for them.
fn organizations(api: Api<App>) -> Api<App> {
    use routes::organizations as route;
    api.public(routes!(route::list_kinds::list_organization_kinds))
        .route(routes!(
            route::create::create_organization,
            route::list::list_organizations
        ))
        .route(routes!(route::list_in_state::list_organizations_in_state))
        .route(routes!(
            route::get::get_organization,
            route::edit::edit_organization
        ))
        .route(routes!(route::answer_requirement::answer_requirement))
        .route(routes!(route::submit::submit_organization))
        .route(routes!(route::review::approve_organization))
        .route(routes!(route::review::reject_organization))
        .route(routes!(route::review::suspend_organization))
        .route(routes!(route::review::reinstate_organization))
        .route(routes!(
            route::mark_house_owned::mark_organization_house_owned
        ))
        .route(routes!(route::issue_access_token::issue_organization_token))
}

/// Who is in an organization, and who is asked to be.
fn members(api: Api<App>) -> Api<App> {
    use routes::members as route;
    api.route(routes!(
        route::invite::invite_member,
        route::list::list_members
    ))
    .route(routes!(
        route::change_role::change_member_role,
        route::remove::remove_member
    ))
    .route(routes!(route::accept::accept_invitation))
    .route(routes!(route::decline::decline_invitation))
    .route(routes!(route::list_invitations::list_invitations))
    .route(routes!(route::withdraw_invitation::withdraw_invitation))
    .route(routes!(
        route::list_received_invitations::list_received_invitations
    ))
}

/// Who acts for whom.
fn representations(api: Api<App>) -> Api<App> {
    use routes::representations as route;
    api.route(routes!(
        route::propose::propose_representation,
        route::list::list_representations
    ))
    .route(routes!(route::get::get_representation))
    .route(routes!(route::approve::approve_representation))
    .route(routes!(route::revoke::revoke_representation))
}

/// The function, from its environment. Publishes the keys that its tokens are verified with.
pub async fn build(
    environment: Environment,
    aws: Aws,
    clock: Clock,
) -> Result<Function, StartError> {
    let config = Config::of(&environment)?;
    let secret = aws.secret(&config.secret_arn).await?;
    let signer = Signer::new(&secret).map_err(unsignable)?;
    let published_keys = PublishedKeys::new(aws.table(&config.keys_table));
    published_keys.publish(&signer).await?;
    let counts = RateLimits::new(aws.table(&config.requests_table), clock.clone());
    let app = Arc::new(Parts {
        clock,
        store: Store::new(&aws, &config.accounts_table),
        limits: Limits::new(counts, &config),
        email_keys: EmailKeys::new(&secret),
        hashing: Hashing::new(&secret),
        signer,
        refresh_tokens: RefreshTokens::new(&secret),
        published_keys,
        kinds: Kinds::embedded().map_err(unreadable)?,
        jurisdictions: config.jurisdictions,
    });
    let points = aws.queue(config.points_queue_url);
    let listening = aws.queue(config.listening_queue_url);
    let shops = aws.queue(config.shops_queue_url);
    let webhooks = aws.queue(config.webhooks_queue_url);
    Ok(Function::new()
        .http(api().router(app))
        .publish(move |change| {
            let events = events::events(change)?.into_iter();
            let sent = events.map(|(subscriber, event)| match subscriber {
                Subscriber::Points => (points.clone(), event),
                Subscriber::Listening => (listening.clone(), event),
                Subscriber::Shops => (shops.clone(), event),
                Subscriber::Webhooks => (webhooks.clone(), event),
            });
            Ok(sent.collect())
        }))
}

/// That keys cannot be made is the only error that can come of making them.
fn unsignable(error: TokenError) -> ServiceError {
    match error {
        TokenError::Service(error) => error,
        error => ServiceError::malformed("the signing keys", error),
    }
}

/// What this build carries is read by its tests, too.
fn unreadable(error: KindsError) -> ServiceError {
    ServiceError::malformed("the organization kinds", error)
}
