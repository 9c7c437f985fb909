//! Who is calling, as the authorizer verified it.

use axum::{extract::FromRequestParts, http::request::Parts};
use http::Extensions;
use kernel::{Id, kind};
use platform::serve::RequestInfo;

use crate::error::{ApiError, Code};

/// A signed-in account. Having one is the proof that the request carried a valid access token.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub account: Id<kind::Account>,
    /// The session that the access token was issued in, where the authorizer names one.
    pub session: Option<Id<kind::Session>>,
    /// The organization that the access token acts for, if any.
    pub organization: Option<Id<kind::Organization>>,
    scopes: Vec<String>,
}

/// A caller whose access token acts for an organization. Accounts looked at membership or
/// representation when it issued the token; nobody else keeps either.
#[derive(Clone, Debug)]
pub struct Acting {
    /// Who.
    pub caller: Caller,
    /// For whom.
    pub organization: Id<kind::Organization>,
}

/// A caller who operates the platform.
#[derive(Clone, Debug)]
pub struct Operator(
    /// Who.
    pub Caller,
);

impl Caller {
    pub(crate) fn of(extensions: &Extensions) -> Result<Self, ApiError> {
        let unauthenticated = || ApiError::new(Code::Unauthenticated);
        let info = extensions
            .get::<RequestInfo>()
            .ok_or_else(unauthenticated)?;
        // The authorizer lets a bad token pass with its reason instead of a caller, since what the
        // gateway itself would answer has neither our shape nor the right status.
        if let Some(reason) = info.authorizer.get("denied") {
            return Err(unauthenticated().detail(reason.clone()));
        }
        let account = info
            .authorizer
            .get("account")
            .and_then(|account| account.parse().ok())
            .ok_or_else(unauthenticated)?;
        let session = info
            .authorizer
            .get("session")
            .and_then(|session| session.parse().ok());
        let scopes = info
            .authorizer
            .get("scopes")
            .map(|scopes| scopes.split(' ').map(str::to_owned).collect())
            .unwrap_or_default();
        let organization = info
            .authorizer
            .get("organization")
            .and_then(|organization| organization.parse().ok());
        Ok(Self {
            account,
            session,
            organization,
            scopes,
        })
    }

    /// Whether the access token carries `scope`.
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|held| held == scope)
    }
}

impl Acting {
    /// The organization that `caller` acts for; refused if there is none.
    pub fn of(caller: &Caller) -> Result<Self, ApiError> {
        let organization = caller
            .organization
            .ok_or_else(|| ApiError::new(Code::OrganizationRequired))?;
        Ok(Self {
            caller: caller.clone(),
            organization,
        })
    }

    /// Refuses unless the access token carries `scope`.
    pub fn require(&self, scope: &str) -> Result<(), ApiError> {
        if self.caller.has(scope) {
            Ok(())
        } else {
            Err(ApiError::new(Code::Forbidden)
                .detail(format!("the access token does not carry the scope {scope}")))
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Acting {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Self::of(&Caller::of(&parts.extensions)?)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Self::of(&parts.extensions)
    }
}

impl<S: Sync> FromRequestParts<S> for Operator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let caller = Caller::of(&parts.extensions)?;
        if caller.has("operator") {
            Ok(Self(caller))
        } else {
            Err(ApiError::new(Code::Forbidden))
        }
    }
}
