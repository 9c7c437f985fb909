//! What was counted on the way of something.

use std::collections::BTreeMap;

use crate::meter::Consumed;

/// Everything that AWS counts when it writes a bill, for a sample.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Requests to the HTTP API.
    pub(super) api_requests: u64,
    /// The functions that ran.
    pub(super) functions: BTreeMap<String, Invoked>,
    /// What functions asked of tables and queues.
    pub(super) consumed: Consumed,
    /// Requests with which Lambda takes messages out of queues.
    pub(super) receive_requests: u64,
    /// Requests with which Lambda deletes what was done.
    pub(super) delete_requests: u64,
    /// Files that were fetched from a bucket.
    pub(super) downloads: u64,
    /// Bytes of our own log lines.
    pub(super) log_bytes: u64,
}

/// How one function ran.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Invoked {
    pub(super) invocations: u64,
    /// Its requests to tables and queues.
    pub(super) round_trips: u64,
}

impl Tally {
    /// Books `invocations` of `function`, which together consumed this.
    pub(super) fn book(&mut self, function: &str, invocations: u64, consumed: Consumed) {
        let invoked = self.functions.entry(function.to_owned()).or_default();
        invoked.invocations += invocations;
        invoked.round_trips += consumed.round_trips();
        self.consumed += consumed;
    }

    /// Books so many invocations of `function`, each of which did what `run` did.
    pub(super) fn add_runs(&mut self, function: &str, run: &Tally, runs: u64) {
        let consumed = run.consumed.times(runs);
        self.book(function, runs, consumed);
        self.log_bytes += run.log_bytes * runs;
    }

    /// All invocations together.
    pub(super) fn invocations(&self) -> u64 {
        self.functions
            .values()
            .map(|invoked| invoked.invocations)
            .sum()
    }
}
