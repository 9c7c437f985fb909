//! `Idempotency-Key`: the same request twice has one effect and one answer.
//!
//! The record is a put under "there is none yet" in the very transaction that has the effect. There
//! is no lock and no "in progress": of two requests at once, one commits and the other's transaction
//! is cancelled by the record, reads it and answers the same. A worker that dies leaves nothing
//! behind. Only effects are recorded: a refusal changed nothing, so the same key may be tried again
//! once the reason is gone.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue};
use kernel::{Clock, Id, Kind};
use platform::table::{Key, Table, Write};
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    caller::Caller,
    error::{ApiError, Code},
    json::{parse_json, read_body, require_json},
};

/// The label of the record's write in a cancelled transaction.
pub const IDEMPOTENCY: &str = "idempotency";

const KEPT_SECONDS: i64 = 30 * 24 * 3600;
const MAX_BODY_BYTES: usize = 256 * 1024;

/// A request that moves value: its caller, its body, and the key that makes it one request however
/// often it is sent.
#[derive(Debug)]
pub struct Idempotent<T> {
    /// Who is calling.
    pub caller: Caller,
    /// The body.
    pub body: T,
    /// Names the request.
    pub key: RequestKey,
}

/// One caller's key for one request.
#[derive(Clone, Debug)]
pub struct RequestKey {
    id: String,
    fingerprint: String,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Idempotent<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (caller, key, body) = keyed(request).await?;
        // A route without fields may be called with an empty body.
        let body = parse_json(if body.is_empty() { b"{}" } else { &body })?;
        Ok(Self { caller, body, key })
    }
}

/// What is the same for every type of body.
async fn keyed(request: Request) -> Result<(Caller, RequestKey, Bytes), ApiError> {
    let caller = Caller::of(request.extensions())?;
    require_json(request.headers())?;
    let key = key_of(request.headers())?;
    let method = request.method().as_str().to_owned();
    let path = request.uri().path().to_owned();
    let body = read_body(request, MAX_BODY_BYTES).await?;
    let account = caller.account.to_string();
    let key = RequestKey {
        id: hex(&[account.as_bytes(), key.as_bytes()]),
        fingerprint: hex(&[method.as_bytes(), path.as_bytes(), &body]),
    };
    Ok((caller, key, body))
}

impl RequestKey {
    /// The id of what this request creates in `role`: the same on every try.
    pub fn derive<K: Kind>(&self, role: &str) -> Id<K> {
        Id::derive(&[&self.id, &self.fingerprint, role])
    }

    /// The id in `role` of whatever this caller creates under this key, whatever the body says: for
    /// things whose own item, put under "there is none yet", is the record of the request. Keep the
    /// [fingerprint](Self::fingerprint) in it, to know another request under the same key.
    pub fn scoped_id<K: Kind>(&self, role: &str) -> Id<K> {
        Id::derive(&[&self.id, role])
    }

    /// Tells this request from every other: a hash of its method, path and body.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// What is remembered of requests: a table of its own, whose rows expire after 30 days.
#[derive(Clone, Debug)]
pub struct Requests {
    table: Table,
    clock: Clock,
}

#[derive(Serialize, Deserialize)]
struct Record {
    pk: String,
    fingerprint: String,
    result: String,
    /// Seconds since 1970; the attribute by which the table forgets.
    expires_at: i64,
}

impl Requests {
    /// Remembers in `table`.
    pub fn new(table: Table, clock: Clock) -> Self {
        Self { table, clock }
    }

    /// What an earlier request with this key resulted in, if there was one. A different request
    /// under the same key is refused.
    pub async fn find<R: DeserializeOwned>(&self, key: &RequestKey) -> Result<Option<R>, ApiError> {
        let result = self.result_of(key).await?;
        let result = result.as_deref().map(serde_json::from_str);
        result.transpose().map_err(ApiError::internal)
    }

    async fn result_of(&self, key: &RequestKey) -> Result<Option<String>, ApiError> {
        let Some(record) = self.table.get::<Record>(&record_key(key)).await? else {
            return Ok(None);
        };
        if record.expires_at <= self.clock.now_seconds() {
            return Ok(None);
        }
        if record.fingerprint != key.fingerprint {
            return Err(ApiError::new(Code::IdempotencyKeyReused));
        }
        Ok(Some(record.result))
    }

    /// The write that remembers `result`: put it into the transaction that has the effect. It must
    /// hold no secret; name what was created and read it again for a replay.
    pub fn record(&self, key: &RequestKey, result: &impl Serialize) -> Result<Write, ApiError> {
        let result = serde_json::to_string(result).map_err(ApiError::internal)?;
        Ok(self.record_of(key, result))
    }

    fn record_of(&self, key: &RequestKey, result: String) -> Write {
        let now = self.clock.now_seconds();
        let record = Record {
            pk: record_key(key).pk().to_owned(),
            fingerprint: key.fingerprint.clone(),
            result,
            expires_at: now + KEPT_SECONDS,
        };
        Write::put(&self.table, &record)
            .when("attribute_not_exists(pk) OR #expires_at <= :now")
            .bind(":now", now)
            .labelled(IDEMPOTENCY)
    }
}

/// Marks an answer as a repetition of an earlier one.
pub fn replayed(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    response.headers_mut().insert(
        HeaderName::from_static("idempotent-replayed"),
        HeaderValue::from_static("true"),
    );
    response
}

fn record_key(key: &RequestKey) -> Key {
    Key::partition(format!("IDEM#{}", key.id))
}

/// The key: bare, or a quoted string as the IETF draft writes it.
fn key_of(headers: &HeaderMap) -> Result<String, ApiError> {
    let mut values = headers.get_all("idempotency-key").iter();
    let value = values
        .next()
        .ok_or_else(|| ApiError::new(Code::IdempotencyKeyMissing))?;
    let invalid = || ApiError::new(Code::IdempotencyKeyInvalid);
    // A gateway joins two headers of one name with a comma, so a bare key has none.
    let text = value.to_str().map_err(|_| invalid())?.trim();
    let (text, quoted) = match text.strip_prefix('"') {
        Some(rest) => (rest.strip_suffix('"').ok_or_else(invalid)?, true),
        None => (text, false),
    };
    let allowed = |byte: u8| {
        byte.is_ascii_graphic() && byte != b'"' && byte != b'\\' && (quoted || byte != b',')
    };
    if values.next().is_some() || text.is_empty() || text.len() > 255 || !text.bytes().all(allowed)
    {
        return Err(invalid());
    }
    Ok(text.to_owned())
}

/// A hash of the parts, each with its length, so that no two lists of parts look alike.
fn hex(parts: &[&[u8]]) -> String {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    context
        .finish()
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(values: &[&str]) -> Result<String, Code> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(
                "idempotency-key",
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        key_of(&headers).map_err(|error| error.code())
    }

    #[test]
    fn a_key_is_1_to_255_visible_characters_bare_or_quoted() {
        let long = "k".repeat(255);
        assert_eq!(parse(&["abc-1"]), Ok("abc-1".to_owned()));
        assert_eq!(parse(&["\"abc-1\""]), Ok("abc-1".to_owned()));
        assert_eq!(parse(&[&long]), Ok(long.clone()));
    }

    #[test]
    fn anything_else_is_refused() {
        let too_long = "k".repeat(256);
        assert_eq!(parse(&[]), Err(Code::IdempotencyKeyMissing));
        for values in [
            &[""][..],
            &["\"\""],
            &["a b"],
            &["\"a"],
            &["clé"],
            &["a,b"],
            &["a", "b"],
            &[&too_long],
        ] {
            assert_eq!(
                parse(values),
                Err(Code::IdempotencyKeyInvalid),
                "{values:?}"
            );
        }
    }
}
