//! The versions of the earn rule.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, civil::Date};
use kernel::{Clock, Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Query, Table, Write},
};
use serde::{Deserialize, Serialize};
use wallet::{EarnRule, Rules, Terms};

use crate::{earn_rule::listening_rule, keys};

/// How long a worker may go by what it knows. A version is published days before it counts.
const KEPT_FOR: SignedDuration = SignedDuration::from_secs(60);

/// Where the rule is kept, and what was last read of it. Clones share that.
#[derive(Clone)]
pub(crate) struct EarnRules {
    table: Table,
    clock: Clock,
    kept: Arc<Mutex<Option<Kept>>>,
}

struct Kept {
    rules: Arc<Rules>,
    read_at: Timestamp,
}

/// A version as it is stored. The founding one is not.
#[derive(Serialize, Deserialize)]
struct VersionItem {
    pk: String,
    sk: String,
    version: u32,
    effective_from: Date,
    terms: Terms,
    published_at: Timestamp,
    published_by: Id<kind::Account>,
}

impl EarnRules {
    pub(crate) fn new(table: Table, clock: Clock) -> EarnRules {
        EarnRules {
            table,
            clock,
            kept: Arc::new(Mutex::new(None)),
        }
    }

    /// The rule as it was at most a minute ago: good for reckoning, since a new version is not for
    /// any date that could be reckoned yet.
    pub(crate) async fn recent(&self) -> Result<Arc<Rules>, ServiceError> {
        let now = self.clock.now();
        if let Some(kept) = self.kept() {
            return Ok(kept);
        }
        let rules = Arc::new(self.current().await?);
        let kept = Kept {
            rules: Arc::clone(&rules),
            read_at: now,
        };
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        Ok(rules)
    }

    /// The rule as it is.
    pub(crate) async fn current(&self) -> Result<Rules, ServiceError> {
        let versions = Query::prefix(keys::rule(listening_rule()), keys::VERSION_PREFIX);
        // All of them are far less than a page.
        let versions: Vec<VersionItem> = self.table.query(versions).await?.parse()?;
        let later = versions.into_iter().map(|item| EarnRule {
            version: item.version,
            effective_from: item.effective_from,
            terms: item.terms,
        });
        Ok(Rules::with(later.collect()))
    }

    /// The write of a new version, on the condition that nobody else has published it.
    pub(crate) fn publish(&self, rule: &EarnRule, by: Id<kind::Account>) -> Write {
        let key = keys::version(listening_rule(), rule.version);
        let item = VersionItem {
            pk: key.pk().to_owned(),
            sk: key.sk().unwrap_or_default().to_owned(),
            version: rule.version,
            effective_from: rule.effective_from,
            terms: rule.terms,
            published_at: self.clock.now(),
            published_by: by,
        };
        Write::put(&self.table, &item)
            .when_absent()
            .labelled("version")
    }

    /// What was read less than a minute ago; a clock that was set back ends the minute too.
    fn kept(&self) -> Option<Arc<Rules>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_ref()?;
        let age = self.clock.now().duration_since(kept.read_at);
        let fresh = (SignedDuration::ZERO..KEPT_FOR).contains(&age);
        fresh.then(|| Arc::clone(&kept.rules))
    }
}
