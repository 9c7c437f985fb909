//! What code logs, kept with the thread that logs it: a test and everything it calls run on one.

use std::{cell::RefCell, io, sync::Once};

use platform::tracing::{Level, level_filters::LevelFilter};
use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};

thread_local! {
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

static STARTED: Once = Once::new();

/// Keeps from now on what is logged at `level` and above, one JSON object a line as on AWS. For the
/// whole process, since what a thread without a subscriber meets first stays silent in all of them; so
/// all tests of a process ask for the same level.
pub fn keep(level: Level) {
    STARTED.call_once(|| {
        let lines = platform::logging::lines(LevelFilter::from_level(level), || Lines);
        tracing_subscriber::registry().with(lines).init();
    });
}

/// What was logged on this thread so far.
pub fn kept() -> String {
    LOG.with_borrow(|log| String::from_utf8_lossy(log).into_owned())
}

struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
