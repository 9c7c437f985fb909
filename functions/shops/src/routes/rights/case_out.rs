//! How a rights case is shown, and what its parties say in it.

use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::ApiError;

use crate::{
    rights::{CaseState, RightsCase, Statement},
    text::Prose,
};

/// A rights case, as its two parties and operators see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RightsCaseOut {
    /// Names the case.
    #[schema(value_type = String, example = "rcs_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::RightsCase>,
    /// The listing that is not to be sold, as the claimant says.
    #[schema(value_type = String, example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    listing: Id<kind::Listing>,
    /// The work or recording that it is about; null if it is not registered here.
    #[schema(example = "wrk_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    subject: Option<String>,
    /// Whose listing it is.
    #[schema(value_type = String, example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    seller: Id<kind::Organization>,
    /// Who opened the case.
    claimant: ClaimantOut,
    /// What the claimant says.
    claim: String,
    /// What the claimant shows for it.
    evidence: Vec<String>,
    /// Where it stands.
    state: CaseState,
    /// Since when an operator keeps the listing from being sold until the ruling; null if not.
    #[schema(value_type = Option<String>, format = DateTime)]
    suspended_at: Option<Timestamp>,
    /// What the seller says; null if nothing yet.
    counter_notice: Option<CounterNoticeOut>,
    /// How an operator decided; null if not yet.
    ruling: Option<RightsRulingOut>,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
}

/// Who opened a case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClaimantOut {
    /// The account.
    #[schema(value_type = String, example = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    account: Id<kind::Account>,
    /// For whom the account acts; null if for itself.
    #[schema(value_type = Option<String>, example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    organization: Option<Id<kind::Organization>>,
}

/// What a seller says to a claim.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CounterNoticeOut {
    /// What the seller says.
    statement: String,
    /// What the seller shows for it.
    evidence: Vec<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    given_at: Timestamp,
}

/// How an operator decided a case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RightsRulingOut {
    /// Why so.
    reason: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    ruled_at: Timestamp,
}

/// Why an operator decides so.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RightsRulingIn {
    /// What both parties are told, in 1 to 4,000 characters.
    #[schema(value_type = String, min_length = 1, max_length = 4000)]
    pub(super) reason: Prose,
}

/// How many pieces of evidence a party brings at most.
const MAX_EVIDENCE: usize = 10;

/// What a party says and shows.
pub(super) fn statement(text: Prose, evidence: Vec<Prose>) -> Result<Statement, ApiError> {
    if evidence.len() > MAX_EVIDENCE {
        let detail = format!("there are more than {MAX_EVIDENCE} pieces of evidence");
        return Err(ApiError::field("/evidence", detail));
    }
    Ok(Statement { text, evidence })
}

fn shown(evidence: &[Prose]) -> Vec<String> {
    evidence.iter().map(ToString::to_string).collect()
}

impl From<&RightsCase> for RightsCaseOut {
    fn from(case: &RightsCase) -> Self {
        let counter_notice = case.counter_notice.as_ref().map(|notice| CounterNoticeOut {
            statement: notice.statement.text.to_string(),
            evidence: shown(&notice.statement.evidence),
            given_at: notice.given_at,
        });
        let ruling = case.ruling.as_ref().map(|ruling| RightsRulingOut {
            reason: ruling.reason.to_string(),
            ruled_at: ruling.ruled_at,
        });
        Self {
            id: case.id,
            listing: case.listing,
            subject: case.subject.map(|subject| subject.to_string()),
            seller: case.seller,
            claimant: ClaimantOut {
                account: case.claimant.account,
                organization: case.claimant.organization,
            },
            claim: case.claim.text.to_string(),
            evidence: shown(&case.claim.evidence),
            state: case.state,
            suspended_at: case.withheld_at,
            counter_notice,
            ruling,
            opened_at: case.opened_at,
        }
    }
}
