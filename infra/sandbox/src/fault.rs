//! Misbehaviour on demand.

use std::collections::VecDeque;

/// What can go wrong with the next call or the next notify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No answer, and nothing was done.
    TimeoutBefore,
    /// No answer, and yet it was done.
    TimeoutAfter,
    /// HTTP 500, and nothing was done.
    ServerError,
    /// It was done, and the answer bears a signature that does not verify.
    BadSignature,
    /// The next notify gets lost, all its repetitions included.
    DropNotifies,
}

/// The faults that wait for calls, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Faults(VecDeque<Fault>);

/// What becomes of one call.
pub(crate) enum Outcome<T> {
    /// The caller reads this.
    Answer(T),
    /// The caller reads this under a signature that does not verify.
    BadlySigned(T),
    /// The caller reads nothing.
    Lost,
    /// The caller reads HTTP 500.
    Broken,
}

impl Faults {
    pub(crate) fn push(&mut self, fault: Fault) {
        self.0.push_back(fault);
    }

    /// Takes the fault that waits for this call, if one does.
    pub(crate) fn take(&mut self) -> Option<Fault> {
        self.0.pop_front()
    }
}

/// Does what was asked, unless `fault` comes before, and lets it come after.
pub(crate) fn under<T>(fault: Option<Fault>, act: impl FnOnce() -> T) -> Outcome<T> {
    match fault {
        Some(Fault::TimeoutBefore) => Outcome::Lost,
        Some(Fault::ServerError) => Outcome::Broken,
        Some(Fault::TimeoutAfter) => {
            act();
            Outcome::Lost
        }
        Some(Fault::BadSignature) => Outcome::BadlySigned(act()),
        Some(Fault::DropNotifies) | None => Outcome::Answer(act()),
    }
}
