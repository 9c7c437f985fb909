//! Forms for uploads to S3 (the SDK signs links only): a policy, and its signature by SigV4.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>.

use std::{collections::BTreeMap, fmt};

use aws_credential_types::Credentials;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::{Clock, Timestamp};
use ring::hmac;
use serde_json::json;

use crate::bucket::{PresignedPost, Upload};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Who signs, and where forms lead.
#[derive(Clone)]
pub(crate) struct Poster {
    pub(crate) region: String,
    pub(crate) credentials: Credentials,
    pub(crate) endpoint_url: Option<String>,
}

impl fmt::Debug for Poster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Poster")
    }
}

/// Why there is no form.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PolicyError {
    /// The form would end beyond all time.
    #[error("the form's end is no time")]
    End,
}

/// The form that uploads what `upload` says to `bucket`, from now on.
pub(crate) fn sign(
    poster: &Poster,
    bucket: &str,
    upload: &Upload<'_>,
) -> Result<PresignedPost, PolicyError> {
    sign_at(Clock::system().now(), poster, bucket, upload)
}

fn sign_at(
    now: Timestamp,
    poster: &Poster,
    bucket: &str,
    upload: &Upload<'_>,
) -> Result<PresignedPost, PolicyError> {
    let end = now
        .checked_add(upload.valid_for)
        .map_err(|_| PolicyError::End)?;
    let (date, time) = (now.strftime("%Y%m%d"), now.strftime("%Y%m%dT%H%M%SZ"));
    let scope = format!("{date}/{}/s3/aws4_request", poster.region);
    let mut fields = BTreeMap::from([
        ("key".to_owned(), upload.key.to_owned()),
        ("Content-Type".to_owned(), upload.content_type.to_owned()),
        ("x-amz-algorithm".to_owned(), ALGORITHM.to_owned()),
        (
            "x-amz-credential".to_owned(),
            format!("{}/{scope}", poster.credentials.access_key_id()),
        ),
        ("x-amz-date".to_owned(), time.to_string()),
    ]);
    if let Some(token) = poster.credentials.session_token() {
        fields.insert("x-amz-security-token".to_owned(), token.to_owned());
    }
    let mut conditions = vec![
        json!({ "bucket": bucket }),
        json!([
            "content-length-range",
            upload.content_length,
            upload.content_length
        ]),
    ];
    conditions.extend(fields.iter().map(|(name, value)| json!({ name: value })));
    let policy = json!({
        "expiration": end.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
        "conditions": conditions,
    });
    let policy = STANDARD.encode(policy.to_string());
    let key = signing_key(poster, &date.to_string());
    fields.insert(
        "x-amz-signature".to_owned(),
        hex(hmac::sign(&key, policy.as_bytes()).as_ref()),
    );
    fields.insert("policy".to_owned(), policy);
    let url = match &poster.endpoint_url {
        Some(endpoint) => format!("{}/{bucket}", endpoint.trim_end_matches('/')),
        None => format!("https://{bucket}.s3.{}.amazonaws.com/", poster.region),
    };
    Ok(PresignedPost { url, fields })
}

/// SigV4: a key for one day, one region and S3, from which nothing leads back to the secret.
fn signing_key(poster: &Poster, date: &str) -> hmac::Key {
    let secret = format!("AWS4{}", poster.credentials.secret_access_key());
    let key = |bytes: &[u8]| hmac::Key::new(hmac::HMAC_SHA256, bytes);
    [date, &poster.region, "s3", "aws4_request"]
        .into_iter()
        .fold(key(secret.as_bytes()), |by, part| {
            key(hmac::sign(&by, part.as_bytes()).as_ref())
        })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of AWS's own documentation (its policy, base64 and all, signed by its key).
    #[test]
    fn the_signature_is_the_documentations() {
        let poster = Poster {
            region: "us-east-1".to_owned(),
            credentials: Credentials::from_keys(
                "AKIAIOSFODNN7EXAMPLE",
                "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                None,
            ),
            endpoint_url: None,
        };
        let policy = "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9";
        let signature = hmac::sign(&signing_key(&poster, "20151229"), policy.as_bytes());
        assert_eq!(
            hex(signature.as_ref()),
            "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
        );
    }

    #[test]
    fn every_field_but_the_signature_stands_in_the_policy() {
        let poster = Poster {
            region: "eu-west-1".to_owned(),
            credentials: Credentials::from_keys("id", "secret", Some("session".to_owned())),
            endpoint_url: Some("http://127.0.0.1:3000".to_owned()),
        };
        let upload = Upload {
            key: "quarantine/one",
            content_type: "image/png",
            content_length: 17,
            valid_for: std::time::Duration::from_secs(300),
        };
        let now = "2026-06-01T12:00:00Z".parse().unwrap();
        let form = sign_at(now, &poster, "media", &upload).unwrap();
        assert_eq!(form.url, "http://127.0.0.1:3000/media");
        let policy = STANDARD.decode(&form.fields["policy"]).unwrap();
        let policy: serde_json::Value = serde_json::from_slice(&policy).unwrap();
        assert_eq!(policy["expiration"], "2026-06-01T12:05:00.000Z");
        let conditions = policy["conditions"].as_array().unwrap();
        assert!(conditions.contains(&json!(["content-length-range", 17, 17])));
        assert!(conditions.contains(&json!({ "bucket": "media" })));
        for (name, value) in &form.fields {
            let is_part = !["policy", "x-amz-signature"].contains(&name.as_str());
            assert_eq!(
                conditions.contains(&json!({ name: value })),
                is_part,
                "{name}"
            );
        }
    }
}
