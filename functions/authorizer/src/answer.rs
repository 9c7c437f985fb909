//! What the gateway is told, and hands on to the function behind it.

use platform::serve::AuthorizerAnswer;
use tokens::AccessClaims;

/// A caller who is known. The names are those that `web::Caller` reads.
pub(crate) fn allowed(claims: &AccessClaims) -> AuthorizerAnswer {
    let organization = claims
        .organization
        .map(|id| ("organization", id.to_string()));
    let caller = [
        ("account", claims.account.to_string()),
        ("session", claims.session.to_string()),
        ("scopes", claims.scopes.join(" ")),
    ];
    answer(caller.into_iter().chain(organization))
}

/// A request without a caller. It passes the gateway all the same: the gateway's own refusal would
/// be a 403 without our error's shape, and the function behind it answers 401 with the reason.
pub(crate) fn denied(reason: &str) -> AuthorizerAnswer {
    tracing::info!(reason, "a token was denied");
    answer([("denied", reason.to_owned())])
}

fn answer<'a>(context: impl IntoIterator<Item = (&'a str, String)>) -> AuthorizerAnswer {
    AuthorizerAnswer {
        is_authorized: true,
        context: context
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    }
}
