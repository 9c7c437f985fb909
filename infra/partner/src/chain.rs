//! The chain itself: what it knows, and how it is asked about it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use kernel::{Clock, Id, kind};
use platform::transport::Transport;
use wallet::Month;

use crate::{
    contract::Contract,
    fault::{Fault, Faults},
    internet::Internet,
    ledger::{Ledger, Line},
    log::{Entry, What},
    shelf::{Issued, Reference, Shelf},
};

/// The chain's name on the internet.
pub const HOST: &str = "chain.example";
/// Where the chain makes vouchers on demand: what a platform enters as the partner's API.
pub const API_URL: &str = "https://chain.example/planet";
/// Where the chain takes webhooks.
pub const WEBHOOKS_URL: &str = "https://chain.example/webhooks";

/// A chain of restaurants. Clones share everything.
#[derive(Clone)]
pub struct Chain(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) clock: Clock,
    /// The way to the platform.
    pub(crate) planet: Arc<dyn Transport>,
    /// Where the platform's API is, without a slash at the end.
    pub(crate) planet_url: String,
    state: Mutex<State>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) contracts: BTreeMap<Id<kind::Partner>, Contract>,
    pub(crate) shelf: Shelf,
    pub(crate) ledger: Ledger,
    pub(crate) faults: Faults,
    pub(crate) log: Vec<Entry>,
    /// The webhooks that have arrived, by their ids.
    pub(crate) heard: BTreeSet<String>,
    pub(crate) messages: u64,
}

impl Chain {
    /// A chain without contracts, which reaches a platform at `planet_url` through `planet`.
    #[must_use]
    pub fn new(clock: Clock, planet: Arc<dyn Transport>, planet_url: &str) -> Chain {
        Chain(Arc::new(Inner {
            clock,
            planet,
            planet_url: planet_url.trim_end_matches('/').to_owned(),
            state: Mutex::default(),
        }))
    }

    /// Puts the chain on an internet, under its [`HOST`].
    pub fn open(&self, internet: &Internet) {
        internet.serve(HOST, self.clone());
    }

    /// Enters a contract, in place of an earlier one of the same partner.
    pub fn agree(&self, contract: Contract) {
        self.state().contracts.insert(contract.partner, contract);
    }

    /// Lets something go wrong. Faults wait in line, each for the next call that it can befall.
    pub fn misbehave(&self, fault: Fault) {
        let now = self.0.clock.now();
        self.state().faults.push(fault, now);
    }

    /// Everything that happened, oldest first.
    #[must_use]
    pub fn log(&self) -> Vec<Entry> {
        self.state().log.clone()
    }

    /// The vouchers that were made on demand and are not void.
    #[must_use]
    pub fn vouchers(&self) -> Vec<Issued> {
        self.state().shelf.all().cloned().collect()
    }

    /// The voucher under a reference, unless it is void.
    #[must_use]
    pub fn voucher(&self, reference: &Reference) -> Option<Issued> {
        self.state().shelf.issued(reference).cloned()
    }

    /// Whether a reference was voided.
    #[must_use]
    pub fn is_void(&self, reference: &Reference) -> bool {
        self.state().shelf.is_void(reference)
    }

    /// The chain's own statement of a month: its lines by reference, charges first.
    #[must_use]
    pub fn statement(&self, partner: Id<kind::Partner>, month: Month) -> Vec<Line> {
        self.state().ledger.statement(partner, month)
    }

    pub(crate) fn note(&self, partner: Option<Id<kind::Partner>>, what: What) {
        let at = self.now();
        self.state().log.push(Entry { at, partner, what });
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere fails its own test; every move of the books is made whole or refused.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Chain")
    }
}
