//! How a partner is changed and answered, for every route that changes one.

use axum::response::Response;
use kernel::{Id, kind};
use web::{ApiError, Code, Json, with_version};

use super::partner_out::PartnerOut;
use crate::{App, partner::Partner, store::SavePartnerError};

/// How often a change is decided on anew because the partner changed meanwhile. Operators are few.
const MAX_TRIES: usize = 8;

/// The partner `id` as `decide` wants it, kept unless that changes nothing.
pub(in crate::routes) async fn change<E>(
    app: &App,
    id: Id<kind::Partner>,
    decide: impl Fn(Partner) -> Result<Partner, E>,
) -> Result<Partner, ApiError>
where
    ApiError: From<E>,
{
    for _ in 0..MAX_TRIES {
        let partner = app.store.partner(id).await?;
        let partner = partner.ok_or_else(ApiError::not_found)?;
        let version = partner.version;
        let changed = decide(partner)?;
        if changed.version == version {
            return Ok(changed);
        }
        match app.store.save_partner(&changed).await {
            Ok(()) => return Ok(changed),
            Err(SavePartnerError::Changed) => {}
            Err(SavePartnerError::Service(error)) => return Err(error.into()),
        }
    }
    Err(ApiError::new(Code::Unavailable))
}

/// A partner, with its version as the `ETag`.
pub(super) fn shown(partner: &Partner) -> Response {
    with_version(partner.version, Json(PartnerOut::from(partner)))
}

/// For changes that are made to one version: somebody else was faster, and to the caller that is the
/// same as having come too late.
impl From<SavePartnerError> for ApiError {
    fn from(error: SavePartnerError) -> Self {
        match error {
            SavePartnerError::Changed => Self::new(Code::PreconditionFailed),
            SavePartnerError::Service(error) => error.into(),
        }
    }
}
