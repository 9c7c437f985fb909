//! What each command does. An error is a sentence for a person.

pub(crate) mod journey;
pub(crate) mod serve;
pub(crate) mod write;
