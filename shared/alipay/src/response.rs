//! Answers of the gateway, verified over the characters that arrived.

use std::{borrow::Cow, collections::BTreeMap, fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{GatewayError, Method, PublicKey};

const SUCCESS: &str = "10000";
const TRADE_NOT_EXIST: &str = "ACQ.TRADE_NOT_EXIST";
/// Alipay could not tell whether it did it: "call again with the same parameters".
const SERVICE_UNAVAILABLE: &str = "20000";
const SYSTEM_ERROR: &str = "SYSTEM_ERROR";

/// Reads the answer to `method`: its content, once the signature over its very characters holds.
///
/// # Errors
/// [`GatewayError::Unknown`] unless the answer is the gateway's, signed and whole: an answer that
/// anybody could have written does not say that nothing happened.
pub(crate) fn read<T: DeserializeOwned>(
    method: Method,
    body: &[u8],
    gateway_key: &PublicKey,
) -> Result<T, GatewayError> {
    let unknown = |reason: &str| GatewayError::unknown(reason);
    let body = str::from_utf8(body).map_err(|_| unknown("the answer is not UTF-8"))?;
    let envelope: Envelope<'_> =
        serde_json::from_str(body).map_err(|_| unknown("the answer is not the JSON it must be"))?;
    let Some(content) = envelope.0.get(method.response_key().as_str()) else {
        return Err(unsigned_refusal(&envelope));
    };
    let sign: &str = envelope
        .0
        .get("sign")
        .and_then(|sign| serde_json::from_str(sign.get()).ok())
        .ok_or_else(|| unsigned_refusal(&envelope))?;
    // Never written again: the order of members and the escapes are part of what was signed.
    if !gateway_key.verifies(content.get().as_bytes(), sign.as_bytes()) {
        return Err(unknown("the answer's signature is not the gateway's"));
    }
    verdict(content)?;
    serde_json::from_str(content.get()).map_err(|error| {
        GatewayError::unknown(format!("the answer lacks what it must have: {error}"))
    })
}

/// A member of an answer in its own type; the reason, if it is not, is an unknown outcome.
pub(crate) fn member<T: FromStr>(name: &str, text: &str) -> Result<T, GatewayError> {
    text.parse()
        .map_err(|_| GatewayError::unknown(format!("the answer's {name} is unreadable")))
}

#[derive(Deserialize)]
struct Verdict<'a> {
    #[serde(borrow)]
    code: Cow<'a, str>,
    #[serde(borrow, default)]
    msg: Cow<'a, str>,
    #[serde(borrow, default)]
    sub_code: Cow<'a, str>,
    #[serde(borrow, default)]
    sub_msg: Cow<'a, str>,
}

/// What the signed answer says of the operation.
fn verdict(content: &RawValue) -> Result<(), GatewayError> {
    let verdict: Verdict<'_> = serde_json::from_str(content.get())
        .map_err(|_| GatewayError::unknown("the answer has no code"))?;
    if verdict.code == SUCCESS {
        return Ok(());
    }
    if verdict.sub_code == TRADE_NOT_EXIST {
        return Err(GatewayError::NotFound);
    }
    if verdict.code == SERVICE_UNAVAILABLE || verdict.sub_code.ends_with(SYSTEM_ERROR) {
        let reason = format!("the gateway answered {} {}", verdict.code, verdict.sub_code);
        return Err(GatewayError::unknown(reason));
    }
    let message = if verdict.sub_msg.is_empty() {
        verdict.msg
    } else {
        verdict.sub_msg
    };
    Err(GatewayError::Refused {
        code: verdict.code.into_owned(),
        sub_code: verdict.sub_code.into_owned(),
        message: message.into_owned(),
    })
}

/// What the gateway answers when it cannot tell who asks, such as to a wrong signature of ours. It is
/// not signed, so it proves nothing; but whoever reads the log wants to know.
fn unsigned_refusal(envelope: &Envelope<'_>) -> GatewayError {
    let said = envelope.0.values().find_map(|content| {
        let verdict: Verdict<'_> = serde_json::from_str(content.get()).ok()?;
        Some(format!(
            "{} {} {}",
            verdict.code, verdict.sub_code, verdict.sub_msg
        ))
    });
    match said {
        Some(said) => GatewayError::unknown(format!("an answer without a signature: {said}")),
        None => GatewayError::unknown("an answer without a signature"),
    }
}

/// The members of an answer as the characters they are, none of them twice.
struct Envelope<'a>(BTreeMap<Cow<'a, str>, &'a RawValue>);

impl<'de> Deserialize<'de> for Envelope<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvelopeVisitor)
    }
}

struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an answer of the gateway")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope<'de>, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((key, value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
            if members.insert(key.0, value).is_some() {
                return Err(A::Error::custom("a member comes twice"));
            }
        }
        Ok(Envelope(members))
    }
}

/// A key, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);
