//! A table on the embedded engine, and a count of what is asked of it.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use engines::{Engines, Parameters, Template};
use futures_util::future::BoxFuture;
use http::{Request, Response};
use kernel::{Clock, Id, Timestamp, kind};
use platform::{
    Aws, Environment,
    table::{Table, TransactError, Transaction},
    transport::{Transport, TransportError},
};
use quota::{Claim, GiveBackError, Hold, HoldError, QUOTA, QuotaId, Quotas};

const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Resources:
  QuotasTable:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: quotas
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
";

/// One minute, in milliseconds: how long holds of these tests last.
pub(crate) const MINUTE_MS: i64 = 60_000;

/// A table, a clock that stands, and the quotas in the table.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) aws: Aws,
    pub(crate) table: Table,
    pub(crate) quotas: Quotas,
    counted: Arc<Counted>,
}

/// Sends to the engines and counts requests by operation and row.
struct Counted {
    engines: Engines,
    counts: Mutex<BTreeMap<(String, String), usize>>,
}

impl Transport for Counted {
    fn call(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        let target = request.headers()["x-amz-target"].to_str().unwrap();
        let operation = target.split('.').nth(1).unwrap().to_owned();
        let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        let mut counts = self.counts.lock().unwrap();
        let mut count = |item: &serde_json::Value| {
            let key = [&item["Key"], &item["Item"]]
                .into_iter()
                .find_map(|key| key["pk"]["S"].as_str());
            *counts
                .entry((operation.clone(), key.unwrap_or_default().to_owned()))
                .or_default() += 1;
        };
        match body["TransactItems"].as_array() {
            Some(items) => items
                .iter()
                .flat_map(|item| item.as_object().unwrap().values())
                .for_each(&mut count),
            None => count(&body),
        }
        self.engines.call(request)
    }
}

impl World {
    pub(crate) async fn start() -> Self {
        let template = Template::parse(TEMPLATE, &Parameters::default()).unwrap();
        let engines = Engines::memory(&template).await.unwrap();
        let counted = Arc::new(Counted {
            engines,
            counts: Mutex::default(),
        });
        let environment: Environment = [
            ("AWS_REGION", engines::REGION),
            ("AWS_ACCESS_KEY_ID", engines::ACCESS_KEY_ID),
            ("AWS_SECRET_ACCESS_KEY", engines::SECRET_ACCESS_KEY),
        ]
        .into_iter()
        .collect();
        let aws = Aws::over(&environment, Arc::clone(&counted) as Arc<dyn Transport>).unwrap();
        let clock = Clock::manual("2026-06-01T12:00:00Z".parse().unwrap());
        let table = aws.table("quotas");
        let quotas = Quotas::new(table.clone(), clock.clone());
        Self {
            clock,
            aws,
            table,
            quotas,
            counted,
        }
    }

    /// Another process on the same table, which believes nothing yet.
    pub(crate) fn other_process(&self) -> Quotas {
        Quotas::new(self.table.clone(), self.clock.clone())
    }

    pub(crate) async fn create(&self, capacity: u32, shards: u16) {
        let writes = self.quotas.create(&quota(), capacity, shards).unwrap();
        self.aws.transact(Transaction::from(writes)).await.unwrap();
    }

    /// A hold that lasts a minute from now.
    pub(crate) fn wish(&self, name: &str, units: u32) -> Hold {
        let expires_at = self.clock.now_ms() + MINUTE_MS;
        Hold {
            id: hold_id(name),
            units: NonZeroU32::new(units).unwrap(),
            expires_at: Timestamp::from_millisecond(expires_at).unwrap(),
        }
    }

    pub(crate) async fn hold(&self, name: &str, units: u32) -> Result<Claim, HoldError> {
        let wish = self.wish(name, units);
        place(&self.aws, &self.quotas, &wish).await
    }

    /// Takes units for good, without a hold.
    pub(crate) async fn take(&self, name: &str, units: u32) -> Result<Claim, HoldError> {
        let units = NonZeroU32::new(units).unwrap();
        for _ in 0..1_000 {
            let plan = self.quotas.take(&quota(), hold_id(name), units).await?;
            match self.aws.transact(Transaction::from(plan.writes)).await {
                Ok(()) => return Ok(plan.claim),
                Err(TransactError::Cancelled(cancelled)) => assert!(cancelled.names(QUOTA)),
                Err(TransactError::Service(error)) => return Err(error.into()),
            }
        }
        panic!("somebody else was always faster");
    }

    /// Makes committed units free again.
    pub(crate) async fn give_back(&self, units: u32) -> Result<(), GiveBackError> {
        let units = NonZeroU32::new(units).unwrap();
        for _ in 0..1_000 {
            let writes = self.quotas.give_back(&quota(), units).await?;
            match self.aws.transact(Transaction::from(writes)).await {
                Ok(()) => return Ok(()),
                Err(TransactError::Cancelled(cancelled)) => assert!(cancelled.names(QUOTA)),
                Err(TransactError::Service(error)) => return Err(error.into()),
            }
        }
        panic!("somebody else was always faster");
    }

    pub(crate) async fn commit(&self, claim: &Claim) {
        let writes = self.quotas.commit(claim).await.unwrap();
        self.aws.transact(Transaction::from(writes)).await.unwrap();
    }

    pub(crate) async fn release(&self, claim: &Claim) {
        let writes = self.quotas.release(claim).await.unwrap();
        self.aws.transact(Transaction::from(writes)).await.unwrap();
    }

    /// (capacity, committed, held, available)
    pub(crate) async fn usage(&self) -> (u32, u32, u32, u32) {
        let usage = self.quotas.usage(&quota()).await.unwrap();
        (usage.capacity, usage.committed, usage.held, usage.available)
    }

    pub(crate) fn forget_counts(&self) {
        self.counted.counts.lock().unwrap().clear();
    }

    /// How many writes each row got, failed ones too.
    pub(crate) fn writes_by_row(&self) -> BTreeMap<String, usize> {
        let counts = self.counted.counts.lock().unwrap();
        let mut writes = BTreeMap::new();
        for ((operation, row), count) in counts.iter() {
            if operation != "GetItem" {
                *writes.entry(row.clone()).or_default() += count;
            }
        }
        writes
    }

    pub(crate) fn writes(&self) -> usize {
        self.writes_by_row().values().sum()
    }

    pub(crate) fn reads(&self) -> usize {
        let counts = self.counted.counts.lock().unwrap();
        counts
            .iter()
            .filter(|((operation, _), _)| operation == "GetItem")
            .map(|(_, count)| count)
            .sum()
    }
}

/// Holds as a caller does: asks again when somebody else was faster.
pub(crate) async fn place(aws: &Aws, quotas: &Quotas, wish: &Hold) -> Result<Claim, HoldError> {
    for _ in 0..1_000 {
        let plan = quotas.hold(&quota(), wish).await?;
        if plan.writes.is_empty() {
            return Ok(plan.claim);
        }
        match aws.transact(Transaction::from(plan.writes)).await {
            Ok(()) => return Ok(plan.claim),
            Err(TransactError::Cancelled(cancelled)) => assert!(cancelled.names(QUOTA)),
            Err(TransactError::Service(error)) => return Err(error.into()),
        }
    }
    panic!("somebody else was always faster");
}

pub(crate) fn quota() -> QuotaId {
    "concert".parse().unwrap()
}

pub(crate) fn hold_id(name: &str) -> Id<kind::Hold> {
    Id::derive(&[name])
}
