//! Says who is calling: the API's Lambda authorizer.
//!
//! Invariant: an answer names an account only if the request carried exactly one bearer token, and
//! that token verifies with a published key and holds now.
//!
//! Start reading at [`build`]; how a token is verified is in the crate `tokens`.

mod answer;
mod bearer;

use kernel::Clock;
use platform::{
    Aws, ConfigError, Environment, ServiceError,
    serve::{AuthorizerAnswer, AuthorizerRequest, Function, StartError},
};
use tokens::{TokenError, Verifier};

/// The authorizer, from its environment.
pub async fn build(
    environment: Environment,
    aws: Aws,
    clock: Clock,
) -> Result<Function, StartError> {
    let verifier = Verifier::new(aws.table(keys_table(&environment)?), clock);
    Ok(Function::new().authorizer(move |request| {
        let verifier = verifier.clone();
        async move { authorize(&verifier, &request).await }
    }))
}

fn keys_table(environment: &Environment) -> Result<String, ConfigError> {
    let mut variables = environment.read();
    let name = variables.required("KEYS_TABLE");
    variables.finish(name)
}

/// The gateway keeps an answer for a minute, so only what the token itself is to blame for may be
/// answered. That the keys cannot be read now is an error instead: the gateway answers 500, keeps
/// nothing of it, and asks again at the next request.
async fn authorize(
    verifier: &Verifier,
    request: &AuthorizerRequest,
) -> Result<AuthorizerAnswer, ServiceError> {
    let Some(token) = bearer::token(&request.identity_source) else {
        return Ok(answer::denied(
            "the Authorization header is not `Bearer` and one token",
        ));
    };
    match verifier.access(token).await {
        Ok(claims) => Ok(answer::allowed(&claims)),
        Err(TokenError::Service(error)) => Err(error),
        Err(
            reason @ (TokenError::Malformed
            | TokenError::Expired
            | TokenError::NotYetValid
            | TokenError::UnknownKey
            | TokenError::BadSignature),
        ) => Ok(answer::denied(&reason.to_string())),
    }
}
