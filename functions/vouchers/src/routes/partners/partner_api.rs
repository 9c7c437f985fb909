//! Where a partner's API is, as requests and answers say it.

use platform::public::{PublicError, PublicUrl};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Code};

use crate::{App, partner::PartnerApi};

/// The API at which vouchers are bought on demand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartnerApiIn {
    /// What all its paths stand behind: `https`, a public name, no query.
    #[schema(example = "https://api.chain.example/planet")]
    base: String,
}

impl PartnerApiIn {
    /// The API, if it is at a public address. Where its name leads is looked at now, so that a slip
    /// is seen at once, and again at every call.
    pub(super) async fn checked(self, app: &App) -> Result<PartnerApi, ApiError> {
        let refused =
            |error: &dyn ToString| ApiError::new(Code::UrlNotAllowed).detail(error.to_string());
        let base: PublicUrl = self.base.parse().map_err(|error| refused(&error))?;
        // A base with a query has nothing below it.
        base.join("vouchers").map_err(|error| refused(&error))?;
        match app.public_outbound.check(&base).await {
            Ok(()) => Ok(PartnerApi { base }),
            Err(error @ PublicError::Refused(_)) => Err(refused(&error)),
            Err(error) => Err(ApiError::new(Code::Unavailable).caused_by(error)),
        }
    }
}
