//! How what the rules refuse is answered, code by code.

use web::{ApiError, Code};

use crate::{
    dispute::{DisputeError, OpenError},
    fulfilment::HandOverError,
    order::IllegalMove,
    refund::{AskError, DecideError, FailedRefundError, GrantError},
};

impl From<IllegalMove> for ApiError {
    fn from(error: IllegalMove) -> Self {
        Self::new(Code::StateConflict).detail(error.to_string())
    }
}

impl From<HandOverError> for ApiError {
    fn from(error: HandOverError) -> Self {
        match error {
            HandOverError::NoLines
            | HandOverError::UnknownLine(_)
            | HandOverError::LineTwice(_)
            | HandOverError::OtherWay(_) => Self::field("/lines", error.to_string()),
            HandOverError::State(_)
            | HandOverError::Quantity { .. }
            | HandOverError::TooManyShipments => {
                Self::new(Code::StateConflict).detail(error.to_string())
            }
        }
    }
}

impl From<GrantError> for ApiError {
    fn from(error: GrantError) -> Self {
        match error {
            GrantError::NoLines
            | GrantError::UnknownLine(_)
            | GrantError::LineTwice(_)
            | GrantError::Nothing(_)
            | GrantError::AllOfIt(_) => Self::field("/lines", error.to_string()),
            GrantError::TooManyUnits { .. } | GrantError::ExceedsPaid { .. } => {
                Self::new(Code::RefundExceedsPaid).detail(error.to_string())
            }
            GrantError::Money(_) | GrantError::Commission(_) | GrantError::Reversal(_) => {
                Self::internal(error)
            }
        }
    }
}

impl From<AskError> for ApiError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Grant(error) => error.into(),
            AskError::TicketsAlone => Self::field("/lines", error.to_string()),
            AskError::State(_)
            | AskError::ReturnsOver(_)
            | AskError::NotReturnable { .. }
            | AskError::NotIssued { .. }
            | AskError::TooMany => Self::new(Code::StateConflict).detail(error.to_string()),
        }
    }
}

impl From<DecideError> for ApiError {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::Unknown(_) => Self::not_found(),
            DecideError::Order(_) | DecideError::State(_) => {
                Self::new(Code::StateConflict).detail(error.to_string())
            }
            DecideError::Grant(error) => error.into(),
        }
    }
}

impl From<FailedRefundError> for ApiError {
    fn from(error: FailedRefundError) -> Self {
        match error {
            FailedRefundError::Unknown(_) => Self::not_found(),
            FailedRefundError::NotFailed => {
                Self::new(Code::StateConflict).detail(error.to_string())
            }
        }
    }
}

impl From<OpenError> for ApiError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Move(error) => error.into(),
            OpenError::Over => Self::new(Code::StateConflict).detail(error.to_string()),
        }
    }
}

impl From<DisputeError> for ApiError {
    fn from(error: DisputeError) -> Self {
        match error {
            DisputeError::None => Self::not_found(),
            DisputeError::Move(error) => error.into(),
            DisputeError::Grant(error) => error.into(),
            DisputeError::Over | DisputeError::TooManyStatements => {
                Self::new(Code::StateConflict).detail(error.to_string())
            }
        }
    }
}
