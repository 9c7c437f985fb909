//! Looking for listings.

use kernel::{Id, kind};
use platform::{
    ServiceError,
    table::{Key, Query},
};

use super::{PageOf, Store};
use crate::search::{Row, Wanted};

/// How many rows one request looks at, at most; what it has not come to is on the next page.
const MAX_LOOKED_AT: usize = 600;
/// How many rows are read at once.
const PAGE: u32 = 100;

impl Store {
    /// Listings that are wanted, after a sort key of their range.
    pub(crate) async fn find(
        &self,
        wanted: &Wanted,
        after: Option<String>,
        limit: usize,
    ) -> Result<PageOf<Id<kind::Listing>>, ServiceError> {
        let range = wanted.range();
        let mut after = after;
        let mut items = Vec::new();
        let mut looked_at = 0;
        loop {
            let query = match &range.prefix {
                Some(prefix) => Query::prefix(&range.pk, prefix),
                None => Query::new("pk = :pk").bind(":pk", &range.pk).descending(),
            };
            let query = match &after {
                Some(after) => query.after(&Key::sorted(&range.pk, after)),
                None => query,
            };
            let page = self.table.query(query.limit(PAGE)).await?;
            let is_last = page.next.is_none();
            let rows: Vec<Row> = page.parse()?;
            let count = rows.len();
            for (index, row) in rows.into_iter().enumerate() {
                looked_at += 1;
                if wanted.matches(&row) {
                    items.push(row.listing);
                }
                if items.len() == limit || looked_at == MAX_LOOKED_AT {
                    let has_more = !is_last || index + 1 < count;
                    let next = has_more.then_some(row.sk);
                    return Ok(PageOf { items, next });
                }
                after = Some(row.sk);
            }
            if is_last {
                return Ok(PageOf { items, next: None });
            }
        }
    }
}
