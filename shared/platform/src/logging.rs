//! Logs: one JSON object a line on standard output, as CloudWatch reads them.

use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer, fmt::MakeWriter, layer::SubscriberExt, registry::LookupSpan, util::SubscriberInitExt,
};

/// Starts logging for a function. `LOG_LEVEL` is one of `error`, `warn`, `info`, `debug`, `trace`;
/// without it, `info`.
pub fn start(level: Option<&str>) {
    let level = level
        .and_then(|level| level.parse::<LevelFilter>().ok())
        .unwrap_or(LevelFilter::INFO);
    // A second start (a warm test process) keeps the first subscriber.
    if tracing_subscriber::registry()
        .with(lines(level, std::io::stdout))
        .try_init()
        .is_err()
    {
        tracing::debug!("logging had been started before");
    }
}

/// The form of a line. The template's metric filters count lines by their members `level` and `books`.
pub fn lines<S, W>(level: LevelFilter, writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(true)
        .with_writer(writer)
        .with_filter(level)
}

/// Books of which [`books_disagree!`](crate::books_disagree) can say that they do not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Books {
    /// A partner's numbered account.
    Clearing,
    /// What orders cost and what was paid for them.
    Orders,
    /// What we and a partner say of the same voucher.
    Partners,
    /// What we and the payment provider say of the same money.
    Payments,
    /// Units counted by a quota and units that were sold.
    Stock,
    /// A member's points: issued, and where they are.
    Wallets,
}

impl Books {
    /// The word for it in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clearing => "clearing",
            Self::Orders => "orders",
            Self::Partners => "partners",
            Self::Payments => "payments",
            Self::Stock => "stock",
            Self::Wallets => "wallets",
        }
    }
}

/// Logs that two books that must agree do not: `books_disagree!(Payments, %refund, "…")`, the first
/// word being one of [`Books`](crate::logging::Books) and the rest as for `tracing::error!`.
///
/// Nothing heals this by itself, so the template's alarm `BooksDisagree` calls a person at the first
/// line. What is merely unknown yet, or will be tried again, is not to be said with it.
#[macro_export]
macro_rules! books_disagree {
    ($books:ident, $($rest:tt)+) => {
        $crate::tracing::error!(
            books = $crate::logging::Books::$books.as_str(),
            $($rest)+
        )
    };
}

/// The whole chain of causes of an error, for the one place that logs it.
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex, PoisonError},
    };

    use serde_json::Value;

    use super::*;

    /// The stack whose metric filters look for the members that these tests look for.
    const TEMPLATE: &str = include_str!("../../../template.yaml");

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            written.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The one line that `log` writes.
    fn line_of(log: impl FnOnce()) -> Value {
        let paper = Paper::default();
        let writer = paper.clone();
        let lines = lines(LevelFilter::INFO, move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), log);
        let written = paper.0.lock().unwrap();
        serde_json::from_slice(&written).unwrap()
    }

    fn patterns() -> Vec<&'static str> {
        let lines = TEMPLATE.lines().map(str::trim);
        lines
            .filter_map(|line| line.strip_prefix("FilterPattern: "))
            .collect()
    }

    #[test]
    fn books_that_disagree_are_said_where_the_metric_filters_look() {
        let line = line_of(|| {
            let made = 12;
            crate::books_disagree!(Payments, %made, "the provider has another amount");
        });
        assert_eq!(line["level"], "ERROR");
        assert_eq!(line["books"], "payments");
        assert_eq!(line["made"], "12");
        assert_eq!(line["message"], "the provider has another amount");
        assert!(patterns().contains(&r#"'{ $.books = "*" }'"#));
        assert!(patterns().contains(&r#"'{ $.level = "ERROR" }'"#));
    }

    #[test]
    fn an_error_that_is_not_about_books_does_not_name_any() {
        let line = line_of(|| tracing::error!(error = "no answer", "a change was not done"));
        assert_eq!(line["level"], "ERROR");
        assert_eq!(line["books"], Value::Null);
    }

    #[test]
    fn the_template_counts_nothing_that_no_test_here_knows() {
        let known = [r#"'{ $.books = "*" }'"#, r#"'{ $.level = "ERROR" }'"#];
        assert!(patterns().iter().all(|pattern| known.contains(pattern)));
    }
}
