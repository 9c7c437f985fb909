//! How a link is shown: to the member with the partner's name, to the partner without the account.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::ApiError;

use crate::{
    App,
    link::{Link, Stage},
    partner::Mode,
    routes::partners::partner_out::PartnerNameOut,
};

/// A link that was offered, and the code that the other side confirms it with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PartnerLinkOffer)]
pub(crate) struct LinkOfferOut {
    /// Names the link that it becomes.
    #[schema(value_type = String, example = "plk_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    link: Id<kind::PartnerLink>,
    /// Eight letters and digits to type in on the other side. It may be shown in groups; case does
    /// not matter.
    #[schema(example = "7QK2M4XD")]
    code: String,
    /// When the code ends.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Whether the partner only tries it out.
    sandbox: bool,
}

/// A link of a member.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PartnerLink)]
pub(crate) struct LinkOut {
    /// Names the link.
    #[schema(value_type = String, example = "plk_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::PartnerLink>,
    /// With whom.
    partner: PartnerNameOut,
    /// How the partner calls the member.
    #[schema(example = "M-20418")]
    member: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    linked_at: Timestamp,
    /// Whether the partner only tries it out.
    sandbox: bool,
}

/// A link, as its partner sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LinkOfPartner)]
pub(crate) struct LinkOfPartnerOut {
    /// Names the link.
    #[schema(value_type = String, example = "plk_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::PartnerLink>,
    /// The partner's member.
    #[schema(example = "M-20418")]
    member: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    linked_at: Timestamp,
    /// When it ended; null while it has not.
    #[schema(value_type = Option<String>, format = DateTime)]
    unlinked_at: Option<Timestamp>,
    /// Whether the partner only tries it out.
    sandbox: bool,
}

impl LinkOfferOut {
    /// The offer with its code, which is made again from the link.
    pub(super) fn of(app: &App, link: &Link) -> Self {
        Self {
            link: link.id,
            code: app.link_keys.code(link.id).reveal().to_owned(),
            expires_at: link.code_ends_at(),
            sandbox: link.mode == Mode::Sandbox,
        }
    }
}

impl LinkOut {
    /// The link, if it is one.
    pub(super) fn of(link: &Link) -> Option<Self> {
        let pair = link.pair()?;
        Some(Self {
            id: link.id,
            partner: PartnerNameOut::from(&link.partner),
            member: pair.member.as_str().to_owned(),
            linked_at: pair.linked_at,
            sandbox: link.mode == Mode::Sandbox,
        })
    }
}

impl LinkOfPartnerOut {
    /// The link, if it is or was one.
    pub(super) fn of(link: &Link) -> Result<Self, ApiError> {
        let (pair, unlinked_at) = match &link.stage {
            Stage::Linked { pair } => (pair, None),
            Stage::Unlinked {
                pair, unlinked_at, ..
            } => (pair, Some(*unlinked_at)),
            Stage::OfferedByAccount { .. } | Stage::OfferedByPartner { .. } => {
                return Err(ApiError::internal("an offer is shown as a link"));
            }
        };
        Ok(Self {
            id: link.id,
            member: pair.member.as_str().to_owned(),
            linked_at: pair.linked_at,
            unlinked_at,
            sandbox: link.mode == Mode::Sandbox,
        })
    }
}
