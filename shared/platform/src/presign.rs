//! Forms and links by which others upload to S3 and download from it, signed by SigV4. The SDK signs no
//! forms; links are signed here, too, so that a function that gives out links needs no client of S3.
//!
//! Sources: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>.

use std::{collections::BTreeMap, fmt, time::Duration};

use aws_credential_types::Credentials;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::{Clock, Timestamp};
use ring::{
    digest::{SHA256, digest},
    hmac,
};
use serde_json::json;

use crate::bucket::{PresignedPost, Upload};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// A link is good for at most so long.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Who signs, and where forms and links lead.
#[derive(Clone)]
pub(crate) struct Signer {
    pub(crate) region: String,
    pub(crate) credentials: Credentials,
    pub(crate) endpoint_url: Option<String>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Signer")
    }
}

/// Why there is no form or link.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PresignError {
    /// It would end beyond all time.
    #[error("its end is no time")]
    End,
    /// The service takes none that is good for so long.
    #[error("it is to be good for more than a week")]
    TooLong,
    /// Where the service is said to be is no address.
    #[error("the service's address has no host")]
    Address,
}

/// What a link is for.
#[derive(Clone, Debug)]
pub(crate) struct Link<'a> {
    pub(crate) method: &'static str,
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    /// What else stands in the query.
    pub(crate) query: &'a [(&'static str, String)],
    /// What must be sent exactly so, besides the host: in small letters and in order.
    pub(crate) headers: &'a [(&'static str, String)],
    pub(crate) valid_for: Duration,
}

impl Signer {
    /// The form that uploads what `upload` says to `bucket`, from now on.
    pub(crate) fn form(
        &self,
        bucket: &str,
        upload: &Upload<'_>,
    ) -> Result<PresignedPost, PresignError> {
        self.form_at(Clock::system().now(), bucket, upload)
    }

    /// The link that `link` describes, from now on.
    pub(crate) fn link(&self, link: &Link<'_>) -> Result<String, PresignError> {
        self.link_at(Clock::system().now(), &self.address(link.bucket), link)
    }

    fn form_at(
        &self,
        now: Timestamp,
        bucket: &str,
        upload: &Upload<'_>,
    ) -> Result<PresignedPost, PresignError> {
        let end = now
            .checked_add(upload.valid_for)
            .map_err(|_| PresignError::End)?;
        let moment = Moment::of(now);
        let mut fields = BTreeMap::from([
            ("key".to_owned(), upload.key.to_owned()),
            ("Content-Type".to_owned(), upload.content_type.to_owned()),
            ("x-amz-algorithm".to_owned(), ALGORITHM.to_owned()),
            ("x-amz-credential".to_owned(), self.credential(&moment)),
            ("x-amz-date".to_owned(), moment.time.clone()),
        ]);
        if let Some(token) = self.credentials.session_token() {
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
        let signature = self.sign(&moment.date, &policy);
        fields.insert("x-amz-signature".to_owned(), signature);
        fields.insert("policy".to_owned(), policy);
        let url = self.address(bucket);
        Ok(PresignedPost { url, fields })
    }

    fn link_at(
        &self,
        now: Timestamp,
        address: &str,
        link: &Link<'_>,
    ) -> Result<String, PresignError> {
        if link.valid_for > LONGEST {
            return Err(PresignError::TooLong);
        }
        let address = address.trim_end_matches('/');
        let (_, place) = address.split_once("://").ok_or(PresignError::Address)?;
        let (host, folder) = match place.split_once('/') {
            Some((host, folder)) => (host, format!("/{folder}")),
            None => (place, String::new()),
        };
        let path = format!("/{}", percent_encoded(link.key, b"-._~/"));

        let moment = Moment::of(now);
        let mut headers = vec![("host", host)];
        headers.extend(
            link.headers
                .iter()
                .map(|(name, value)| (*name, value.as_str())),
        );
        headers.sort_unstable();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let mut query = BTreeMap::from([
            ("X-Amz-Algorithm", ALGORITHM.to_owned()),
            ("X-Amz-Credential", self.credential(&moment)),
            ("X-Amz-Date", moment.time.clone()),
            ("X-Amz-Expires", link.valid_for.as_secs().to_string()),
            ("X-Amz-SignedHeaders", names.clone()),
        ]);
        if let Some(token) = self.credentials.session_token() {
            query.insert("X-Amz-Security-Token", token.to_owned());
        }
        query.extend(link.query.iter().cloned());
        let query: Vec<String> = query
            .into_iter()
            .map(|(name, value)| format!("{name}={}", percent_encoded(&value, b"-._~")))
            .collect();
        let query = query.join("&");

        let headers: String = headers
            .into_iter()
            .map(|(name, value)| format!("{name}:{}\n", value.trim()))
            .collect();
        let request = format!(
            "{}\n{folder}{path}\n{query}\n{headers}\n{names}\nUNSIGNED-PAYLOAD",
            link.method
        );
        let request = hex(digest(&SHA256, request.as_bytes()).as_ref());
        let scope = self.scope(&moment);
        let text = format!("{ALGORITHM}\n{}\n{scope}\n{request}", moment.time);
        let signature = self.sign(&moment.date, &text);
        Ok(format!(
            "{address}{path}?{query}&X-Amz-Signature={signature}"
        ))
    }

    /// Where `bucket` is: a host of its own at AWS, a path of an emulator's one host.
    fn address(&self, bucket: &str) -> String {
        match &self.endpoint_url {
            Some(endpoint) => format!("{}/{bucket}", endpoint.trim_end_matches('/')),
            None => {
                let region = &self.region;
                let country = if region.starts_with("cn-") { ".cn" } else { "" };
                format!("https://{bucket}.s3.{region}.amazonaws.com{country}/")
            }
        }
    }

    fn credential(&self, moment: &Moment) -> String {
        format!(
            "{}/{}",
            self.credentials.access_key_id(),
            self.scope(moment)
        )
    }

    /// What a signature is good for: a day, a region and S3.
    fn scope(&self, moment: &Moment) -> String {
        format!("{}/{}/s3/aws4_request", moment.date, self.region)
    }

    /// Signs `text` with a key for one day, one region and S3, from which nothing leads back to the
    /// secret.
    fn sign(&self, date: &str, text: &str) -> String {
        let secret = format!("AWS4{}", self.credentials.secret_access_key());
        let key = |bytes: &[u8]| hmac::Key::new(hmac::HMAC_SHA256, bytes);
        let key = [date, &self.region, "s3", "aws4_request"]
            .into_iter()
            .fold(key(secret.as_bytes()), |by, part| {
                key(hmac::sign(&by, part.as_bytes()).as_ref())
            });
        hex(hmac::sign(&key, text.as_bytes()).as_ref())
    }
}

/// When something is signed, as signatures write it.
struct Moment {
    date: String,
    time: String,
}

impl Moment {
    fn of(now: Timestamp) -> Self {
        Self {
            date: now.strftime("%Y%m%d").to_string(),
            time: now.strftime("%Y%m%dT%H%M%SZ").to_string(),
        }
    }
}

/// Every byte that is neither a letter nor a digit nor one of `kept` as `%` and two digits.
pub(crate) fn percent_encoded(text: &str, kept: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who signs in AWS's own documentation.
    fn documented() -> Signer {
        Signer {
            region: "us-east-1".to_owned(),
            credentials: Credentials::from_keys(
                "AKIAIOSFODNN7EXAMPLE",
                "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                None,
            ),
            endpoint_url: None,
        }
    }

    /// The example of AWS's own documentation (its policy, base64 and all, signed by its key).
    #[test]
    fn the_signature_is_the_documentations() {
        let policy = "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9";
        assert_eq!(
            documented().sign("20151229", policy),
            "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
        );
    }

    /// Another example of it: a link to `test.txt` for a day.
    #[test]
    fn the_link_is_the_documentations() {
        let link = Link {
            method: "GET",
            bucket: "examplebucket",
            key: "test.txt",
            query: &[],
            headers: &[],
            valid_for: Duration::from_secs(86_400),
        };
        let now = "2013-05-24T00:00:00Z".parse().unwrap();
        let address = "https://examplebucket.s3.amazonaws.com";
        assert_eq!(
            documented().link_at(now, address, &link).unwrap(),
            "https://examplebucket.s3.amazonaws.com/test.txt\
             ?X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
             &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        );
    }

    #[test]
    fn a_bucket_is_where_its_region_is() {
        let mut signer = documented();
        assert_eq!(
            signer.address("media"),
            "https://media.s3.us-east-1.amazonaws.com/"
        );
        signer.region = "cn-north-1".to_owned();
        assert_eq!(
            signer.address("media"),
            "https://media.s3.cn-north-1.amazonaws.com.cn/"
        );
    }

    #[test]
    fn no_link_is_good_for_more_than_a_week() {
        let link = Link {
            method: "GET",
            bucket: "media",
            key: "a",
            query: &[],
            headers: &[],
            valid_for: LONGEST + Duration::from_secs(1),
        };
        let refused = documented().link(&link).unwrap_err();
        assert!(matches!(refused, PresignError::TooLong));
    }

    #[test]
    fn every_field_but_the_signature_stands_in_the_policy() {
        let signer = Signer {
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
        let form = signer.form_at(now, "media", &upload).unwrap();
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
