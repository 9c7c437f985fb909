//! How it is answered that a grant or an allotment is not moved.

use web::{ApiError, Code};

use crate::{
    allotment::AllotmentError, billing::BillingError, earning::EarningError, grant::GrantError,
    granting::MoveError, new_grant::RefusedGrant,
};

impl<E: Into<ApiError>> From<MoveError<E>> for ApiError {
    fn from(error: MoveError<E>) -> Self {
        match error {
            MoveError::Unknown => Self::not_found(),
            MoveError::Refused(refusal) => refusal.into(),
            MoveError::Full(error) => Self::new(Code::StateConflict).detail(error.to_string()),
            MoveError::Repeated | MoveError::Contended => Self::new(Code::Unavailable),
            MoveError::Inconsistent(error) => Self::internal(error),
            MoveError::Service(error) => error.into(),
        }
    }
}

impl From<GrantError> for ApiError {
    fn from(error: GrantError) -> Self {
        let code = match error {
            GrantError::Expired => Code::Gone,
            GrantError::ClaimedByAnother
            | GrantError::Revoked
            | GrantError::Voided
            | GrantError::NotYet
            | GrantError::TooLate
            | GrantError::Attended
            | GrantError::Revoking
            | GrantError::NoTickets => Code::StateConflict,
        };
        Self::new(code).detail(error.to_string())
    }
}

impl From<AllotmentError> for ApiError {
    fn from(error: AllotmentError) -> Self {
        let code = match error {
            AllotmentError::Exhausted { .. } => Code::AllotmentExhausted,
            AllotmentError::Accepted
            | AllotmentError::NotAccepted
            | AllotmentError::Over
            | AllotmentError::NotYet => Code::StateConflict,
        };
        Self::new(code).detail(error.to_string())
    }
}

impl From<RefusedGrant> for ApiError {
    fn from(refusal: RefusedGrant) -> Self {
        match refusal {
            RefusedGrant::NoAllotment => Self::field("/earns/allotment", refusal.to_string()),
            RefusedGrant::Future => Self::field("/occurred_at", refusal.to_string()),
            RefusedGrant::Concert => Self::new(Code::StateConflict).detail(refusal.to_string()),
            RefusedGrant::Allotment(error) => error.into(),
            RefusedGrant::Earning(EarningError::TooMany { .. }) => {
                Self::new(Code::PartnerLimitReached).detail(refusal.to_string())
            }
            RefusedGrant::Earning(
                EarningError::NoPrice
                | EarningError::NoConversion
                | EarningError::Currency
                | EarningError::Nothing,
            ) => Self::field("/earns", refusal.to_string()),
            RefusedGrant::Billing(error) => match error {
                BillingError::Exhausted => Self::new(Code::BalanceExhausted),
                BillingError::GrantsADay | BillingError::PointsADay => {
                    Self::new(Code::PartnerLimitReached).detail(error.to_string())
                }
                BillingError::Money(error) => {
                    Self::new(Code::StateConflict).detail(error.to_string())
                }
            },
        }
    }
}
