//! Links: the link, its code, and the two rows by which an account and a member id have one link
//! each.

use futures_util::future::try_join_all;
use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Item, Key, Query, TransactError, Transaction, Write},
};
use serde::{Deserialize, Serialize};

use super::{Store, TRANSACTION, attributes};
use crate::{
    keys,
    link::{Link, Pair, Stage},
    member::MemberId,
    partner::{Mode, Partner},
    reward::PartnerName,
    typed_code::CodeDigest,
};

const LINK: &str = "link";
/// What a cancelled transaction calls a member that is not, or no longer, linked to an account.
pub(crate) const MEMBER: &str = "linked member";
const ACCOUNT: &str = "linked account";
/// No account is linked to more partners than this: there are dozens.
const MAX_LINKS: u32 = 100;

#[derive(Serialize, Deserialize)]
struct LinkItem {
    pk: String,
    sk: String,
    id: Id<kind::PartnerLink>,
    partner: PartnerName,
    mode: Mode,
    #[serde(flatten)]
    stage: Stage,
    offered_at: Timestamp,
    version: u64,
    /// Seconds since 1970: the attribute by which the table forgets offers that came to nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    forget_at: Option<i64>,
}

/// The link that a code is for. Which offer it is, the link itself says.
#[derive(Serialize, Deserialize)]
struct CodeItem {
    pk: String,
    sk: String,
    link: Id<kind::PartnerLink>,
    forget_at: i64,
}

/// That an account or a member has a link; whose partition it lies in is the other half.
#[derive(Serialize, Deserialize)]
struct LinkedItem {
    pk: String,
    sk: String,
    link: Id<kind::PartnerLink>,
    account: Id<kind::Account>,
    member: MemberId,
}

/// Why a link was not kept. Nothing was written, unless there was no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveLinkError {
    /// The partner's transaction was done before.
    #[error("the transaction was done before")]
    Repeated,
    /// It is not in the version that the change was made for, or there is one in its place.
    #[error("the link has changed meanwhile")]
    Changed,
    /// The account or the member has another link.
    #[error("the account or the member is linked already")]
    Conflict,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// Keeps an offer under its code, with the record of the partner's transaction, if it is one.
    pub(crate) async fn offer_link(
        &self,
        link: &Link,
        digest: &CodeDigest,
        record: Option<Write>,
    ) -> Result<(), SaveLinkError> {
        let (pk, sk) = attributes(&keys::link_code(digest));
        let code = CodeItem {
            pk,
            sk,
            link: link.id,
            forget_at: link.code_ends_at().as_second(),
        };
        // A code that is in use belongs to somebody else, who shall not lose it.
        let code = Write::put(&self.table, &code)
            .when("attribute_not_exists(pk) OR #forget_at <= :now")
            .bind(":now", self.clock.now_seconds());
        let put = Write::put(&self.table, &item(link)).when_absent();
        let mut writes = vec![put.labelled(LINK), code];
        writes.extend(record);
        self.commit_link(writes).await
    }

    /// Keeps a link that was confirmed, if neither account nor member has another.
    pub(crate) async fn confirm_link(
        &self,
        link: &Link,
        record: Option<Write>,
    ) -> Result<(), SaveLinkError> {
        let mut writes = vec![self.next_version(link)];
        for (label, key, pair) in linked_rows(link) {
            let (pk, sk) = attributes(&key);
            let item = LinkedItem {
                pk,
                sk,
                link: link.id,
                account: pair.account,
                member: pair.member.clone(),
            };
            writes.push(Write::put(&self.table, &item).when_absent().labelled(label));
        }
        writes.extend(record);
        self.commit_link(writes).await
    }

    /// Keeps the end of a link: account and member are free for others.
    pub(crate) async fn end_link(
        &self,
        link: &Link,
        record: Option<Write>,
    ) -> Result<(), SaveLinkError> {
        let mut writes = vec![self.next_version(link)];
        for (_, key, _) in linked_rows(link) {
            let delete = Write::delete(&self.table, key).when("#link = :link");
            writes.push(delete.bind(":link", link.id));
        }
        writes.extend(record);
        self.commit_link(writes).await
    }

    /// The link `id`.
    pub(crate) async fn link(
        &self,
        id: Id<kind::PartnerLink>,
    ) -> Result<Option<Link>, ServiceError> {
        let item: Option<LinkItem> = self.table.get(&keys::link(id)).await?;
        Ok(item.map(Link::from))
    }

    /// The link that a code was made for, if it is remembered.
    pub(crate) async fn link_by_code(
        &self,
        digest: &CodeDigest,
    ) -> Result<Option<Link>, ServiceError> {
        let item: Option<CodeItem> = self.table.get(&keys::link_code(digest)).await?;
        match item {
            Some(code) => self.link(code.link).await,
            None => Ok(None),
        }
    }

    /// The account that a member of `partner` is linked to.
    pub(crate) async fn linked_account(
        &self,
        partner: Id<kind::Partner>,
        mode: Mode,
        member: &MemberId,
    ) -> Result<Option<Id<kind::Account>>, ServiceError> {
        let key = keys::linked_member(partner, mode, member);
        let item: Option<LinkedItem> = self.table.get(&key).await?;
        Ok(item.map(|item| item.account))
    }

    /// The write that makes a transaction depend on a member being linked to an account still.
    pub(crate) fn still_linked(
        &self,
        partner: Id<kind::Partner>,
        mode: Mode,
        member: &MemberId,
        account: Id<kind::Account>,
    ) -> Write {
        Write::check(&self.table, keys::linked_member(partner, mode, member))
            .when("#account = :account")
            .bind(":account", account)
            .labelled(MEMBER)
    }

    /// The link of an account with a partner, if it has one.
    pub(crate) async fn link_with(
        &self,
        account: Id<kind::Account>,
        partner: &Partner,
    ) -> Result<Option<Link>, ServiceError> {
        let key = keys::linked_account(account, partner.id, partner.mode);
        match self.table.get::<LinkedItem>(&key).await? {
            Some(linked) => self.link(linked.link).await,
            None => Ok(None),
        }
    }

    /// The links that an account has.
    pub(crate) async fn links_of(
        &self,
        account: Id<kind::Account>,
    ) -> Result<Vec<Link>, ServiceError> {
        let query = Query::prefix(keys::account(account), keys::LINKED_PREFIX).limit(MAX_LINKS);
        let linked: Vec<LinkedItem> = self.table.query(query).await?.parse()?;
        let links = linked.iter().map(|linked| self.link(linked.link));
        let links = try_join_all(links).await?.into_iter().flatten();
        // What was unlinked between the two reads is no link any more.
        Ok(links.filter(|link| link.pair().is_some()).collect())
    }

    fn next_version(&self, link: &Link) -> Write {
        Write::put(&self.table, &item(link))
            .when("#version = :before")
            .bind(":before", link.version - 1)
            .labelled(LINK)
    }

    async fn commit_link(&self, writes: Vec<Write>) -> Result<(), SaveLinkError> {
        match self.aws.transact(Transaction::from(writes)).await {
            Ok(()) => Ok(()),
            Err(TransactError::Service(error)) => Err(error.into()),
            Err(TransactError::Cancelled(cancelled)) => {
                // A twin that was faster made all conditions fail; the first to ask says so.
                if cancelled.names(TRANSACTION) {
                    Err(SaveLinkError::Repeated)
                } else if cancelled.names(LINK) {
                    Err(SaveLinkError::Changed)
                } else if cancelled.names(MEMBER) || cancelled.names(ACCOUNT) {
                    Err(SaveLinkError::Conflict)
                } else {
                    Err(SaveLinkError::Changed)
                }
            }
        }
    }
}

/// A link as the stream tells it.
pub(crate) fn link_of(item: Item) -> Result<Link, ServiceError> {
    let item: LinkItem = item.parse("link")?;
    Ok(item.into())
}

/// The rows that say of both sides that they are linked, and what a cancelled transaction calls them;
/// none of a link that was only offered.
fn linked_rows(link: &Link) -> Vec<(&'static str, Key, &Pair)> {
    let (partner, mode) = (link.partner.id, link.mode);
    match &link.stage {
        Stage::OfferedByAccount { .. } | Stage::OfferedByPartner { .. } => Vec::new(),
        Stage::Linked { pair } | Stage::Unlinked { pair, .. } => vec![
            (
                MEMBER,
                keys::linked_member(partner, mode, &pair.member),
                pair,
            ),
            (
                ACCOUNT,
                keys::linked_account(pair.account, partner, mode),
                pair,
            ),
        ],
    }
}

fn item(link: &Link) -> LinkItem {
    let (pk, sk) = attributes(&keys::link(link.id));
    let forget_at = match link.stage {
        Stage::OfferedByAccount { .. } | Stage::OfferedByPartner { .. } => {
            Some(link.code_ends_at().as_second())
        }
        Stage::Linked { .. } | Stage::Unlinked { .. } => None,
    };
    LinkItem {
        pk,
        sk,
        id: link.id,
        partner: link.partner.clone(),
        mode: link.mode,
        stage: link.stage.clone(),
        offered_at: link.offered_at,
        version: link.version,
        forget_at,
    }
}

impl From<LinkItem> for Link {
    fn from(item: LinkItem) -> Self {
        Self {
            id: item.id,
            partner: item.partner,
            mode: item.mode,
            stage: item.stage,
            offered_at: item.offered_at,
            version: item.version,
        }
    }
}
