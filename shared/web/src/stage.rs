//! What a deployment has switched on: a capability's stage, and the gate before its routes.
//!
//! Invariant: a stage holds back what begins something. It is asked before handlers of routes and
//! nowhere else: queues, streams and schedules finish what was begun, whatever the stage.
//!
//! A new capability is a name in [`Capability`], `.capability(…)` in a context's table of routes, one
//! variable in its configuration that `.stage(…)` hands on, and a parameter of the template.

use std::{fmt, str::FromStr};

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::Extensions;

use crate::{
    caller::Caller,
    error::{ApiError, Code},
};

/// The scope of an access token that acts for an organization and was asked for by an operator. It
/// opens what is being tried out, and nothing else: an organization's token never operates.
pub const TRYING_OUT: &str = "trying_out";

/// Something that a deployment can hold back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Capability {
    /// Shops, concerts and orders.
    Trade,
    /// Points become partners' vouchers.
    Rewards,
    /// Partners' customers earn points and tickets.
    Partners,
    /// What happens is told to the servers of organizations and partners.
    Webhooks,
}

/// How far a capability is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// To nobody. What was begun is finished.
    #[default]
    Off,
    /// To operators, who try it out.
    Operators,
    /// To everybody.
    Open,
}

/// Why a text is no stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not off, operators or open")]
pub struct StageError;

/// When the routes of a group are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// They belong to no capability.
    Always,
    /// From a stage of their capability on; why, if it is not `open`.
    From(Capability, Stage, Option<&'static str>),
}

/// Stands before routes that the stage of their capability does not open to everybody.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gate {
    capability: Capability,
    stage: Stage,
}

impl Capability {
    /// The name, as documents and answers have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trade => "trade",
            Self::Rewards => "rewards",
            Self::Partners => "partners",
            Self::Webhooks => "webhooks",
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Stage {
    /// The stage, as a template's parameter and the document have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Operators => "operators",
            Self::Open => "open",
        }
    }
}

impl FromStr for Stage {
    type Err = StageError;

    fn from_str(text: &str) -> Result<Self, StageError> {
        let mut all = [Self::Off, Self::Operators, Self::Open].into_iter();
        all.find(|stage| stage.as_str() == text).ok_or(StageError)
    }
}

impl Service {
    /// The gate that belongs before such routes, if one does, while `stage_of` says how far each
    /// capability is open.
    pub(crate) fn gate(self, stage_of: impl Fn(Capability) -> Stage) -> Option<Gate> {
        let Self::From(capability, from, _) = self else {
            return None;
        };
        let stage = stage_of(capability);
        (stage < from).then_some(Gate { capability, stage })
    }
}

impl Gate {
    /// Lets a request through, or answers it.
    pub(crate) async fn pass(self, request: Request, next: Next) -> Response {
        match self.admit(request.extensions()) {
            Ok(()) => next.run(request).await,
            Err(error) => error.into_response(),
        }
    }

    fn admit(self, extensions: &Extensions) -> Result<(), ApiError> {
        let is_trying = |caller: Caller| caller.has("operator") || caller.has(TRYING_OUT);
        if self.stage == Stage::Operators && Caller::of(extensions).is_ok_and(is_trying) {
            return Ok(());
        }
        let detail = match self.stage {
            Stage::Operators => format!("{} is open to operators alone", self.capability),
            Stage::Off | Stage::Open => format!("{} is off", self.capability),
        };
        Err(ApiError::new(Code::CapabilityOff).detail(detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_one_of_three_words() {
        for (text, stage) in [
            ("off", Stage::Off),
            ("operators", Stage::Operators),
            ("open", Stage::Open),
        ] {
            assert_eq!(text.parse(), Ok(stage));
        }
        // YAML reads a bare `off` as false.
        for text in ["", "Open", "on", "false", "open "] {
            assert_eq!(text.parse::<Stage>(), Err(StageError), "{text:?}");
        }
    }
}
