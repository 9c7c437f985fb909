//! The whole of Planet on a laptop, in one process, made from `template.yaml`.
//!
//! [`Planet::start`] reads the template, creates on embedded engines everything that it defines,
//! starts every function with the environment that the template gives it, routes HTTP as API Gateway
//! would, and drives the queue, stream and schedule triggers as Lambda would.
//!
//! Invariant: what is not in the template does not exist here either. Start at [`Planet::start`];
//! `gateway` and `trigger` are the two halves of what AWS does, `functions` what we do.

mod body;
mod chain;
pub mod demo;
pub mod environment_files;
mod functions;
mod gateway;
pub mod log;
mod openapi;
mod payment_gateway;
mod served;
mod trigger;

pub use functions::{DeployError, Functions, InvocationFailure};
pub use gateway::ApiProblem;
pub use openapi::{documents, openapi};
pub use served::{ServedEngines, ServedGateway};

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use accounts::{OperatorError, Operators};
use axum::extract::ConnectInfo;
use engines::{
    EngineError, Engines,
    template::{Template, TemplateError},
};
use journeys::Stage;
use kernel::{Clock, Id, kind};
use platform::{Aws, ConfigError};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use self::{functions::Surroundings, gateway::Gateway, trigger::Triggers};

/// What to start.
#[derive(Clone, Debug)]
pub struct Options {
    /// The template.
    pub template: PathBuf,
    /// Where everything is kept.
    pub storage: Storage,
    /// The port on the loopback address; 0 takes any free one.
    pub port: u16,
}

/// Where everything is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Nowhere: it is gone when the process ends.
    Memory,
    /// In this folder, which is created if it is not there.
    Directory(PathBuf),
}

/// The running platform.
pub struct Planet {
    address: SocketAddr,
    engines: Engines,
    template: Template,
    triggers: Triggers,
    stop: watch::Sender<bool>,
    server: JoinHandle<io::Result<()>>,
}

/// Why the platform did not start: each a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartFailure {
    /// The template is broken.
    #[error("{0}")]
    Template(#[from] TemplateError),
    /// An engine could not be started.
    #[error("{0}")]
    Engine(#[from] EngineError),
    /// A function could not be started.
    #[error("{0}")]
    Deploy(#[from] DeployError),
    /// The API cannot be served.
    #[error("{0}")]
    Api(#[from] ApiProblem),
    /// The triggers cannot be driven.
    #[error("{0}")]
    Trigger(#[from] trigger::TriggerError),
    /// The payment gateway has no keys.
    #[error("the payment gateway's keys are unusable: {0}")]
    PaymentGateway(#[from] alipay::MerchantError),
    /// The platform cannot reach itself.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The port belongs to someone else.
    #[error("port {0} is taken; choose another with --port")]
    PortTaken(u16),
    /// The port cannot be had for another reason.
    #[error("port {port} cannot be opened: {source}")]
    Port {
        /// The port.
        port: u16,
        /// Why.
        source: io::Error,
    },
}

/// Why an account could not be made an operator.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// The template has no table of accounts.
    #[error("the template has no AccountsTable")]
    NoTable,
    /// The table cannot be reached.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no such account, or the table did not answer.
    #[error(transparent)]
    Operators(#[from] OperatorError),
}

impl Planet {
    /// Starts everything and answers once requests are served.
    pub async fn start(options: &Options) -> Result<Self, StartFailure> {
        // The port first: a second copy must not touch the first one's data.
        let (listener, address) = listen(Ipv4Addr::LOCALHOST.into(), options.port).await?;
        let endpoint = format!("http://{address}");
        let mut parameters = payment_gateway::parameters(&endpoint);
        // Another template may know of no payments.
        let known = Template::parameter_names(&options.template)?;
        parameters.retain(|name, _| known.contains(name));
        let template = Template::read(&options.template, &parameters)?;
        let engines = match &options.storage {
            Storage::Memory => Engines::memory(&template).await?,
            Storage::Directory(path) => Engines::on_disk(&template, path).await?,
        };
        payment_gateway::introduce(&template, &engines)?;
        let clock = Clock::system();
        let sandbox = payment_gateway::open(&clock)?;
        let aws = Aws::over(&functions::credentials(), Arc::new(engines.clone()))?;
        let internet = chain::internet(&aws, &clock);
        let chain = chain::open(&internet, &aws, &clock, &endpoint);
        let world = Surroundings {
            engines: &engines,
            internet: &internet,
            clock: &clock,
            endpoint: &endpoint,
        };
        let functions = Functions::start(&template, &world).await?;
        let gateway = Gateway::new(&template, engines.clone(), functions.clone(), clock.clone())?;
        let triggers = Triggers::start(&template, &engines, &functions, &clock)?;
        let (stop, mut stopped) = watch::channel(false);
        let router = sandbox.router().merge(chain.router()).fallback(
            |ConnectInfo(peer): ConnectInfo<SocketAddr>, request: axum::extract::Request| async move {
                gateway.answer(request, peer).await.map(axum::body::Body::from)
            },
        );
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let server = axum::serve(listener, service).with_graceful_shutdown(async move {
            // An error means that the sender is gone, which is the same wish.
            let _ended = stopped.wait_for(|stopped| *stopped).await;
        });
        tokio::spawn(save_now_and_then(engines.clone(), stop.subscribe()));
        tokio::spawn(payment_gateway::deliver(sandbox, aws, stop.subscribe()));
        Ok(Self {
            address,
            engines,
            template,
            triggers,
            stop,
            server: tokio::spawn(server.into_future()),
        })
    }

    /// Where the API is, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The engines, to look inside.
    pub fn engines(&self) -> &Engines {
        &self.engines
    }

    /// The template that everything was made from.
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// Makes an account an operator.
    pub async fn make_operator(&self, account: Id<kind::Account>) -> Result<(), RoleError> {
        let template = &self.template;
        let table = template.table("AccountsTable").ok_or(RoleError::NoTable)?;
        let aws = Aws::over(&functions::credentials(), Arc::new(self.engines.clone()))?;
        let operators = Operators::new(aws.table(table.name.clone()));
        operators.add(account).await?;
        Ok(())
    }

    /// Where stories are played, with the demo world's operator.
    pub fn stage(&self) -> Stage {
        Stage {
            url: self.url(),
            operator: demo::operator(),
        }
    }

    /// Makes the demo world, unless it is there.
    pub async fn seed_demo(&self) -> Result<demo::DemoWorld, demo::DemoError> {
        demo::seed(&self.stage(), async |account| {
            self.make_operator(account).await
        })
        .await
    }

    /// Stops taking requests, lets work in flight end, and keeps what must be kept.
    pub async fn stop(self) -> Result<(), EngineError> {
        self.stop.send_replace(true);
        // Connections that are kept alive end with the process; five seconds are for answers.
        let grace = Duration::from_secs(5);
        if tokio::time::timeout(grace, self.server).await.is_err() {
            tracing::warn!("some connections were still open");
        }
        self.triggers.stop().await;
        self.engines.close().await
    }
}

/// Messages live in memory; writing them down every few seconds means that little is lost when the
/// process is killed. (A clean stop writes down all of them.)
async fn save_now_and_then(engines: Engines, mut stop: watch::Receiver<bool>) {
    const EVERY: Duration = Duration::from_secs(5);
    while tokio::time::timeout(EVERY, stop.changed()).await.is_err() {
        if let Err(error) = engines.save() {
            tracing::warn!(%error, "the messages were not written down");
        }
    }
}

async fn listen(host: IpAddr, port: u16) -> Result<(TcpListener, SocketAddr), StartFailure> {
    let failure = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => StartFailure::PortTaken(port),
        _ => StartFailure::Port { port, source },
    };
    let listener = TcpListener::bind((host, port)).await.map_err(failure)?;
    let address = listener.local_addr().map_err(failure)?;
    Ok((listener, address))
}

/// The nearest `template.yaml` at or above `folder`.
pub fn find_template(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .map(|folder| folder.join("template.yaml"))
        .find(|path| path.is_file())
}
