//! All engines together, and the way from a request to its engine.

use std::{
    collections::BTreeSet,
    fs::File,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{
    HeaderMap, Method, Request, Response,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use platform::transport::{Transport, TransportError};
use tokio::sync::watch;

use crate::{
    answer,
    dynamodb::{DynamoDb, StreamReader},
    error::EngineError,
    files,
    permissions::{self, Permissions},
    s3::S3,
    secrets::{PutError, Secrets},
    sqs::{QueueHandle, Sqs},
    template::Template,
};

/// The reader's name where a table has one reader.
const ONLY_READER: &str = "reader";

/// Everything a template defines, running. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct Engines(Arc<Running>);

struct Running {
    dynamodb: DynamoDb,
    sqs: Arc<Sqs>,
    s3: S3,
    secrets: Secrets,
    permissions: Permissions,
    access_key_ids: BTreeSet<String>,
    activity: watch::Sender<u64>,
    /// Keeps other processes out of the data folder until it is dropped.
    lock: Mutex<Option<File>>,
}

impl Engines {
    /// Starts empty engines that are gone with the process. Must run inside a tokio runtime, which
    /// then runs the queues.
    pub async fn memory(template: &Template) -> Result<Self, EngineError> {
        let activity = watch::Sender::new(0);
        Ok(Self(Arc::new(Running {
            dynamodb: DynamoDb::memory(template)?,
            sqs: Arc::new(Sqs::memory(template, activity.clone()).await?),
            s3: S3::memory(template)?,
            secrets: Secrets::memory(template)?,
            permissions: Permissions::of(template)?,
            access_key_ids: permissions::access_key_ids(template),
            activity,
            lock: Mutex::new(None),
        })))
    }

    /// Starts engines that keep everything in `folder` and begin with what is there. Messages are
    /// kept by [`save`](Self::save) and [`close`](Self::close), everything else at once.
    pub async fn on_disk(
        template: &Template,
        folder: impl AsRef<Path>,
    ) -> Result<Self, EngineError> {
        let folder = folder.as_ref();
        files::create_folder(folder)?;
        let lock = files::lock(folder)?;
        let activity = watch::Sender::new(0);
        Ok(Self(Arc::new(Running {
            dynamodb: DynamoDb::on_disk(template, folder)?,
            sqs: Arc::new(Sqs::on_disk(template, folder, activity.clone()).await?),
            s3: S3::on_disk(template, folder)?,
            secrets: Secrets::on_disk(template, folder)?,
            permissions: Permissions::of(template)?,
            access_key_ids: permissions::access_key_ids(template),
            activity,
            lock: Mutex::new(Some(lock)),
        })))
    }

    /// Answers a request that came over a socket. DynamoDB, SQS and Secrets Manager want it signed
    /// with a key that there is but do not check the signature, as nobody else reaches a laptop; S3
    /// checks every signature, since presigned URLs stand and fall with it.
    pub async fn serve(&self, request: Request<Bytes>) -> Response<Bytes> {
        if target(request.headers()).is_some() && !self.is_signed(request.headers()) {
            return answer::refusal(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            );
        }
        self.answer(request).await
    }

    /// Whether `request` is one for [`serve`](Self::serve): it names an operation, is signed, carries
    /// a presigned URL's signature, or posts a form to a bucket.
    pub fn is_for_aws<B>(&self, request: &Request<B>) -> bool {
        let is_presigned = || {
            let query = request.uri().query().unwrap_or_default();
            query
                .split('&')
                .any(|part| part.starts_with("X-Amz-Signature="))
        };
        target(request.headers()).is_some()
            || authorization(request.headers()).starts_with("AWS4-HMAC-SHA256")
            || is_presigned()
            || self.is_form(request)
    }

    /// Whether `request` posts a form to a bucket: its signature is one of the form's fields.
    fn is_form<B>(&self, request: &Request<B>) -> bool {
        let content_type = request.headers().get(CONTENT_TYPE);
        let is_multipart =
            content_type.is_some_and(|value| value.as_bytes().starts_with(b"multipart/form-data"));
        let path = request.uri().path().trim_matches('/');
        request.method() == Method::POST && is_multipart && self.0.s3.has_bucket(path)
    }

    /// Whether a request is signed by the owner of the engines or by one of the functions.
    fn is_signed(&self, headers: &HeaderMap) -> bool {
        permissions::signer(headers).is_some_and(|key| self.0.access_key_ids.contains(key))
    }

    /// Answers a request as far as whoever signed it may make it.
    async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        let allowed = match self.0.permissions.judge(&request) {
            Ok(allowed) => allowed,
            Err(refusal) => return *refusal,
        };
        let headers = request.headers().clone();
        allowed.answered(&headers, self.carry_out(request).await)
    }

    async fn carry_out(&self, request: Request<Bytes>) -> Response<Bytes> {
        let running = &self.0;
        let Some(target) = target(request.headers()) else {
            return running.s3.answer(request).await;
        };
        match target.split_once('.') {
            Some(("DynamoDB_20120810", operation)) => {
                let (response, writes) = running.dynamodb.answer(operation, request.body());
                if writes {
                    running.activity.send_modify(|count| *count += 1);
                }
                response
            }
            Some(("AmazonSQS", _)) => {
                let (head, body) = request.into_parts();
                running.sqs.answer(&head.headers, body).await
            }
            Some(("secretsmanager", operation)) => {
                running.secrets.answer(operation, request.body())
            }
            _ => answer::unknown_operation(target),
        }
    }

    /// Fills in the secret with this name, as whoever deploys does with credentials that somebody
    /// else gave out. Functions that have started keep what they read.
    pub fn put_secret(&self, name: &str, value: &str) -> Result<(), EngineError> {
        self.0
            .secrets
            .put(name, value)
            .map_err(|error| match error {
                PutError::Unknown => EngineError::Unknown {
                    kind: "secret",
                    name: name.to_owned(),
                },
                PutError::File(error) => error,
            })
    }

    /// The queue with this ARN, URL, name or logical id.
    pub fn queue(&self, name: &str) -> Result<QueueHandle, EngineError> {
        let queue = self.0.sqs.find(name)?;
        Ok(QueueHandle::new(Arc::clone(&self.0.sqs), queue))
    }

    /// A reader of the stream of the table with this name, logical id or stream ARN.
    pub fn stream(&self, table: &str) -> Result<StreamReader, EngineError> {
        self.stream_for(table, ONLY_READER)
    }

    /// The same for one of several readers, each of which keeps its own place under its name.
    pub fn stream_for(&self, table: &str, reader: &str) -> Result<StreamReader, EngineError> {
        self.0.dynamodb.stream(table, reader)
    }

    /// Counts writes to tables and messages sent; [`changed`](watch::Receiver::changed) wakes at
    /// every one.
    pub fn activity(&self) -> watch::Receiver<u64> {
        self.0.activity.subscribe()
    }

    /// Removes the items whose time to live is over and says how many. AWS does so by itself within
    /// days; here somebody has to ask.
    pub fn sweep_ttl(&self) -> Result<usize, EngineError> {
        let swept = self.0.dynamodb.sweep_ttl()?;
        if swept > 0 {
            self.0.activity.send_modify(|count| *count += 1);
        }
        Ok(swept)
    }

    /// Writes down the messages of all queues, so that little is lost if the process is killed.
    pub fn save(&self) -> Result<(), EngineError> {
        self.0.sqs.save()
    }

    /// Saves and stops the queues. Let everything that receives or sends come to rest first.
    pub async fn close(&self) -> Result<(), EngineError> {
        self.0.sqs.close().await?;
        let mut lock = self.0.lock.lock().unwrap_or_else(PoisonError::into_inner);
        *lock = None;
        Ok(())
    }
}

impl Transport for Engines {
    fn call(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        let engines = self.clone();
        Box::pin(async move {
            // A network lets others in between; without this, callers on one thread would run one
            // after the other and tests could show no race.
            tokio::task::yield_now().await;
            Ok(engines.answer(request).await)
        })
    }
}

fn target(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-amz-target")?.to_str().ok()
}

fn authorization(headers: &HeaderMap) -> &str {
    headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
