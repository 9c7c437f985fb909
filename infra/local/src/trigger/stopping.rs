//! How the tasks of the triggers learn that the platform is stopping.

use std::future::Future;

use tokio::sync::watch;

/// Tells a task that it should come to an end. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// Hears of it when `stop` is set to true or dropped.
    pub(super) fn heard_from(stop: &watch::Sender<bool>) -> Self {
        Self(stop.subscribe())
    }

    /// Whether it is time to stop.
    pub(super) fn has_begun(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Does `work`, unless it is time to stop before the work is done: then the work is dropped where
    /// it stands and there is no result.
    pub(super) async fn interrupts<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut stop = self.0.clone();
        tokio::select! {
            biased;
            // An error means that whoever could say stop is gone, which says the same.
            _ = stop.wait_for(|is_stopping| *is_stopping) => None,
            result = work => Some(result),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn work_is_done_until_the_stop_and_dropped_after_it() {
        let stop = watch::Sender::new(false);
        let stopping = Stopping::heard_from(&stop);
        assert_eq!(stopping.interrupts(ready(1)).await, Some(1));
        assert!(!stopping.has_begun());

        stop.send_replace(true);
        assert_eq!(stopping.interrupts(pending::<()>()).await, None);
        assert_eq!(stopping.interrupts(ready(1)).await, None);
        assert!(stopping.has_begun());
    }

    #[tokio::test]
    async fn a_platform_that_is_gone_has_stopped() {
        let stop = watch::Sender::new(false);
        let stopping = Stopping::heard_from(&stop);
        drop(stop);
        assert!(stopping.has_begun());
        assert_eq!(stopping.interrupts(pending::<()>()).await, None);
    }
}
