//! Buckets: whole objects, and links by which others upload them.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_s3::{Client, operation::get_object::GetObjectError, presigning::PresigningConfig};
use aws_smithy_runtime_api::client::result::SdkError;
use bytes::Bytes;

use crate::error::{ErrorKind, ServiceError};

/// One bucket. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Bucket {
    client: Client,
    name: String,
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
    pub(crate) fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// Fetches an object of at most `max_bytes`; `None` if there is none at `key`.
    pub async fn get(&self, key: &str, max_bytes: u64) -> Result<Option<Bytes>, ServiceError> {
        let answer = self
            .client
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
        self.client
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
        self.client
            .delete_object()
            .bucket(&self.name)
            .key(key)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| ServiceError::of_sdk("delete", self.target(key), error))
    }

    /// A link for uploading exactly `content_length` bytes of `content_type` to `key` within
    /// `valid_for`.
    pub async fn presign_put(
        &self,
        key: &str,
        content_type: &str,
        content_length: u64,
        valid_for: Duration,
    ) -> Result<PresignedPut, ServiceError> {
        let refused = |cause: Box<dyn std::error::Error + Send + Sync>| {
            ServiceError::new("presign", self.target(key), ErrorKind::Refused, cause)
        };
        let config =
            PresigningConfig::expires_in(valid_for).map_err(|error| refused(error.into()))?;
        let request = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .content_type(content_type)
            .content_length(i64::try_from(content_length).map_err(|error| refused(error.into()))?)
            .presigned(config)
            .await
            .map_err(|error| ServiceError::of_sdk("presign", self.target(key), error))?;
        Ok(PresignedPut {
            url: request.uri().to_owned(),
            headers: request
                .headers()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        })
    }

    /// A link for downloading the object at `key` within `valid_for`, as a file called `file_name`:
    /// whatever it holds, a browser saves it and does not run it.
    pub async fn presign_get(
        &self,
        key: &str,
        file_name: &str,
        content_type: &str,
        valid_for: Duration,
    ) -> Result<String, ServiceError> {
        let config = PresigningConfig::expires_in(valid_for).map_err(|error| {
            ServiceError::new("presign", self.target(key), ErrorKind::Refused, error)
        })?;
        let request = self
            .client
            .get_object()
            .bucket(&self.name)
            .key(key)
            .response_content_type(content_type)
            .response_content_disposition(attachment(file_name))
            .presigned(config)
            .await
            .map_err(|error| ServiceError::of_sdk("presign", self.target(key), error))?;
        Ok(request.uri().to_owned())
    }

    fn target(&self, key: &str) -> String {
        format!("{}/{key}", self.name)
    }
}

/// `Content-Disposition` for a file that is saved under `name` (RFC 6266, RFC 8187): the bytes that
/// a header may hold as they are, the others percent-encoded.
fn attachment(name: &str) -> String {
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename*=UTF-8''{encoded}")
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
