//! How many tickets of a limited quota an account has bought or is buying: a row of its own, changed
//! with the orders that it counts and with nothing else.

use platform::{
    ServiceError,
    table::{Key, Write},
};
use serde::Deserialize;

use super::Store;
use crate::{
    keys,
    purchase_limit::{OverLimit, Recount},
};

/// The label of such a row's write in a cancelled transaction.
pub(super) const PURCHASES: &str = "purchases";

/// The row, which `ADD` makes.
#[derive(Deserialize)]
struct PurchasesItem {
    units: i64,
}

impl Store {
    /// The write that counts anew. More is only counted within the limit, whatever was read before.
    pub(crate) fn recount(&self, recount: &Recount) -> Write {
        let write = Write::update(&self.table, key(recount), "ADD #units :change")
            .bind(":change", recount.change)
            .labelled(PURCHASES);
        if recount.change < 0 {
            return write;
        }
        let room = recount.room();
        let condition = if room < 0 {
            // Too much by itself, so a row that is not there yet is no excuse.
            "#units <= :room"
        } else {
            "attribute_not_exists(#units) OR #units <= :room"
        };
        write.when(condition).bind(":room", room)
    }

    /// Which of these is over its limit as things stand; asks nobody if none of them counts more.
    pub(crate) async fn over_limit(
        &self,
        recounts: &[Recount],
    ) -> Result<Option<OverLimit>, ServiceError> {
        let more: Vec<_> = recounts
            .iter()
            .filter(|recount| recount.change > 0)
            .collect();
        if more.is_empty() {
            return Ok(None);
        }
        let keys: Vec<_> = more.iter().copied().map(key).collect();
        let rows = self.table.get_many(&keys).await?;
        for (recount, row) in more.into_iter().zip(rows) {
            let row = row.map(|row| row.parse::<PurchasesItem>("an account's purchases"));
            let bought = row.transpose()?.map_or(0, |row| row.units);
            if let Err(over) = recount.check(bought) {
                return Ok(Some(over));
            }
        }
        Ok(None)
    }
}

fn key(recount: &Recount) -> Key {
    keys::purchases(recount.buyer, recount.ticket_quota)
}
