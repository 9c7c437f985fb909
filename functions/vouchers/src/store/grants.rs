//! Grants, and where each of them is looked for.

use kernel::{Id, Money, Timestamp, kind};
use platform::{
    ServiceError,
    table::{self, Key, Query, Write},
};
use serde::{Deserialize, Serialize};

use super::{Store, attributes};
use crate::{
    due::{self, Due},
    exchange::UnitPrice,
    grant::{Claimed, Earns, Grant, State},
    keys::grants as keys,
    member::{MemberId, TransactionId},
    reward::PartnerName,
    typed_code::CodeDigest,
};

/// What a cancelled transaction calls the write of a grant.
const GRANT: &str = "grant";

#[derive(Serialize, Deserialize)]
struct GrantItem {
    pk: String,
    sk: String,
    id: Id<kind::PartnerGrant>,
    partner: PartnerName,
    transaction: TransactionId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    member: Option<MemberId>,
    earns: Earns,
    unit_price: Money,
    per_quantity: u32,
    amount: Money,
    state: State,
    granted_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    occurred_at: Option<Timestamp>,
    claim_by: Timestamp,
    revocable_until: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claimed: Option<Claimed>,
    #[serde(default)]
    tickets: Vec<Id<kind::Ticket>>,
    is_charged: bool,
    sandbox: bool,
    version: u64,
    updated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_shard: Option<String>,
    #[serde(rename = "due_at", skip_serializing_if = "Option::is_none")]
    due_at_ms: Option<i64>,
}

/// Where something else than the grant itself leads to it.
#[derive(Serialize, Deserialize)]
struct PointerItem {
    pk: String,
    sk: String,
    grant: Id<kind::PartnerGrant>,
}

impl Store {
    /// The writes that keep a new grant, which is found by its code.
    pub(crate) fn create_grant(&self, grant: &Grant, digest: &CodeDigest) -> Vec<Write> {
        let write = Write::put(&self.table, &GrantItem::from(grant));
        let mut writes = vec![
            write.when_absent().labelled(GRANT),
            self.point(&keys::claim(digest), grant.id),
        ];
        let waiting = waiting(grant).into_iter();
        writes.extend(waiting.map(|key| self.point(&key, grant.id)));
        writes
    }

    /// The writes of a changed grant, which was `old` when it was decided on.
    pub(crate) fn save_grant(&self, old: &Grant, new: &Grant) -> Vec<Write> {
        let write = Write::put(&self.table, &GrantItem::from(new))
            .when("#version = :before")
            .bind(":before", old.version)
            .labelled(GRANT);
        let mut writes = vec![write];
        if old.state == State::Granted && new.state != State::Granted {
            let waited = waiting(old).into_iter();
            writes.extend(waited.map(|key| Write::delete(&self.table, key)));
        }
        if let (None, Some(Claimed { account, at })) = (old.claimed, new.claimed) {
            writes.push(self.point(&keys::claimed(account, at, new.id), new.id));
        }
        writes
    }

    /// The grant `id`.
    pub(crate) async fn grant(
        &self,
        id: Id<kind::PartnerGrant>,
    ) -> Result<Option<Grant>, ServiceError> {
        self.grant_at(&keys::grant(id)).await
    }

    /// The grant in the row at `key`.
    pub(crate) async fn grant_at(&self, key: &Key) -> Result<Option<Grant>, ServiceError> {
        let item: Option<GrantItem> = self.table.get(key).await?;
        Ok(item.map(Grant::from))
    }

    /// The grant whose claim code this is the digest of.
    pub(crate) async fn grant_of_code(
        &self,
        digest: &CodeDigest,
    ) -> Result<Option<Id<kind::PartnerGrant>>, ServiceError> {
        let item: Option<PointerItem> = self.table.get(&keys::claim(digest)).await?;
        Ok(item.map(|item| item.grant))
    }

    /// Some grants of an allotment that wait to be claimed.
    pub(crate) async fn waiting_grants(
        &self,
        allotment: Id<kind::Allotment>,
        limit: u32,
    ) -> Result<Vec<Id<kind::PartnerGrant>>, ServiceError> {
        let partition = keys::allotment_partition(allotment);
        let query = Query::prefix(partition, keys::WAITING_PREFIX).limit(limit);
        let items: Vec<PointerItem> = self.table.query(query).await?.parse()?;
        Ok(items.iter().map(|item| item.grant).collect())
    }

    /// What points to grants in `partition` under `prefix`, newest first: each with its sort key.
    pub(crate) async fn grants_listed(
        &self,
        partition: &str,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, Id<kind::PartnerGrant>)>, ServiceError> {
        let mut query = Query::prefix(partition, prefix).descending().limit(limit);
        if let Some(after) = after {
            query = query.after(&Key::sorted(partition, after));
        }
        let items: Vec<PointerItem> = self.table.query(query).await?.parse()?;
        let listed = items.into_iter().map(|item| (item.sk, item.grant));
        Ok(listed.collect())
    }

    fn point(&self, key: &Key, grant: Id<kind::PartnerGrant>) -> Write {
        let (pk, sk) = attributes(key);
        Write::put(&self.table, &PointerItem { pk, sk, grant })
    }
}

/// Where a grant is looked for while it waits to be claimed.
fn waiting(grant: &Grant) -> Vec<Key> {
    let mut keys = Vec::new();
    if let Earns::Ticket { allotment, .. } = grant.earns {
        keys.push(keys::waiting_of_allotment(allotment, grant.id));
    }
    if let Some(member) = &grant.member {
        let member = keys::member(grant.partner.id, grant.mode(), member);
        keys.push(keys::waiting_of_member(member, grant.granted_at, grant.id));
    }
    keys
}

/// The grant that is kept as `item`.
pub(crate) fn grant_of(item: table::Item) -> Result<Grant, ServiceError> {
    item.parse::<GrantItem>(GRANT).map(Grant::from)
}

impl From<&Grant> for GrantItem {
    fn from(grant: &Grant) -> Self {
        let (pk, sk) = attributes(&keys::grant(grant.id));
        let waits = grant.state == State::Granted;
        Self {
            pk,
            sk,
            id: grant.id,
            partner: grant.partner.clone(),
            transaction: grant.transaction.clone(),
            member: grant.member.clone(),
            earns: grant.earns,
            unit_price: grant.price.price,
            per_quantity: grant.price.per_quantity,
            amount: grant.amount,
            state: grant.state,
            granted_at: grant.granted_at,
            occurred_at: grant.occurred_at,
            claim_by: grant.claim_by,
            revocable_until: grant.revocable_until,
            claimed: grant.claimed,
            tickets: grant.tickets.clone(),
            is_charged: grant.is_charged,
            sandbox: grant.sandbox,
            version: grant.version,
            updated_at: grant.updated_at,
            due_shard: waits.then(|| due::shard(Due::Grant, grant.id)),
            due_at_ms: waits.then(|| grant.claim_by.as_millisecond()),
        }
    }
}

impl From<GrantItem> for Grant {
    fn from(item: GrantItem) -> Self {
        Self {
            id: item.id,
            partner: item.partner,
            transaction: item.transaction,
            member: item.member,
            earns: item.earns,
            price: UnitPrice {
                price: item.unit_price,
                per_quantity: item.per_quantity,
            },
            amount: item.amount,
            state: item.state,
            granted_at: item.granted_at,
            occurred_at: item.occurred_at,
            claim_by: item.claim_by,
            revocable_until: item.revocable_until,
            claimed: item.claimed,
            tickets: item.tickets,
            is_charged: item.is_charged,
            sandbox: item.sandbox,
            version: item.version,
            updated_at: item.updated_at,
        }
    }
}
