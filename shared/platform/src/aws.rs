//! The clients of AWS's services, over one transport and one set of credentials.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use aws_credential_types::Credentials;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};

use crate::{
    bucket::Bucket,
    connector::{self, Addresses, Connector},
    environment::{ConfigError, Environment},
    error::ServiceError,
    outbound::Outbound,
    presign::Signer,
    public::PublicOutbound,
    queue::Queue,
    sdk_http::{NetworkClient, TransportClient, client_over},
    secret::Secret,
    table::{Item, Key, Table, TransactError, Transaction},
    transport::Transport,
};

/// The roots that sign AWS's own endpoints, compiled in: parsing a system's whole store costs a cold
/// start about 26 million instructions, and a container may have none.
const AMAZON_ROOTS: &str = include_str!("amazon_roots.pem");

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);
const OPERATION_TIMEOUT: Duration = Duration::from_secs(8);
const MAX_ATTEMPTS: u32 = 4;
/// The SDK would wait up to a second before its first retry, with a caller waiting behind it.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
const LONGEST_BACKOFF: Duration = Duration::from_secs(1);

/// Where the services are and who is asking, with a client of each that was asked for. What a function
/// never asks for is no part of its binary.
pub(crate) struct Access {
    region: String,
    credentials: Credentials,
    endpoints: Endpoints,
    http_client: SharedHttpClient,
    dynamodb: OnceLock<aws_sdk_dynamodb::Client>,
    sqs: OnceLock<aws_sdk_sqs::Client>,
    s3: OnceLock<aws_sdk_s3::Client>,
    secrets: OnceLock<aws_sdk_secretsmanager::Client>,
}

/// Where the services are, if not at AWS: each at an address of its own or all at one, under the names
/// that every SDK of AWS knows.
struct Endpoints {
    dynamodb: Option<String>,
    sqs: Option<String>,
    s3: Option<String>,
    secrets: Option<String>,
}

impl Endpoints {
    fn of(environment: &Environment) -> Self {
        let of_service = |name: &str| {
            let own = environment.get(&format!("AWS_ENDPOINT_URL_{name}"));
            own.or_else(|| environment.get("AWS_ENDPOINT_URL"))
                .map(str::to_owned)
        };
        Self {
            dynamodb: of_service("DYNAMODB"),
            sqs: of_service("SQS"),
            s3: of_service("S3"),
            secrets: of_service("SECRETS_MANAGER"),
        }
    }
}

/// AWS as one function sees it. Cheap to clone.
#[derive(Clone)]
pub struct Aws {
    access: Arc<Access>,
    outbound: Arc<OnceLock<Outbound>>,
    public_outbound: Arc<OnceLock<PublicOutbound>>,
}

impl Aws {
    /// The services that the function's environment points to, as Lambda sets it: `AWS_REGION`,
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`; and for an emulator
    /// `AWS_ENDPOINT_URL`, or `AWS_ENDPOINT_URL_DYNAMODB`, `…_SQS`, `…_S3` and `…_SECRETS_MANAGER`.
    /// No provider chain: it costs a cold start more than everything else together.
    pub fn of_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Self::build(environment, client_over(network()?))
    }

    /// The same, but every request goes through `transport`.
    pub fn over(
        environment: &Environment,
        transport: Arc<dyn Transport>,
    ) -> Result<Self, ConfigError> {
        Self::build(environment, client_over(TransportClient(transport)))
    }

    fn build(
        environment: &Environment,
        http_client: SharedHttpClient,
    ) -> Result<Self, ConfigError> {
        let mut variables = environment.read();
        let region = variables.required("AWS_REGION");
        let key_id = variables.required("AWS_ACCESS_KEY_ID");
        let secret = variables.required("AWS_SECRET_ACCESS_KEY");
        let token = environment.get("AWS_SESSION_TOKEN").map(str::to_owned);
        let access = variables.finish(Access {
            region,
            credentials: Credentials::from_keys(key_id, secret, token),
            endpoints: Endpoints::of(environment),
            http_client,
            dynamodb: OnceLock::new(),
            sqs: OnceLock::new(),
            s3: OnceLock::new(),
            secrets: OnceLock::new(),
        })?;
        Ok(Self {
            access: Arc::new(access),
            outbound: Arc::default(),
            public_outbound: Arc::default(),
        })
    }

    /// The same services over the same lines, asked by whom `environment` says.
    pub fn asked_by(&self, environment: &Environment) -> Result<Self, ConfigError> {
        let asked = Self::build(environment, self.access.http_client.clone())?;
        Ok(Self {
            access: asked.access,
            ..self.clone()
        })
    }

    /// The table called `name`, whose key is `pk` alone or `pk` and `sk`.
    pub fn table(&self, name: impl Into<String>) -> Table {
        Table::new(self.access.dynamodb().clone(), name.into())
    }

    /// Reads items of several tables in one round trip, with strong consistency and in the order of
    /// the keys; at most 100.
    pub async fn get_many(&self, keys: &[(Table, Key)]) -> Result<Vec<Option<Item>>, ServiceError> {
        crate::table::get_many(self.access.dynamodb(), keys).await
    }

    /// Commits every write of `transaction`, or none.
    pub async fn transact(&self, transaction: Transaction) -> Result<(), TransactError> {
        crate::table::transact(self.access.dynamodb(), transaction).await
    }

    /// The queue at `url`.
    pub fn queue(&self, url: impl Into<String>) -> Queue {
        Queue::new(self.access.sqs().clone(), url.into())
    }

    /// The queues whose names begin with `prefix`.
    pub async fn queues(&self, prefix: &str) -> Result<Vec<Queue>, ServiceError> {
        crate::queue::list(self.access.sqs(), prefix).await
    }

    /// The bucket called `name`.
    pub fn bucket(&self, name: impl Into<String>) -> Bucket {
        Bucket::new(Arc::clone(&self.access), name.into())
    }

    /// The way to servers that are not AWS's.
    pub fn outbound(&self) -> Outbound {
        self.outbound.get_or_init(Outbound::network).clone()
    }

    /// The same services, but whatever goes to servers that are not AWS's goes through `transport`.
    pub fn with_outbound(mut self, transport: Arc<dyn Transport>) -> Self {
        self.outbound = Arc::new(Outbound::over(transport).into());
        self
    }

    /// The way to addresses that strangers gave.
    pub fn public_outbound(&self) -> PublicOutbound {
        let outbound = &self.public_outbound;
        outbound.get_or_init(PublicOutbound::network).clone()
    }

    /// The same services, but whatever goes to addresses that strangers gave goes through
    /// `outbound`.
    pub fn with_public_outbound(mut self, outbound: PublicOutbound) -> Self {
        self.public_outbound = Arc::new(outbound.into());
        self
    }

    /// Fetches the current value of the secret at `arn`.
    pub async fn secret(&self, arn: &str) -> Result<Secret, ServiceError> {
        crate::secret::fetch(self.access.secrets(), arn).await
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Access")
    }
}

impl fmt::Debug for Aws {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Aws")
    }
}

/// The services share every setting but not one configuration type, hence a macro.
macro_rules! client {
    ($self:ident, $name:ident, $sdk:ident $(, $extra:ident($value:expr))*) => {
        pub(crate) fn $name(&$self) -> &$sdk::Client {
            $self.$name.get_or_init(|| {
                let mut config = $sdk::Config::builder()
                    .behavior_version($sdk::config::BehaviorVersion::latest())
                    .region($sdk::config::Region::new($self.region.clone()))
                    .credentials_provider($self.credentials.clone())
                    .http_client($self.http_client.clone())
                    .sleep_impl(TokioSleep::new())
                    .retry_config(
                        RetryConfig::standard()
                            .with_max_attempts(MAX_ATTEMPTS)
                            .with_initial_backoff(FIRST_BACKOFF)
                            .with_max_backoff(LONGEST_BACKOFF),
                    )
                    .timeout_config(
                        TimeoutConfig::builder()
                            .connect_timeout(CONNECT_TIMEOUT)
                            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                            .operation_timeout(OPERATION_TIMEOUT)
                            .build(),
                    )
                    $(.$extra($value))*;
                config.set_endpoint_url($self.endpoints.$name.clone());
                $sdk::Client::from_conf(config.build())
            })
        }
    };
}

impl Access {
    pub(crate) fn signer(&self) -> Signer {
        Signer {
            region: self.region.clone(),
            credentials: self.credentials.clone(),
            endpoint_url: self.endpoints.s3.clone(),
        }
    }

    client!(self, dynamodb, aws_sdk_dynamodb);
    client!(self, sqs, aws_sdk_sqs);
    client!(self, secrets, aws_sdk_secretsmanager);
    // Path style, so that one host name serves every bucket of an emulator; checksums only where
    // the service demands them, so that bodies stay whole buffers.
    client!(
        self,
        s3,
        aws_sdk_s3,
        force_path_style(self.endpoints.s3.is_some()),
        request_checksum_calculation(aws_sdk_s3::config::RequestChecksumCalculation::WhenRequired),
        response_checksum_validation(aws_sdk_s3::config::ResponseChecksumValidation::WhenRequired)
    );
}

/// The network, on which AWS's services prove who they are.
fn network() -> Result<NetworkClient, ConfigError> {
    let trust = connector::trust_in(AMAZON_ROOTS)
        .map_err(|error| ConfigError::of(format!("the compiled-in roots are unusable: {error}")))?;
    let connector = Connector::new(trust, Addresses::OfSystem, CONNECT_TIMEOUT);
    Ok(NetworkClient(connector))
}

#[cfg(test)]
mod tests {
    use ring::digest::{SHA256, digest};

    use super::*;

    /// Amazon Trust Services publishes these fingerprints of its roots (Amazon Root CA 1 to 4 and
    /// Starfield Services Root Certificate Authority - G2).
    const PUBLISHED: [&str; 5] = [
        "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
        "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
        "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
        "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
        "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
    ];

    #[test]
    fn the_compiled_in_roots_are_the_published_ones() {
        let fingerprints: Vec<String> = AMAZON_ROOTS
            .split("-----BEGIN CERTIFICATE-----")
            .skip(1)
            .map(|block| {
                let text: String = block
                    .split("-----END")
                    .next()
                    .unwrap()
                    .split_whitespace()
                    .collect();
                let der = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text)
                    .unwrap();
                digest(&SHA256, &der)
                    .as_ref()
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect()
            })
            .collect();
        assert_eq!(fingerprints, PUBLISHED);
    }

    #[test]
    fn a_service_is_at_its_own_address_before_the_common_one() {
        let environment = [
            ("AWS_ENDPOINT_URL", "http://all"),
            ("AWS_ENDPOINT_URL_S3", "http://files"),
        ]
        .into_iter()
        .collect();
        let endpoints = Endpoints::of(&environment);
        assert_eq!(endpoints.s3.as_deref(), Some("http://files"));
        assert_eq!(endpoints.dynamodb.as_deref(), Some("http://all"));
        let endpoints = Endpoints::of(&Environment::default());
        assert_eq!(endpoints.secrets, None);
    }

    #[test]
    fn the_tls_client_accepts_the_compiled_in_roots() {
        assert!(network().is_ok());
    }
}
