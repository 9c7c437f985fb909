//! What is told of links: to the partner alone, and never whose account it is.

use kernel::{Event, Id, Timestamp, kind};
use platform::{ServiceError, table::Change};
use serde::Serialize;

use super::{Subscriber, for_webhooks};
use crate::{
    keys,
    link::{Link, Side, Stage},
    member::MemberId,
    partner::Mode,
    store,
};

/// One of the partner's members is linked to an account.
const LINKED: &str = "partner_link.linked";
/// It is not any more.
const UNLINKED: &str = "partner_link.unlinked";

/// A link as its partner sees it.
#[derive(Serialize)]
struct LinkFacts<'a> {
    link: Id<kind::PartnerLink>,
    member: &'a MemberId,
    linked_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    unlinked_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Side>,
    sandbox: bool,
}

/// What a change of links means to the others.
pub(super) fn link_events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    let Some(item) = change
        .new
        .clone()
        .filter(|_| change.sk.as_deref() == Some(keys::LINK))
    else {
        return Ok(Vec::new());
    };
    let link = store::link_of(item)?;
    let event = told(&link)?;
    let told = event.map(|event| (Subscriber::Webhooks, event));
    Ok(told.into_iter().collect())
}

/// Every version of a link is another stage, so each is told once; an offer is nobody's business.
fn told(link: &Link) -> Result<Option<Event>, ServiceError> {
    let (kind, pair, ended) = match &link.stage {
        Stage::OfferedByAccount { .. } | Stage::OfferedByPartner { .. } => return Ok(None),
        Stage::Linked { pair } => (LINKED, pair, None),
        Stage::Unlinked {
            pair,
            unlinked_at,
            by,
        } => (UNLINKED, pair, Some((*unlinked_at, *by))),
    };
    let facts = LinkFacts {
        link: link.id,
        member: &pair.member,
        linked_at: pair.linked_at,
        unlinked_at: ended.map(|(at, _)| at),
        by: ended.map(|(_, by)| by),
        sandbox: link.mode == Mode::Sandbox,
    };
    let occurred_at = facts.unlinked_at.unwrap_or(pair.linked_at);
    let audience = link.partner.id.to_string();
    let subject = link.id.to_string();
    for_webhooks(kind, subject, link.version, occurred_at, audience, facts).map(Some)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::partner::tests::partner;

    #[test]
    fn a_partner_is_told_of_its_member_but_not_of_the_account() {
        let now = Timestamp::constant(1_780_000_000, 0);
        let member = "M-7".parse().unwrap();
        let offer = Stage::OfferedByPartner { member };
        let offer = Link::offered(Id::derive(&["link"]), &partner(), offer, now);
        assert_eq!(told(&offer).unwrap(), None);
        let account = Id::derive(&["ada"]);
        let linked = offer
            .confirmed_by_account(&partner(), account, now)
            .unwrap();
        let event = told(&linked).unwrap().unwrap();
        assert_eq!(event.kind, LINKED);
        assert_eq!(event.data["audience"], json!([partner().id]));
        assert_eq!(event.data["payload"]["member"], "M-7");
        let unlinked = linked.unlinked(Side::Account, now).unwrap();
        let ended = told(&unlinked).unwrap().unwrap();
        assert_eq!((ended.kind.as_str(), ended.version), (UNLINKED, 3));
        assert_eq!(ended.data["payload"]["by"], "account");
        for event in [event, ended] {
            let text = serde_json::to_string(&event).unwrap();
            assert!(!text.contains(&account.to_string()), "{text}");
        }
    }
}
