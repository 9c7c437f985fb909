//! Messages that are not believed, each with what is wrong with it. Every one is the specification's
//! vector, which is believed, but for one header.

mod ids;
mod signatures;
mod timestamps;

use webhook_signatures::{HeaderError, VerifyError};

use super::{ID, SIGNATURE, TIMESTAMP};

/// The three headers of a message that is not believed.
pub(crate) struct Case {
    pub(crate) why: &'static str,
    pub(crate) id: String,
    pub(crate) timestamp: String,
    pub(crate) signature: String,
    pub(crate) verdict: Verdict,
}

/// What is said about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Header(HeaderError),
    Verify(VerifyError),
}

const ID_FORM: Verdict = Verdict::Header(HeaderError::Id);
const TIMESTAMP_FORM: Verdict = Verdict::Header(HeaderError::Timestamp);
const SIGNATURE_FORM: Verdict = Verdict::Header(HeaderError::Signature);
const TOO_MANY: Verdict = Verdict::Header(HeaderError::TooManySignatures);
const TOO_OLD: Verdict = Verdict::Verify(VerifyError::TooOld);
const TOO_NEW: Verdict = Verdict::Verify(VerifyError::TooNew);
const NO_MATCH: Verdict = Verdict::Verify(VerifyError::NoMatch);

pub(crate) fn all() -> Vec<Case> {
    let ids = ids::wrong().into_iter().map(|(why, id, verdict)| Case {
        why,
        id,
        timestamp: TIMESTAMP.to_owned(),
        signature: SIGNATURE.to_owned(),
        verdict,
    });
    let timestamps = timestamps::wrong()
        .into_iter()
        .map(|(why, timestamp, verdict)| Case {
            why,
            id: ID.to_owned(),
            timestamp,
            signature: SIGNATURE.to_owned(),
            verdict,
        });
    let signatures = signatures::wrong()
        .into_iter()
        .map(|(why, signature, verdict)| Case {
            why,
            id: ID.to_owned(),
            timestamp: TIMESTAMP.to_owned(),
            signature,
            verdict,
        });
    ids.chain(timestamps).chain(signatures).collect()
}

/// What stands in one header, why that is wrong, and what is said about it.
type Wrong = (&'static str, String, Verdict);
