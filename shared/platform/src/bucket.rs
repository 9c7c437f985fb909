//! Buckets: whole objects, and links by which others upload them.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use aws_sdk_s3::{
    Config, operation::get_object::GetObjectError, primitives::ByteStream, types::MetadataDirective,
};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::timeout::TimeoutConfig;
use bytes::Bytes;

use crate::{
    aws::Access,
    error::{ErrorKind, ServiceError},
    presign::{Link, PresignError, percent_encoded},
};

const COPY_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);
const COPY_TIMEOUT: Duration = Duration::from_secs(120);

/// One bucket. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Bucket {
    access: Arc<Access>,
    name: String,
}

/// What is known of an object without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many bytes it has.
    pub size_bytes: u64,
    /// What it was stored as.
    pub content_type: Option<String>,
}

/// An object that is being read, piece by piece.
#[derive(Debug)]
pub struct Reading {
    body: ByteStream,
    target: String,
}

/// A form by which whoever holds it can upload one object until it expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresignedPost {
    /// Where to send it with `POST`, as `multipart/form-data`.
    pub url: String,
    /// The form's fields, to be sent exactly so; the file stands last, in the field `file`.
    pub fields: BTreeMap<String, String>,
}

/// What an upload by form must be.
#[derive(Clone, Debug)]
pub struct Upload<'a> {
    /// Where it goes, exactly.
    pub key: &'a str,
    /// As what, exactly.
    pub content_type: &'a str,
    /// How large it is, exactly.
    pub content_length: u64,
    /// How long the form is good for.
    pub valid_for: Duration,
}

/// A link by which whoever holds it can upload one object until it expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresignedPut {
    /// Where to send the bytes with `PUT`.
    pub url: String,
    /// Headers that must be sent exactly so.
    pub headers: BTreeMap<String, String>,
}

impl Bucket {
    pub(crate) fn new(access: Arc<Access>, name: String) -> Self {
        Self { access, name }
    }

    /// Fetches an object of at most `max_bytes`; `None` if there is none at `key`.
    pub async fn get(&self, key: &str, max_bytes: u64) -> Result<Option<Bytes>, ServiceError> {
        let answer = self
            .access
            .s3()
            .get_object()
            .bucket(&self.name)
            .key(key)
            .send()
            .await;
        let object = match answer {
            Ok(object) => object,
            Err(SdkError::ServiceError(context))
                if matches!(context.err(), GetObjectError::NoSuchKey(_)) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(ServiceError::of_sdk("get", self.target(key), error)),
        };
        let size = object.content_length().unwrap_or_default();
        if u64::try_from(size).unwrap_or(u64::MAX) > max_bytes {
            return Err(ServiceError::new(
                "get",
                self.target(key),
                ErrorKind::Malformed,
                format!("{size} bytes are more than {max_bytes}"),
            ));
        }
        let body = object.body.collect().await.map_err(|error| {
            ServiceError::new("get", self.target(key), ErrorKind::Unknown, error)
        })?;
        Ok(Some(body.into_bytes()))
    }

    /// Stores `bytes` at `key`, replacing what was there.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), ServiceError> {
        self.access
            .s3()
            .put_object()
            .bucket(&self.name)
            .key(key)
            .body(bytes.into())
            .send()
            .await
            .map(|_| ())
            .map_err(|error| ServiceError::of_sdk("put", self.target(key), error))
    }

    /// Removes the object at `key`; nothing happens if there is none.
    pub async fn delete(&self, key: &str) -> Result<(), ServiceError> {
        self.access
            .s3()
            .delete_object()
            .bucket(&self.name)
            .key(key)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| ServiceError::of_sdk("delete", self.target(key), error))
    }

    /// Looks at the object at `key`; `None` if there is none.
    pub async fn head(&self, key: &str) -> Result<Option<Head>, ServiceError> {
        let answer = self
            .access
            .s3()
            .head_object()
            .bucket(&self.name)
            .key(key)
            .send()
            .await;
        match answer {
            Ok(object) => Ok(Some(Head {
                size_bytes: u64::try_from(object.content_length().unwrap_or_default())
                    .unwrap_or_default(),
                content_type: object.content_type,
            })),
            // AWS's answer to this has no body to name the error in; the engines' has one.
            Err(SdkError::ServiceError(context)) if context.raw().status().as_u16() == 404 => {
                Ok(None)
            }
            Err(error) => Err(ServiceError::of_sdk("head", self.target(key), error)),
        }
    }

    /// Begins to read the object at `key`, however large; `None` if there is none.
    pub async fn read(&self, key: &str) -> Result<Option<Reading>, ServiceError> {
        let answer = self
            .access
            .s3()
            .get_object()
            .bucket(&self.name)
            .key(key)
            .send()
            .await;
        match answer {
            Ok(object) => Ok(Some(Reading {
                body: object.body,
                target: self.target(key),
            })),
            Err(SdkError::ServiceError(context))
                if matches!(context.err(), GetObjectError::NoSuchKey(_)) =>
            {
                Ok(None)
            }
            Err(error) => Err(ServiceError::of_sdk("get", self.target(key), error)),
        }
    }

    /// Copies the object at `from` to `to`, within the service, and stores it there as
    /// `content_type` whatever it was stored as before.
    pub async fn copy(&self, from: &str, to: &str, content_type: &str) -> Result<(), ServiceError> {
        self.access
            .s3()
            .copy_object()
            .bucket(&self.name)
            .copy_source(format!("{}/{}", self.name, percent_encoded(from, b"-._~/")))
            .key(to)
            .content_type(content_type)
            .metadata_directive(MetadataDirective::Replace)
            .customize()
            .config_override(Config::builder().timeout_config(copy_timeouts()))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| ServiceError::of_sdk("copy", self.target(from), error))
    }

    /// A form for one upload. Unlike a link for `PUT`, the service itself refuses any other size,
    /// key or type.
    pub fn presign_post(&self, upload: &Upload<'_>) -> Result<PresignedPost, ServiceError> {
        let form = self.access.signer().form(&self.name, upload);
        form.map_err(|error| self.unsigned(upload.key, error))
    }

    /// A link for uploading exactly `content_length` bytes of `content_type` to `key` within
    /// `valid_for`.
    pub fn presign_put(
        &self,
        key: &str,
        content_type: &str,
        content_length: u64,
        valid_for: Duration,
    ) -> Result<PresignedPut, ServiceError> {
        let headers = [
            ("content-length", content_length.to_string()),
            ("content-type", content_type.to_owned()),
        ];
        let url = self.link("PUT", key, &[], &headers, valid_for)?;
        let headers = headers.map(|(name, value)| (name.to_owned(), value));
        Ok(PresignedPut {
            url,
            headers: headers.into(),
        })
    }

    /// A link for downloading the object at `key` within `valid_for`, as a file called `file_name`:
    /// whatever it holds, a browser saves it and does not run it.
    pub fn presign_get(
        &self,
        key: &str,
        file_name: &str,
        content_type: &str,
        valid_for: Duration,
    ) -> Result<String, ServiceError> {
        let query = [
            ("response-content-disposition", attachment(file_name)),
            ("response-content-type", content_type.to_owned()),
        ];
        self.link("GET", key, &query, &[], valid_for)
    }

    fn link(
        &self,
        method: &'static str,
        key: &str,
        query: &[(&'static str, String)],
        headers: &[(&'static str, String)],
        valid_for: Duration,
    ) -> Result<String, ServiceError> {
        let link = Link {
            method,
            bucket: &self.name,
            key,
            query,
            headers,
            valid_for,
        };
        let link = self.access.signer().link(&link);
        link.map_err(|error| self.unsigned(key, error))
    }

    fn unsigned(&self, key: &str, error: PresignError) -> ServiceError {
        ServiceError::new("presign", self.target(key), ErrorKind::Refused, error)
    }

    fn target(&self, key: &str) -> String {
        format!("{}/{key}", self.name)
    }
}

/// A copy is answered when it is made, and the service copies some hundred megabytes a second: far
/// slower than anything else that is asked of it.
fn copy_timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(COPY_ATTEMPT_TIMEOUT)
        .operation_timeout(COPY_TIMEOUT)
        .build()
}

impl Reading {
    /// The next piece; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ServiceError> {
        self.body
            .try_next()
            .await
            .map_err(|error| ServiceError::new("get", &self.target, ErrorKind::Unknown, error))
    }
}

/// `Content-Disposition` for a file that is saved under `name` (RFC 6266, RFC 8187): the bytes that
/// a header may hold as they are, the others percent-encoded.
fn attachment(name: &str) -> String {
    format!(
        "attachment; filename*=UTF-8''{}",
        percent_encoded(name, b"-._")
    )
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn a_file_name_cannot_break_out_of_its_header() {
        assert_eq!(
            attachment("Café \"live\"\r\n.flac"),
            "attachment; filename*=UTF-8''Caf%C3%A9%20%22live%22%0D%0A.flac"
        );
    }
}
