//! People: signing up and in, their own account, and the tokens of their players.
//!
//! Invariants:
//!
//! - One e-mail address has at most one account, however many sign up with it at once.
//! - `acquisition_source` never changes.
//! - Of a session's refresh tokens one is good; showing an older one ends the session.
//! - Passwords, their hashes and e-mail addresses leave this context in no event and no log.
//!
//! Start reading at [`api`], the table of routes; the rules are in `account.rs` and `session.rs`,
//! everything that is kept in `store/`.

mod account;
mod acquisition_source;
mod config;
mod email;
mod events;
mod hashing;
mod keys;
mod limits;
mod name;
mod password;
mod refresh_token;
mod routes;
mod session;
mod store;
mod zone;

use std::sync::Arc;

use kernel::Clock;
use platform::{
    Aws, Environment, ServiceError,
    serve::{Function, StartError, publish},
};
use tokens::{PublishedKeys, Signer, TokenError};
use utoipa_axum::routes;
use web::{Api, RateLimits};

use crate::{
    config::Config, events::Subscriber, hashing::Hashing, keys::EmailKeys, limits::Limits,
    refresh_token::RefreshTokens, store::Store,
};

/// What the routes work with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    clock: Clock,
    store: Store,
    limits: Limits,
    email_keys: EmailKeys,
    hashing: Hashing,
    signer: Arc<Signer>,
    refresh_tokens: RefreshTokens,
    published_keys: PublishedKeys,
}

/// The routes of this context.
pub fn api() -> Api<App> {
    Api::new()
        .public(routes!(routes::sign_up::sign_up))
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
    let app = App {
        clock,
        store: Store::new(&aws, &config.accounts_table),
        limits: Limits::new(counts, &config),
        email_keys: EmailKeys::new(&secret),
        hashing: Hashing::new(&secret),
        signer: Arc::new(signer),
        refresh_tokens: RefreshTokens::new(&secret),
        published_keys,
    };
    let points = aws.queue(config.points_queue_url);
    let listening = aws.queue(config.listening_queue_url);
    Ok(Function::new()
        .http(api().router(app))
        .stream(move |changes| {
            let (points, listening) = (points.clone(), listening.clone());
            publish(changes, move |change| {
                let events = events::events(change)?;
                Ok(events
                    .into_iter()
                    .map(|(subscriber, event)| match subscriber {
                        Subscriber::Points => (points.clone(), event),
                        Subscriber::Listening => (listening.clone(), event),
                    })
                    .collect())
            })
        }))
}

/// That keys cannot be made is the only error that can come of making them.
fn unsignable(error: TokenError) -> ServiceError {
    match error {
        TokenError::Service(error) => error,
        error => ServiceError::malformed("the signing keys", error),
    }
}
