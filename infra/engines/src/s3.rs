//! S3: s3s over a folder. Signatures are really checked, with the key of whoever signed.

use std::path::Path;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::HOST};
use http_body_util::BodyExt;
use s3s::{
    Body, S3Result,
    auth::SimpleAuth,
    host::{S3Host, VirtualHost},
    service::{S3Service, S3ServiceBuilder},
};
use s3s_fs::FileSystem;
use tempfile::TempDir;

use crate::{
    SECRET_ACCESS_KEY, answer, error::EngineError, files, permissions, template::Template,
};

/// The buckets.
pub(crate) struct S3 {
    service: S3Service,
    buckets: Vec<String>,
    /// Deletes the folder with the engine, where nothing is to be kept.
    _folder: Option<TempDir>,
}

impl S3 {
    /// Buckets that are gone with the process.
    pub(crate) fn memory(template: &Template) -> Result<Self, EngineError> {
        let folder = tempfile::Builder::new()
            .prefix("planet-buckets-")
            .tempdir()
            .map_err(EngineError::file(std::env::temp_dir()))?;
        let service = service(template, folder.path())?;
        Ok(Self {
            service,
            buckets: names(template),
            _folder: Some(folder),
        })
    }

    /// Buckets kept in `folder`.
    pub(crate) fn on_disk(template: &Template, folder: &Path) -> Result<Self, EngineError> {
        let service = service(template, &folder.join("buckets"))?;
        Ok(Self {
            service,
            buckets: names(template),
            _folder: None,
        })
    }

    /// Whether there is a bucket of this name.
    pub(crate) fn has_bucket(&self, name: &str) -> bool {
        self.buckets.iter().any(|bucket| bucket == name)
    }

    /// Answers one request.
    pub(crate) async fn answer(&self, mut request: Request<Bytes>) -> Response<Bytes> {
        // A client leaves this header to its connection, and here is none; signatures cover it.
        if !request.headers().contains_key(HOST)
            && let Some(authority) = request.uri().authority()
            && let Ok(host) = HeaderValue::from_str(authority.as_str())
        {
            request.headers_mut().insert(HOST, host);
        }
        let response = match self.service.call(request.map(Body::from)).await {
            Ok(response) => response,
            Err(error) => {
                let error: Box<dyn std::error::Error + Send + Sync> = error.into();
                return answer::internal_failure(&error.to_string());
            }
        };
        let (head, body) = response.into_parts();
        match body.collect().await {
            Ok(body) => Response::from_parts(head, body.to_bytes()),
            Err(error) => {
                tracing::error!(error = %error, "an object could not be read");
                let mut response = Response::new(Bytes::new());
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            }
        }
    }
}

fn names(template: &Template) -> Vec<String> {
    let buckets = template.buckets.iter();
    buckets.map(|bucket| bucket.name.clone()).collect()
}

fn service(template: &Template, folder: &Path) -> Result<S3Service, EngineError> {
    files::create_folder(folder)?;
    for bucket in &template.buckets {
        files::create_folder(&folder.join(&bucket.name))?;
    }
    let store = FileSystem::new(folder).map_err(|error| EngineError::Buckets {
        folder: folder.to_owned(),
        message: format!("{error:?}"),
    })?;
    let mut builder = S3ServiceBuilder::new(store);
    let mut keys = SimpleAuth::new();
    for access_key_id in permissions::access_key_ids(template) {
        keys.register(access_key_id, SECRET_ACCESS_KEY.into());
    }
    builder.set_auth(keys);
    builder.set_host(BucketHosts {
        buckets: names(template),
    });
    Ok(builder.build())
}

/// Finds the bucket in a host name: `<bucket>.<anything>` for a bucket there is, and none in any
/// other, so that `localhost:3000/<bucket>/<key>` works beside `<bucket>.s3.us-east-1…`.
struct BucketHosts {
    buckets: Vec<String>,
}

impl S3Host for BucketHosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let found = self.buckets.iter().find_map(|bucket| {
            let domain = host.strip_prefix(bucket.as_str())?.strip_prefix('.')?;
            Some(VirtualHost::new(domain).with_bucket(bucket.as_str()))
        });
        Ok(found.unwrap_or_else(|| VirtualHost::new(host)))
    }
}
