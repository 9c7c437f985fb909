//! The log as a person at a terminal reads it: a line for each thing that happened, in short.

use std::fmt::{self, Write as _};

use jiff::{Timestamp, tz::TimeZone};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span::{Attributes, Id},
};
use tracing_subscriber::{
    Layer,
    filter::Targets,
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
    util::SubscriberInitExt,
};

/// Starts the readable log on standard error. A second start keeps the first.
pub fn start(level: LevelFilter) {
    let lines = tracing_subscriber::fmt::layer()
        .event_format(Lines)
        .with_writer(std::io::stderr)
        .with_filter(
            Targets::new()
                .with_default(level)
                // The queue engine tells of every queue it makes.
                .with_targets([("rustack_sqs_core", level.min(LevelFilter::WARN))]),
        );
    let started = tracing_subscriber::registry()
        .with(NameSpans)
        .with(lines)
        .try_init();
    if started.is_err() {
        tracing::debug!("logging had been started before");
    }
}

/// Remembers the name of the function that a span stands for.
struct NameSpans;

struct FunctionName(String);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for NameSpans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let (Some(span), Some(name)) = (context.span(id), fields.name) {
            span.extensions_mut().insert(FunctionName(name));
        }
    }
}

struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let now = Timestamp::now().to_zoned(TimeZone::system());
        write!(writer, "{}", now.strftime("%H:%M:%S%.3f"))?;
        match *event.metadata().level() {
            Level::ERROR => write!(writer, " ERROR")?,
            Level::WARN => write!(writer, " WARN ")?,
            _ => write!(writer, "      ")?,
        }
        let function = context.event_scope().and_then(|mut scope| {
            scope.find_map(|span| {
                let extensions = span.extensions();
                extensions.get::<FunctionName>().map(|name| name.0.clone())
            })
        });
        let mut fields = Fields::default();
        event.record(&mut fields);
        let function = function.or(fields.function.take()).unwrap_or_default();
        writeln!(writer, " {function:<16} {}", fields.line())
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    function: Option<String>,
    name: Option<String>,
    rest: Vec<(&'static str, String)>,
}

impl Fields {
    fn keep(&mut self, field: &Field, value: String) {
        match field.name() {
            "message" => self.message = value,
            "function" => self.function = Some(value),
            "name" => self.name = Some(value),
            name => self.rest.push((name, value)),
        }
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let index = self.rest.iter().position(|(known, _)| *known == name)?;
        Some(self.rest.remove(index).1)
    }

    /// An answered request as one reads it, and anything else as message and fields.
    fn line(mut self) -> String {
        let mut line = String::new();
        match (self.take("method"), self.take("path"), self.take("status")) {
            (Some(method), Some(path), Some(status)) => {
                line = format!("{method} {path} {status}");
                // The request's id is in the answer; here it matters once something went wrong.
                if status.starts_with(['2', '3']) {
                    self.take("request_id");
                }
            }
            (method, path, status) => {
                line.push_str(&self.message);
                for (name, value) in [("method", method), ("path", path), ("status", status)] {
                    if let Some(value) = value {
                        self.rest.push((name, value));
                    }
                }
            }
        }
        for (name, value) in &self.rest {
            // Writing to a string cannot fail.
            let _written = write!(line, "  {name}={value}");
        }
        line
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.keep(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field, value.to_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.keep(field, platform::logging::causes(value));
    }
}
