//! AWS's signature version 4, as much as an S3 client needs, written from the specification.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use engines::{ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY};
use http::Request;
use ring::{digest, hmac};

const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// A presigned URL for `path` at `host`, which also binds `headers` (lower-case names, sorted).
pub(crate) fn presigned(
    method: &str,
    host: &str,
    path: &str,
    expires_seconds: u32,
    age_seconds: u64,
    headers: &[(&str, &str)],
) -> String {
    let (date, time) = clock(age_seconds);
    let mut names = vec!["host"];
    names.extend(headers.iter().map(|(name, _)| *name));
    names.sort_unstable();
    let signed = names.join(";");
    let query = format!(
        "X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential={ACCESS_KEY_ID}%2F{date}%2F{REGION}%2Fs3%2Faws4_request\
         &X-Amz-Date={time}&X-Amz-Expires={expires_seconds}\
         &X-Amz-SignedHeaders={}",
        signed.replace(';', "%3B")
    );
    let lines = header_lines(&names, host, headers);
    let canonical = format!("{method}\n{path}\n{query}\n{lines}\n{signed}\n{UNSIGNED}");
    let signature = signature(&canonical, &date, &time);
    format!("{path}?{query}&X-Amz-Signature={signature}")
}

/// A request to `host` that is signed in its `authorization` header, as a client sends it.
pub(crate) fn signed(method: &str, host: &str, path: &str, body: &str) -> Request<Bytes> {
    let (date, time) = clock(0);
    let payload = hex(digest::digest(&digest::SHA256, body.as_bytes()).as_ref());
    let headers = [
        ("x-amz-content-sha256", payload.as_str()),
        ("x-amz-date", time.as_str()),
    ];
    let names = ["host", "x-amz-content-sha256", "x-amz-date"];
    let lines = header_lines(&names, host, &headers);
    let signed = names.join(";");
    let canonical = format!("{method}\n{path}\n\n{lines}\n{signed}\n{payload}");
    let signature = signature(&canonical, &date, &time);
    Request::builder()
        .method(method)
        .uri(format!("https://{host}{path}"))
        .header("x-amz-content-sha256", &payload)
        .header("x-amz-date", &time)
        .header(
            "authorization",
            format!(
                "AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/{date}/{REGION}/s3/aws4_request, \
                 SignedHeaders={signed}, Signature={signature}"
            ),
        )
        .body(Bytes::from(body.to_owned()))
        .unwrap()
}

fn header_lines(names: &[&str], host: &str, headers: &[(&str, &str)]) -> String {
    names
        .iter()
        .map(|name| {
            let value = match headers.iter().find(|(other, _)| other == name) {
                Some((_, value)) => value,
                None => host,
            };
            format!("{name}:{value}\n")
        })
        .collect()
}

fn signature(canonical: &str, date: &str, time: &str) -> String {
    let hash = hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
    let scope = format!("{date}/{REGION}/s3/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{hash}");
    let first = format!("AWS4{SECRET_ACCESS_KEY}").into_bytes();
    let key = [date, REGION, "s3", "aws4_request"]
        .iter()
        .fold(first, |key, part| mac(&key, part));
    hex(&mac(&key, &text))
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The date and the moment so long ago, as signatures write them.
fn clock(age_seconds: u64) -> (String, String) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seconds = now.as_secs() - age_seconds;
    let (days, second_of_day) = (seconds / 86_400, seconds % 86_400);
    // Days since 1970 to a civil date, after Howard Hinnant's algorithm.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let date = format!("{year:04}{month:02}{day:02}");
    let time = format!(
        "{date}T{:02}{:02}{:02}Z",
        second_of_day / 3_600,
        second_of_day / 60 % 60,
        second_of_day % 60
    );
    (date, time)
}
