//! The one Lambda entry point: whatever triggers a function, its [`Function`] handles it.
//!
//! A context's binary is deployed as several Lambda functions (API, worker, stream, sweeper). Which
//! part of it answers is decided by the shape of the event alone, so the same [`Function::invoke`]
//! runs on AWS, on a laptop and in tests.

mod authorizer;
mod http;
mod queue;
mod schedule;
mod stream;

pub use authorizer::{AuthorizerAnswer, AuthorizerRequest};
pub use http::RequestInfo;
pub use queue::{Failures, Message, each};
pub use schedule::Schedule;
pub use stream::{StreamFailure, publish};

use std::{future::Future, process::ExitCode, sync::Arc};

use futures_util::future::BoxFuture;
use kernel::{Clock, Event};
use lambda_runtime::LambdaEvent;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{Aws, ConfigError, Environment, Queue, ServiceError, logging, table::Change};

type Handler<In, Out> = Arc<dyn Fn(In) -> BoxFuture<'static, Out> + Send + Sync>;

/// What one context does for each kind of trigger. Cheap to clone.
#[derive(Clone, Default)]
pub struct Function {
    http: Option<axum::Router>,
    queue: Option<Handler<Vec<Message>, Failures>>,
    stream: Option<Handler<Vec<Change>, Result<(), StreamFailure>>>,
    schedule: Option<Handler<Schedule, Result<(), ServiceError>>>,
    authorizer: Option<Handler<AuthorizerRequest, Result<AuthorizerAnswer, ServiceError>>>,
}

/// What Lambda says about one invocation.
#[derive(Clone, Debug, Default)]
pub struct Invocation {
    /// Names the invocation in the logs.
    pub request_id: String,
}

/// Why a function could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its environment is not what it needs.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Something it needs at start could not be had.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Why an event could not be handled at all. (What goes wrong inside a handler is in its answer.)
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// The event is not one of the shapes this platform is triggered by.
    #[error("the event has no known shape")]
    UnknownShape(#[source] serde_json::Error),
    /// The template sends this function what its code does not handle.
    #[error("this function does not handle {0} events")]
    NotHandled(&'static str),
    /// The handler's answer could not be written.
    #[error("the answer could not be written")]
    Answer(#[source] serde_json::Error),
    /// A scheduled job did not finish; the scheduler tries it again.
    #[error("the scheduled job did not finish")]
    Job(#[source] ServiceError),
    /// The authorizer could not tell who is calling; the gateway answers 500 and, unlike an answer,
    /// keeps nothing of it.
    #[error("the caller could not be verified")]
    Authorizer(#[source] ServiceError),
}

impl Function {
    /// A function that handles nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Handles HTTP requests with `router`.
    pub fn http(mut self, router: axum::Router) -> Self {
        self.http = Some(router);
        self
    }

    /// Handles batches of queue messages.
    pub fn queue<F, Fut>(mut self, handler: F) -> Self
    where
        F: Fn(Vec<Message>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Failures> + Send + 'static,
    {
        self.queue = Some(Arc::new(move |batch| Box::pin(handler(batch))));
        self
    }

    /// Handles batches of changes to the context's own table.
    pub fn stream<F, Fut>(mut self, handler: F) -> Self
    where
        F: Fn(Vec<Change>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), StreamFailure>> + Send + 'static,
    {
        self.stream = Some(Arc::new(move |changes| Box::pin(handler(changes))));
        self
    }

    /// Publishes the changes to the context's own table: see [`publish`].
    pub fn publish<F>(self, events_of: F) -> Self
    where
        F: Fn(&Change) -> Result<Vec<(Queue, Event)>, ServiceError> + Send + Sync + 'static,
    {
        let events_of = Arc::new(events_of);
        self.stream(move |changes| {
            let events_of = Arc::clone(&events_of);
            async move { publish(changes, |change| events_of(change)).await }
        })
    }

    /// Handles the context's schedules.
    pub fn schedule<F, Fut>(mut self, handler: F) -> Self
    where
        F: Fn(Schedule) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), ServiceError>> + Send + 'static,
    {
        self.schedule = Some(Arc::new(move |schedule| Box::pin(handler(schedule))));
        self
    }

    /// Decides who is calling, for the gateway.
    pub fn authorizer<F, Fut>(mut self, handler: F) -> Self
    where
        F: Fn(AuthorizerRequest) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<AuthorizerAnswer, ServiceError>> + Send + 'static,
    {
        self.authorizer = Some(Arc::new(move |request| Box::pin(handler(request))));
        self
    }

    /// Handles one event, given and answered as JSON text.
    pub async fn invoke(
        &self,
        payload: &str,
        invocation: &Invocation,
    ) -> Result<String, InvokeError> {
        match Shape::of(payload)? {
            Shape::Http => {
                let router = handler(&self.http, "HTTP")?;
                http::handle(router.clone(), payload, invocation).await
            }
            Shape::Queue => queue::handle(handler(&self.queue, "queue")?, payload).await,
            Shape::Stream => stream::handle(handler(&self.stream, "stream")?, payload).await,
            Shape::Schedule => {
                schedule::handle(handler(&self.schedule, "schedule")?, payload).await
            }
            Shape::Authorizer => {
                authorizer::handle(handler(&self.authorizer, "authorizer")?, payload).await
            }
        }
    }
}

fn handler<'a, T>(handler: &'a Option<T>, kind: &'static str) -> Result<&'a T, InvokeError> {
    handler.as_ref().ok_or(InvokeError::NotHandled(kind))
}

enum Shape {
    Http,
    Queue,
    Stream,
    Schedule,
    Authorizer,
}

#[derive(Deserialize)]
struct Probe {
    #[serde(rename = "Records")]
    records: Option<Vec<ProbeRecord>>,
    #[serde(rename = "routeArn")]
    route_arn: Option<serde::de::IgnoredAny>,
    schedule: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct ProbeRecord {
    #[serde(rename = "eventSource")]
    event_source: String,
}

impl Shape {
    fn of(payload: &str) -> Result<Self, InvokeError> {
        let probe: Probe = serde_json::from_str(payload).map_err(InvokeError::UnknownShape)?;
        if let Some(records) = probe.records {
            return match records.first().map(|record| record.event_source.as_str()) {
                Some("aws:dynamodb") => Ok(Self::Stream),
                _ => Ok(Self::Queue),
            };
        }
        Ok(match (probe.route_arn, probe.schedule) {
            (Some(_), _) => Self::Authorizer,
            (None, Some(_)) => Self::Schedule,
            (None, None) => Self::Http,
        })
    }
}

fn answer(value: &impl serde::Serialize) -> Result<String, InvokeError> {
    serde_json::to_string(value).map_err(InvokeError::Answer)
}

/// Runs a function on Lambda until its environment is frozen for good: what `main` of every binary
/// calls. One thread, since Lambda gives a function one event at a time.
pub fn run<F, Fut>(build: F) -> ExitCode
where
    F: FnOnce(Environment, Aws, Clock) -> Fut,
    Fut: Future<Output = Result<Function, StartError>>,
{
    let environment = Environment::of_process();
    logging::start(environment.get("LOG_LEVEL"));
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(
                error = logging::causes(&error),
                "the runtime could not start"
            );
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async {
        let function = match start(environment, build).await {
            Ok(function) => function,
            Err(error) => {
                tracing::error!(
                    error = logging::causes(&error),
                    "the function could not start"
                );
                return ExitCode::FAILURE;
            }
        };
        let service = lambda_runtime::service_fn(move |event: LambdaEvent<Box<RawValue>>| {
            let function = function.clone();
            async move {
                let invocation = Invocation {
                    request_id: event.context.request_id,
                };
                let answer = function.invoke(event.payload.get(), &invocation).await;
                let answer = answer.inspect_err(|error| {
                    tracing::error!(error = logging::causes(error), "the event was not handled");
                })?;
                let answer = RawValue::from_string(answer).map_err(InvokeError::Answer)?;
                Ok::<_, lambda_runtime::Error>(answer)
            }
        });
        match lambda_runtime::run(service).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                tracing::error!(error = error.to_string(), "the Lambda runtime ended");
                ExitCode::FAILURE
            }
        }
    })
}

async fn start<F, Fut>(environment: Environment, build: F) -> Result<Function, StartError>
where
    F: FnOnce(Environment, Aws, Clock) -> Fut,
    Fut: Future<Output = Result<Function, StartError>>,
{
    let aws = Aws::of_environment(&environment)?;
    build(environment, aws, Clock::system()).await
}
