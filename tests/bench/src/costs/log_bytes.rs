//! How many bytes our functions log.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, filter_fn},
    layer::SubscriberExt,
    util::{SubscriberInitExt, TryInitError},
};

/// Counts log lines instead of writing them. Clones count together.
#[derive(Clone, Debug, Default)]
pub(super) struct LogBytes(Arc<AtomicU64>);

/// What stands in for AWS logs in this process alone.
const ENGINES: [&str; 4] = ["rustack", "dynoxide", "s3s", "engines"];

impl LogBytes {
    /// Counts everything that this process logs from now on, as functions log by default.
    pub(super) fn of_this_process() -> Result<Self, TryInitError> {
        let counted = Self::default();
        let writer = counted.clone();
        let lines = platform::logging::lines(LevelFilter::INFO, move || writer.clone())
            .with_filter(filter_fn(|line| {
                !ENGINES
                    .iter()
                    .any(|engine| line.target().starts_with(engine))
            }));
        tracing_subscriber::registry().with(lines).try_init()?;
        Ok(counted)
    }

    /// The bytes since the last call.
    pub(super) fn take(&self) -> u64 {
        self.0.swap(0, Ordering::Relaxed)
    }
}

impl io::Write for LogBytes {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.fetch_add(line.len() as u64, Ordering::Relaxed);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
