//! Rights cases, in the list of each party, among the undecided or the decided ones; and which
//! listings they keep from being sold.

use futures_util::future::try_join_all;
use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Key, Query, TransactError, Transaction, Write},
};
use serde::{Deserialize, Serialize};

use super::{PageOf, SaveListingError, Store, attributes};
use crate::{
    keys as shop_keys,
    listing::Listing,
    rights::{CaseState, Claimant, CounterNotice, RightsCase, Ruling, Statement, keys},
};

#[derive(Serialize, Deserialize)]
struct CaseItem {
    pk: String,
    sk: String,
    id: Id<kind::RightsCase>,
    listing: Id<kind::Listing>,
    seller: Id<kind::Organization>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    claimant: Claimant,
    claim: Statement,
    state: CaseState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    withheld_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counter_notice: Option<CounterNotice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ruling: Option<Ruling>,
    opened_at: Timestamp,
    version: u64,
}

/// A case in a list.
#[derive(Serialize, Deserialize)]
struct PointerItem {
    pk: String,
    sk: String,
    case: Id<kind::RightsCase>,
}

/// How many cases keep a listing from being sold.
#[derive(Deserialize)]
struct WithheldItem {
    count: u32,
}

/// Which cases are listed.
#[derive(Clone, Debug)]
pub(crate) enum CaseList {
    /// Those without a ruling, or those with one.
    Among {
        /// Whether there is a ruling.
        is_decided: bool,
    },
    /// Those of a party: an account or an organization.
    Of(String),
}

/// Why a case was not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveCaseError {
    /// The case or its listing is not in the version that was decided on.
    #[error("the case or its listing has changed meanwhile")]
    Changed,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// Keeps a new case.
    pub(crate) async fn open_case(&self, case: &RightsCase) -> Result<(), SaveCaseError> {
        let lists = [
            keys::case_among(false, case.id),
            keys::case_of_party(&case.claimant.party(), case.id),
            keys::case_of_party(&case.seller.to_string(), case.id),
        ];
        let mut transaction =
            Transaction::new().and(Write::put(&self.table, &self.case_item(case)).when_absent());
        // Who claims against a listing of its own organization stands once in its list.
        let distinct: std::collections::BTreeSet<_> = lists.into_iter().collect();
        for list in distinct {
            transaction = transaction.and(Write::put(&self.table, &pointer(&list, case.id)));
        }
        self.commit_case(transaction).await
    }

    /// The case `id`.
    pub(crate) async fn case(
        &self,
        id: Id<kind::RightsCase>,
    ) -> Result<Option<RightsCase>, ServiceError> {
        let item: Option<CaseItem> = self.table.get(&keys::case(id)).await?;
        item.map(|item| self.case_of(item)).transpose()
    }

    /// A page of cases, oldest first.
    pub(crate) async fn cases(
        &self,
        list: &CaseList,
        after: Option<Id<kind::RightsCase>>,
        limit: u32,
    ) -> Result<PageOf<RightsCase>, ServiceError> {
        let (pk, place): (_, Box<dyn Fn(Id<kind::RightsCase>) -> Key + Send + Sync>) = match list {
            CaseList::Among { is_decided } => {
                let is_decided = *is_decided;
                let pk = keys::cases_partition(is_decided);
                (pk, Box::new(move |case| keys::case_among(is_decided, case)))
            }
            CaseList::Of(party) => {
                let (pk, party) = (keys::party_partition(party), party.clone());
                (pk, Box::new(move |case| keys::case_of_party(&party, case)))
            }
        };
        let mut query = Query::prefix(pk, keys::CASE_PREFIX).limit(limit);
        if let Some(after) = after {
            query = query.after(&place(after));
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let pointers: Vec<PointerItem> = page.parse()?;
        let last = pointers.last().map(|pointer| pointer.case.to_string());
        let cases = pointers.iter().map(|pointer| self.case(pointer.case));
        Ok(PageOf {
            items: try_join_all(cases).await?.into_iter().flatten().collect(),
            next: last.filter(|_| has_more),
        })
    }

    /// Keeps a case in its new version, if the version before is the one that is kept, together with
    /// what it does to its listing; `None` if nothing, but then that stays in the version that it was
    /// seen in.
    pub(crate) async fn save_case_and_listing(
        &self,
        (before, after): (&RightsCase, &RightsCase),
        seen: &Listing,
        changed: Option<&Listing>,
    ) -> Result<(), SaveCaseError> {
        let mut writes = self.case_writes(before, after);
        let Some(changed) = changed else {
            let unchanged = Write::check(&self.table, shop_keys::listing(seen.id))
                .when("#version = :version")
                .bind(":version", seen.version);
            writes.push(unchanged);
            return self.commit_case(Transaction::from(writes)).await;
        };
        match self.save_listing(Some(seen), changed, writes).await {
            Ok(()) => Ok(()),
            Err(SaveListingError::Service(error)) => Err(error.into()),
            Err(
                SaveListingError::Changed
                | SaveListingError::ShopNotOpen
                | SaveListingError::RightsChanged
                | SaveListingError::ConcertChanged
                | SaveListingError::StockChanged,
            ) => Err(SaveCaseError::Changed),
        }
    }

    /// How many cases keep a listing from being sold.
    pub(super) async fn withheld(&self, listing: Id<kind::Listing>) -> Result<u32, ServiceError> {
        let item: Option<WithheldItem> = self.table.get(&keys::withheld(listing)).await?;
        Ok(item.map(|item| item.count).unwrap_or_default())
    }

    fn case_writes(&self, before: &RightsCase, after: &RightsCase) -> Vec<Write> {
        let put = Write::put(&self.table, &self.case_item(after))
            .when("#version = :before")
            .bind(":before", before.version);
        let mut writes = vec![put];
        if after.state.is_decided() && !before.state.is_decided() {
            let undecided = keys::case_among(false, after.id);
            let decided = keys::case_among(true, after.id);
            writes.push(Write::delete(&self.table, undecided));
            writes.push(Write::put(&self.table, &pointer(&decided, after.id)));
        }
        let change = i8::from(after.is_withholding()) - i8::from(before.is_withholding());
        if change != 0 {
            // The case's own condition makes sure that it is counted once.
            let count = Write::update(
                &self.table,
                keys::withheld(after.listing),
                "ADD #count :change",
            );
            writes.push(count.bind(":change", change));
        }
        writes
    }

    async fn commit_case(&self, transaction: Transaction) -> Result<(), SaveCaseError> {
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(_)) => Err(SaveCaseError::Changed),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    fn case_item(&self, case: &RightsCase) -> CaseItem {
        let (pk, sk) = attributes(&keys::case(case.id));
        CaseItem {
            pk,
            sk,
            id: case.id,
            listing: case.listing,
            seller: case.seller,
            subject: case.subject.map(|subject| subject.to_string()),
            claimant: case.claimant,
            claim: case.claim.clone(),
            state: case.state,
            withheld_at: case.withheld_at,
            counter_notice: case.counter_notice.clone(),
            ruling: case.ruling.clone(),
            opened_at: case.opened_at,
            version: case.version,
        }
    }

    fn case_of(&self, item: CaseItem) -> Result<RightsCase, ServiceError> {
        let subject = item.subject.as_deref().map(str::parse).transpose();
        let subject = subject.map_err(|error| ServiceError::malformed(self.table.name(), error))?;
        Ok(RightsCase {
            id: item.id,
            listing: item.listing,
            seller: item.seller,
            subject,
            claimant: item.claimant,
            claim: item.claim,
            state: item.state,
            withheld_at: item.withheld_at,
            counter_notice: item.counter_notice,
            ruling: item.ruling,
            opened_at: item.opened_at,
            version: item.version,
        })
    }
}

fn pointer(key: &Key, case: Id<kind::RightsCase>) -> PointerItem {
    let (pk, sk) = attributes(key);
    PointerItem { pk, sk, case }
}
