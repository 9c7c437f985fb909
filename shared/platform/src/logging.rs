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
