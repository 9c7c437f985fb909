//! The functions of the template, each with its own environment, in this one process.

use std::{collections::BTreeMap, future::Future, pin::Pin, sync::Arc, time::Duration};

use engines::{Engines, template::Template};
use kernel::Clock;
use partner::Internet;
use platform::{
    Aws, Environment, logging,
    serve::{Function, Invocation, StartError},
};
use tracing::Instrument;

/// How a binary of the workspace builds its function.
type Build = fn(
    Environment,
    Aws,
    Clock,
) -> Pin<Box<dyn Future<Output = Result<Function, StartError>> + Send>>;

/// The binaries that the template may name. The only place that knows them all.
const BINARIES: &[(&str, Build)] = &[
    ("accounts", |environment, aws, clock| {
        Box::pin(accounts::build(environment, aws, clock))
    }),
    ("authorizer", |environment, aws, clock| {
        Box::pin(authorizer::build(environment, aws, clock))
    }),
    ("events", |environment, aws, clock| {
        Box::pin(events::build(environment, aws, clock))
    }),
    ("front", |environment, aws, clock| {
        Box::pin(front::build(environment, aws, clock))
    }),
    ("listening", |environment, aws, clock| {
        Box::pin(listening::build(environment, aws, clock))
    }),
    ("media", |environment, aws, clock| {
        Box::pin(media::build(environment, aws, clock))
    }),
    ("orders", |environment, aws, clock| {
        Box::pin(orders::build(environment, aws, clock))
    }),
    ("payments", |environment, aws, clock| {
        Box::pin(payments::build(environment, aws, clock))
    }),
    ("points", |environment, aws, clock| {
        Box::pin(points::build(environment, aws, clock))
    }),
    ("shops", |environment, aws, clock| {
        Box::pin(shops::build(environment, aws, clock))
    }),
    ("vouchers", |environment, aws, clock| {
        Box::pin(vouchers::build(environment, aws, clock))
    }),
    ("webhooks", |environment, aws, clock| {
        Box::pin(webhooks::build(environment, aws, clock))
    }),
];

/// What functions run in.
pub(crate) struct Surroundings<'a> {
    /// The services that they call.
    pub(crate) engines: &'a Engines,
    /// Where public names lead.
    pub(crate) internet: &'a Internet,
    pub(crate) clock: &'a Clock,
    /// Where links that they sign for others lead, and nothing else.
    pub(crate) endpoint: &'a str,
}

/// The running functions. Cheap to clone.
#[derive(Clone)]
pub struct Functions(Arc<BTreeMap<String, Deployed>>);

struct Deployed {
    function: Function,
    timeout: Duration,
}

/// Why the functions could not be started.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// The template names a binary that the workspace does not have.
    #[error("{function} runs the binary {binary:?}, which is none of this workspace's")]
    UnknownBinary {
        /// The function's logical id.
        function: String,
        /// What its `Metadata.BuildProperties.Binary` says.
        binary: String,
    },
    /// A function refused to start.
    #[error("{function} could not start: {}", logging::causes(source))]
    Start {
        /// The function's logical id.
        function: String,
        /// Why.
        source: StartError,
    },
}

/// Why an invocation brought no answer, as Lambda would report it.
#[derive(Debug, thiserror::Error)]
pub enum InvocationFailure {
    /// The function answered with an error or panicked.
    #[error("{0}")]
    Failed(String),
    /// The function did not answer within its time-out.
    #[error("no answer within {} s", .0.as_secs())]
    TimedOut(Duration),
}

/// The region and the credentials of whoever has this access key.
fn credentials_of(access_key_id: &str) -> [(&str, &str); 3] {
    [
        ("AWS_REGION", engines::REGION),
        ("AWS_ACCESS_KEY_ID", access_key_id),
        ("AWS_SECRET_ACCESS_KEY", engines::SECRET_ACCESS_KEY),
    ]
}

/// An environment that gives access to everything and nothing else.
pub(crate) fn credentials() -> Environment {
    let credentials = credentials_of(engines::ACCESS_KEY_ID);
    credentials.into_iter().collect()
}

/// What Lambda would set: the template's variables and the credentials of the function's role.
fn environment_of(function: &engines::template::Function, endpoint: &str) -> Environment {
    let variables = function.environment.iter();
    variables
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .chain(credentials_of(&function.access_key_id()))
        .chain([("AWS_ENDPOINT_URL", endpoint)])
        .collect()
}

impl Functions {
    /// Starts every function of `template` with the environment that the template gives it.
    ///
    /// Their calls to AWS go to the engines without a socket, which hold each to its role.
    pub(crate) async fn start(
        template: &Template,
        world: &Surroundings<'_>,
    ) -> Result<Self, DeployError> {
        let mut deployed = BTreeMap::new();
        for function in &template.functions {
            let (_, build) = BINARIES
                .iter()
                .find(|(binary, _)| *binary == function.binary)
                .ok_or_else(|| DeployError::UnknownBinary {
                    function: function.logical_id.clone(),
                    binary: function.binary.clone(),
                })?;
            let environment = environment_of(function, world.endpoint);
            let started = async {
                let aws = Aws::over(&environment, Arc::new(world.engines.clone()))?
                    .with_public_outbound(world.internet.outbound());
                build(environment, aws, world.clock.clone()).await
            };
            let function_built = started.await.map_err(|source| DeployError::Start {
                function: function.logical_id.clone(),
                source,
            })?;
            deployed.insert(
                function.logical_id.clone(),
                Deployed {
                    function: function_built,
                    timeout: Duration::from_secs(function.timeout_seconds.into()),
                },
            );
        }
        Ok(Self(Arc::new(deployed)))
    }

    /// Invokes the function with this logical id, as Lambda would: a panic or an error of the code
    /// is the invocation's failure and nobody else's, and time runs out.
    pub async fn invoke(
        &self,
        logical_id: &str,
        payload: String,
        request_id: String,
    ) -> Result<String, InvocationFailure> {
        let deployed = self
            .0
            .get(logical_id)
            .ok_or_else(|| InvocationFailure::Failed(format!("there is no {logical_id}")))?;
        let function = deployed.function.clone();
        let span = tracing::info_span!("function", name = logical_id);
        let invocation = Invocation { request_id };
        let invoked = async move {
            function
                .invoke(&payload, &invocation)
                .await
                .map_err(|error| logging::causes(&error))
        };
        let work = tokio::spawn(invoked.instrument(span));
        let abort = work.abort_handle();
        match tokio::time::timeout(deployed.timeout, work).await {
            Ok(Ok(answer)) => answer.map_err(InvocationFailure::Failed),
            Ok(Err(panic)) => Err(InvocationFailure::Failed(panic.to_string())),
            Err(_) => {
                abort.abort();
                Err(InvocationFailure::TimedOut(deployed.timeout))
            }
        }
    }
}
