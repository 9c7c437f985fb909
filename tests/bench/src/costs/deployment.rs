//! The functions of the template in a world of their own, with everything counted that AWS bills.
//!
//! Streams and queues are handed on in batches as Lambda does it. How full those are depends on the
//! traffic, so that everything is counted under two kinds of it ([`Traffic`]): what really comes
//! lies between.

use std::{collections::BTreeMap, sync::Arc};

use engines::{
    ACCESS_KEY_ID, Parameters, REGION, SECRET_ACCESS_KEY, StreamReader, Template,
    template::Function,
};
use jiff::SignedDuration;
use platform::{Aws, Environment, Secret};
use serde_json::Value;
use testkit::{App, World};
use tokens::{PublishedKeys, Signer};

use super::{functions, log_bytes::LogBytes, tally::Tally};
use crate::meter::Meter;

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");

/// How much happens at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Traffic {
    /// So much that every batch is as full as the template lets it become, and that the gateway
    /// still remembers what the authorizer said of the same token.
    Dense,
    /// So little that every message and every change is a batch of its own, and that the authorizer
    /// is asked at every request.
    Sparse,
}

/// The functions and what they consumed.
pub(super) struct Deployment {
    pub(super) world: World,
    pub(super) traffic: Traffic,
    pub(super) signer: Signer,
    pub(super) tally: Tally,
    pub(super) streams: Vec<Stream>,
    pub(super) queues: Vec<Queue>,
    /// What the gateway remembers of tokens: since when, in seconds, and what.
    pub(super) authorized: BTreeMap<String, (i64, BTreeMap<String, Value>)>,
    template: Template,
    apps: BTreeMap<String, App>,
    meter: Meter,
    log_bytes: LogBytes,
}

/// A stream and who is told of it.
pub(super) struct Stream {
    pub(super) reader: StreamReader,
    pub(super) function: String,
    pub(super) batch_size: usize,
}

/// A queue and who works on it.
pub(super) struct Queue {
    pub(super) arn: String,
    pub(super) function: String,
    pub(super) batch_size: usize,
}

/// The template, with the parameters that it proposes.
pub(super) fn template() -> Template {
    Template::read(TEMPLATE, &Parameters::new()).expect("the template is valid")
}

/// The same as it is written.
pub(super) fn template_text() -> String {
    std::fs::read_to_string(TEMPLATE).expect("the template is there")
}

impl Deployment {
    /// Starts every function that takes part.
    pub(super) async fn start(traffic: Traffic, log_bytes: LogBytes) -> Self {
        let mut world = World::start().await;
        let meter = Meter::new(world.engines.clone());
        let aws = Aws::over(&credentials(), Arc::new(meter.clone()));
        world.aws = aws
            .expect("credentials are set")
            .with_outbound(Arc::new(world.sandbox.clone()))
            .with_public_outbound(world.internet.outbound());
        let secret = Secret::of(*b"a secret of at least 32 characters");
        let signer = Signer::new(&secret).expect("the secret is long enough");
        let published = PublishedKeys::new(world.table("KeysTable"));
        let published = published.publish(&signer).await;
        published.expect("the keys are published");
        let mut deployment = Self {
            world,
            traffic,
            signer,
            tally: Tally::default(),
            streams: Vec::new(),
            queues: Vec::new(),
            authorized: BTreeMap::new(),
            template: template(),
            apps: BTreeMap::new(),
            meter,
            log_bytes,
        };
        for function in deployment.template.functions.clone() {
            deployment.add(&function).await;
        }
        deployment
    }

    async fn add(&mut self, function: &Function) {
        let name = &function.logical_id;
        let Some(app) = functions::start(&self.world, function).await else {
            return;
        };
        self.apps.insert(name.clone(), app);
        for trigger in &function.streams {
            assert!(
                trigger.filters.is_empty(),
                "{name}: filters are not known here"
            );
            let reader = self.world.engines.stream(&trigger.stream_arn);
            self.streams.push(Stream {
                reader: reader.expect("the table has a stream"),
                function: name.clone(),
                batch_size: self.batch_size(trigger.batch_size),
            });
        }
        for trigger in &function.queues {
            assert!(
                trigger.filters.is_empty(),
                "{name}: filters are not known here"
            );
            self.queues.push(Queue {
                arn: trigger.queue_arn.clone(),
                function: name.clone(),
                batch_size: self.batch_size(trigger.batch_size),
            });
        }
    }

    fn batch_size(&self, full: u32) -> usize {
        match self.traffic {
            Traffic::Dense => usize::try_from(full).expect("a batch size is small"),
            Traffic::Sparse => 1,
        }
    }

    /// The function with this logical id.
    pub(super) fn app(&self, function: &str) -> App {
        let app = self.apps.get(function);
        app.unwrap_or_else(|| panic!("{function} was not started"))
            .clone()
    }

    /// Counts from zero.
    pub(super) fn begin(&mut self) {
        self.tally = Tally::default();
        self.meter.take();
        self.log_bytes.take();
    }

    /// Books so many invocations of `function`, with all that was consumed since the last ones.
    pub(super) fn book(&mut self, function: &str, invocations: u64) {
        self.tally.book(function, invocations, self.meter.take());
        self.tally.log_bytes += self.log_bytes.take();
    }

    /// What was counted since [`begin`](Self::begin). Nothing may be left on its way.
    pub(super) async fn finish(&mut self) -> Tally {
        for queue in &self.template.queues {
            let left = self.world.depth(&queue.name).await;
            assert_eq!(left, 0, "{}: messages are left", queue.logical_id);
        }
        let tally = std::mem::take(&mut self.tally);
        let other = tally.consumed.other_requests;
        assert_eq!(
            other, 0,
            "requests were made that no line of the sheet knows"
        );
        tally
    }

    /// Lets time pass.
    pub(super) fn pass(&self, time: SignedDuration) {
        let passed = self.world.clock.advance(time);
        passed.expect("the world's clock stands still by itself");
    }
}

fn credentials() -> Environment {
    [
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY),
    ]
    .into_iter()
    .collect()
}
