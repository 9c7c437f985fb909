//! The world and the functions in it.

use std::{collections::BTreeMap, future::Future, sync::Arc, time::Duration};

use bytes::Bytes;
use engines::{Engines, Parameters, Template};
use kernel::{Clock, Id, Timestamp, kind};
use partner::Internet;
use platform::{
    Aws, Environment,
    serve::{Function, Invocation, StartError},
    table::Table,
};
use sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::Client;

/// The template that everything is made from.
const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");
/// Where the world's API is, in links that lead out of it and back.
pub(crate) const PUBLIC_URL: &str = "http://planet.test";
/// What is another in a test than in the template.
const PARAMETERS: [(&str, &str); 2] = [
    ("AlipayGatewayUrl", sandbox::GATEWAY_URL),
    ("PublicUrl", PUBLIC_URL),
];
/// When every world begins.
const BEGINNING: &str = "2026-06-01T12:00:00Z";

/// Everything that the template defines, empty, with a clock that stands still.
pub struct World {
    /// The time in this world; advance it by hand.
    pub clock: Clock,
    /// The services, as whoever owns them sees them. A function that is started is held to its role,
    /// over the same lines: put others here and functions use them from then on.
    pub aws: Aws,
    /// The engines themselves.
    pub engines: Engines,
    /// The payment gateway that the world's functions speak to, without a socket.
    pub sandbox: Sandbox,
    /// The internet that the world's functions find behind addresses that strangers gave.
    pub internet: Internet,
    template: Template,
}

/// A running function of the world.
#[derive(Clone)]
pub struct App {
    function: Function,
    clock: Clock,
}

impl World {
    /// Starts a world of its own.
    pub async fn start() -> Self {
        let parameters: Parameters = PARAMETERS
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let template = Template::read(TEMPLATE, &parameters).expect("the template is valid");
        let engines = Engines::memory(&template).await.expect("engines start");
        let mut secrets = template.secrets.iter();
        if let Some(merchant) = secrets.find(|secret| secret.logical_id == "AlipaySecret") {
            engines
                .put_secret(&merchant.name, &sandbox::merchant_secret_json())
                .expect("the secret is there");
        }
        let beginning: Timestamp = BEGINNING.parse().expect("the beginning is a time");
        let clock = Clock::manual(beginning);
        let keys = sandbox::Keys::well_known().expect("the sandbox's keys are keys");
        let sandbox = Sandbox::new(clock.clone(), keys);
        let internet = Internet::new(clock.clone());
        let owner = credentials(engines::ACCESS_KEY_ID).into_iter().collect();
        let aws = Aws::over(&owner, Arc::new(engines.clone()))
            .expect("credentials")
            .with_outbound(Arc::new(sandbox.clone()))
            .with_public_outbound(internet.outbound());
        Self {
            clock,
            aws,
            engines,
            sandbox,
            internet,
            template,
        }
    }

    /// The environment that the template gives the function with this logical id, and the credentials
    /// of its role: whoever asks the services with them may do what the function may.
    pub fn environment(&self, function: &str) -> Environment {
        self.environment_with(function, &[])
    }

    /// The same, with other values for some variables.
    pub fn environment_with(&self, function: &str, changed: &[(&str, &str)]) -> Environment {
        let function = self
            .template
            .function(function)
            .unwrap_or_else(|| panic!("the template has no function {function}"));
        let variables = function.environment.iter();
        variables
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .chain(credentials(&function.access_key_id()))
            .chain(changed.iter().copied())
            .collect()
    }

    /// The services as the function with this logical id may use them.
    pub fn aws_of(&self, function: &str) -> Aws {
        let aws = self.aws.asked_by(&self.environment(function));
        aws.expect("credentials")
    }

    /// Starts the function with this logical id, held to the role that the template gives it.
    pub async fn app<F, Fut>(&self, function: &str, build: F) -> App
    where
        F: FnOnce(Environment, Aws, Clock) -> Fut,
        Fut: Future<Output = Result<Function, StartError>>,
    {
        self.app_with(function, &[], build).await
    }

    /// Starts it with other values for some variables of its environment.
    pub async fn app_with<F, Fut>(&self, function: &str, changed: &[(&str, &str)], build: F) -> App
    where
        F: FnOnce(Environment, Aws, Clock) -> Fut,
        Fut: Future<Output = Result<Function, StartError>>,
    {
        let environment = self.environment_with(function, changed);
        let built = build(environment, self.aws_of(function), self.clock.clone()).await;
        App {
            function: built.unwrap_or_else(|error| panic!("{function} did not start: {error}")),
            clock: self.clock.clone(),
        }
    }

    /// Delivers the payment gateway's notifies that are due to `app`, the function that takes them.
    /// Answers how many attempts were made.
    pub async fn deliver_notifies(&self, app: &App) -> usize {
        let anyone = app.anonymous();
        self.sandbox
            .deliver_due(&move |url: String, body: String| {
                let anyone = anyone.clone();
                async move {
                    let path = url.strip_prefix(PUBLIC_URL)?.to_owned();
                    let answer = anyone
                        .request("POST", &path)
                        .header(
                            "content-type",
                            "application/x-www-form-urlencoded; charset=utf-8",
                        )
                        .body(body)
                        .send()
                        .await;
                    (answer.status == 200).then_some(answer.body)
                }
            })
            .await
    }

    /// The table with this logical id.
    pub fn table(&self, logical_id: &str) -> Table {
        let table = self.template.table(logical_id);
        let table = table.unwrap_or_else(|| panic!("the template has no table {logical_id}"));
        self.aws.table(table.name.clone())
    }

    /// Puts an object into the bucket with this logical id.
    pub async fn put_object(&self, bucket: &str, key: &str, bytes: impl Into<Bytes>) {
        self.bucket(bucket)
            .put(key, bytes.into())
            .await
            .expect("the object is stored");
    }

    /// The bucket with this logical id.
    pub fn bucket(&self, logical_id: &str) -> platform::Bucket {
        let mut buckets = self.template.buckets.iter();
        let bucket = buckets.find(|bucket| bucket.logical_id == logical_id);
        let bucket = bucket.unwrap_or_else(|| panic!("the template has no bucket {logical_id}"));
        self.aws.bucket(bucket.name.clone())
    }

    /// Sends a message to a queue.
    pub async fn send(&self, queue: &str, body: impl Into<String>) {
        self.queue(queue)
            .send(body)
            .await
            .expect("the message is sent");
    }

    /// Takes every message out of a queue, as JSON.
    pub async fn messages(&self, queue: &str) -> Vec<Value> {
        let handle = self.queue(queue);
        let mut bodies = Vec::new();
        loop {
            let batch = handle
                .receive(10, Duration::ZERO, Some(HELD))
                .await
                .expect("messages are received");
            if batch.is_empty() {
                return bodies;
            }
            for message in batch {
                bodies.push(serde_json::from_str(&message.body).expect("the message is JSON"));
                handle
                    .delete(&message.receipt_handle)
                    .await
                    .expect("it is deleted");
            }
        }
    }

    /// How many messages a queue holds, taken ones included.
    pub async fn depth(&self, queue: &str) -> usize {
        let (visible, in_flight) = self
            .queue(queue)
            .depth()
            .await
            .expect("the queue has a depth");
        visible + in_flight
    }

    /// Delivers what is in the queue to `app`, in batches of the template's size, until nothing is
    /// left: what fails comes again at once, until it reaches the dead-letter queue. Answers how
    /// many deliveries were made.
    pub async fn drain(&self, queue: &str, app: &App) -> usize {
        let handle = self.queue(queue);
        let batch_size = self.batch_size(handle.arn());
        let mut delivered = 0;
        loop {
            let mut batch = Vec::new();
            while batch.len() < batch_size {
                let wanted = (batch_size - batch.len()).min(10);
                let received = handle
                    .receive(
                        u32::try_from(wanted).expect("at most 10"),
                        Duration::ZERO,
                        Some(HELD),
                    )
                    .await
                    .expect("messages are received");
                if received.is_empty() {
                    break;
                }
                batch.extend(received);
            }
            if batch.is_empty() {
                return delivered;
            }
            delivered += batch.len();
            let records: Vec<Value> = batch
                .iter()
                .map(|message| {
                    json!({
                        "messageId": message.message_id,
                        "receiptHandle": message.receipt_handle,
                        "body": message.body,
                        "attributes": message.attributes,
                        "messageAttributes": message.message_attributes,
                        "md5OfBody": message.md5_of_body,
                        "eventSource": "aws:sqs",
                        "eventSourceARN": handle.arn(),
                        "awsRegion": engines::REGION,
                    })
                })
                .collect();
            let failed = app.deliver(&json!({ "Records": records })).await;
            for message in batch {
                if failed.contains(&message.message_id) {
                    let again = handle.change_visibility(&message.receipt_handle, Duration::ZERO);
                    again.await.expect("the message comes again");
                } else {
                    handle
                        .delete(&message.receipt_handle)
                        .await
                        .expect("it is deleted");
                }
            }
        }
    }

    /// Delivers what the stream of a table has to tell to `app` and answers how many records that
    /// were. Every call begins at the first record of the world, so that a second call is a replay
    /// of the whole stream.
    pub async fn pump(&self, table: &str, app: &App) -> usize {
        let mut reader = self.engines.stream(table).expect("the table has a stream");
        let mut delivered = 0;
        loop {
            let records = reader.next(100).expect("the stream is read");
            if records.is_empty() {
                return delivered;
            }
            delivered += records.len();
            let failed = app.deliver(&json!({ "Records": records })).await;
            assert!(failed.is_empty(), "changes were not done: {failed:?}");
        }
    }

    /// Runs one of a context's schedules.
    pub async fn run_schedule(&self, app: &App, name: &str) {
        let event = json!({ "schedule": name }).to_string();
        let invoked = app.function.invoke(&event, &Invocation::default()).await;
        invoked.expect("the schedule is done");
    }

    fn queue(&self, name: &str) -> engines::QueueHandle {
        self.engines
            .queue(name)
            .expect("the template has the queue")
    }

    fn batch_size(&self, queue_arn: &str) -> usize {
        let triggers = self
            .template
            .functions
            .iter()
            .flat_map(|function| &function.queues);
        let size = triggers
            .filter(|trigger| trigger.queue_arn == queue_arn)
            .map(|trigger| trigger.batch_size)
            .next();
        usize::try_from(size.unwrap_or(10)).expect("a batch size is small")
    }
}

impl App {
    /// Someone without credentials.
    pub fn anonymous(&self) -> Client {
        self.client(None)
    }

    /// A signed-in account.
    pub fn caller(&self, account: Id<kind::Account>) -> Client {
        self.client(Some(
            [("account", json!(account)), ("scopes", json!(""))].into(),
        ))
    }

    /// A caller whose access token acts for `organization` with `scopes`.
    pub fn member(
        &self,
        account: Id<kind::Account>,
        organization: Id<kind::Organization>,
        scopes: &[&str],
    ) -> Client {
        self.client(Some(
            [
                ("account", json!(account)),
                ("organization", json!(organization)),
                ("scopes", json!(scopes.join(" "))),
            ]
            .into(),
        ))
    }

    /// An operator.
    pub fn operator(&self) -> Client {
        let account = Id::<kind::Account>::derive(&["testkit", "operator"]);
        self.client(Some(
            [("account", json!(account)), ("scopes", json!("operator"))].into(),
        ))
    }

    /// A caller of whom the authorizer says just this.
    pub fn authorized(&self, context: BTreeMap<&str, Value>) -> Client {
        self.client(Some(context))
    }

    /// The function itself.
    pub fn function(&self) -> &Function {
        &self.function
    }

    /// Delivers a batch and answers the identifiers that failed.
    pub async fn deliver(&self, event: &Value) -> Vec<String> {
        let answer = self
            .function
            .invoke(&event.to_string(), &Invocation::default())
            .await
            .expect("the function handles the batch");
        let answer: Value = serde_json::from_str(&answer).expect("the answer is JSON");
        let failures = answer["batchItemFailures"]
            .as_array()
            .expect("it lists failures");
        failures
            .iter()
            .map(|failure| {
                failure["itemIdentifier"]
                    .as_str()
                    .expect("an id")
                    .to_owned()
            })
            .collect()
    }

    fn client(&self, context: Option<BTreeMap<&str, Value>>) -> Client {
        Client {
            function: self.function.clone(),
            authorizer: context.map(|context| {
                let members = context.into_iter();
                members
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()
            }),
            now_ms: self.clock.now_ms(),
        }
    }
}

/// How long a received message stays hidden: longer than any test.
const HELD: Duration = Duration::from_secs(3_600);

/// The region and the credentials of whoever has this access key.
fn credentials(access_key_id: &str) -> [(&str, &str); 3] {
    [
        ("AWS_REGION", engines::REGION),
        ("AWS_ACCESS_KEY_ID", access_key_id),
        ("AWS_SECRET_ACCESS_KEY", engines::SECRET_ACCESS_KEY),
    ]
}
