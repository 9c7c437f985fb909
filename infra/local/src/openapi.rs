//! The API's document, put together from the code of every context.

use utoipa::openapi::{
    Components, Info, OpenApi, Server,
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

const ABOUT: &str = "\
A trading platform for the music industry.

**Callers.** Sign up with `POST /v1/accounts`, sign in with `POST /v1/sessions`, and send the access \
token as `Authorization: Bearer …`. Players send listens with a listening token.

**Partners** sign what they send to `/v1/partner-hooks/…` as Standard Webhooks says, over the raw bytes: \
`webhook-id`, `webhook-timestamp`, `webhook-signature`. Each effect happens once by its `transaction_id`, \
for ever. What Planet sends to webhook endpoints and to partners is signed in the same way.

**Requests that move value** need an `Idempotency-Key` header. The same key with the same request has \
one effect, and the repeated answer carries `Idempotent-Replayed: true`.

**Errors** are `application/problem+json` (RFC 9457); act on `code`, which never changes its meaning. \
What the gateway itself refuses (a missing `Authorization` header, a body of more than 10 MB, a \
throttle) is `{\"message\": …}`. The routes under `/1/` answer as ListenBrainz does.

**Lists** page: give `next_cursor` back as `cursor` until it is null.

**Times** are RFC 3339 in UTC, or whole seconds since 1970 where a name ends in `_at` of a listen.";

/// The document that `docs/openapi.json` holds.
pub fn openapi() -> OpenApi {
    let mut document = OpenApi::new(
        Info::new("Planet", env!("CARGO_PKG_VERSION")),
        utoipa::openapi::Paths::new(),
    );
    document.info.description = Some(ABOUT.to_owned());
    document.servers = Some(vec![Server::new("/")]);
    for (_, part) in documents() {
        document.merge(part);
    }
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The access token of a session."))
        .build();
    document
        .components
        .get_or_insert_with(Components::new)
        .add_security_scheme("bearer", SecurityScheme::Http(bearer));
    document
}

/// Every context's own part of it, with the context's name.
pub fn documents() -> [(&'static str, OpenApi); 11] {
    [
        ("accounts", accounts::api().openapi()),
        ("listening", listening::api().openapi()),
        ("points", points::api().openapi()),
        ("vouchers", vouchers::api().openapi()),
        ("shops", shops::api().openapi()),
        ("media", media::api().openapi()),
        ("orders", orders::api().openapi()),
        ("payments", payments::api().openapi()),
        ("events", events::api().openapi()),
        ("webhooks", webhooks::api().openapi()),
        ("front", front::api().openapi()),
    ]
}
