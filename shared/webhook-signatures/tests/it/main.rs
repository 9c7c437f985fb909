//! What is signed is believed, and nothing else is.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod corpus;
mod keys;
mod laws;
mod sign;
mod verify;

use webhook_signatures::{
    Headers, Message, PublicKey, Received, Signer, SigningKey, SymmetricKey, Verified, VerifyError,
    VerifyingKey, sign,
};

/// The vector of the specification's libraries.
const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const ID: &str = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
const TIMESTAMP: &str = "1649367553";
const NOW_S: i64 = 1_649_367_553;
const BODY: &[u8] = br#"{"email":"test@example.com","username":"test_user"}"#;
const SIGNATURE: &str = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";

fn message() -> Message<'static> {
    Message {
        id: ID,
        timestamp_s: NOW_S,
        body: BODY,
    }
}

fn symmetric() -> SymmetricKey {
    SECRET.parse().unwrap()
}

fn received(headers: &Headers) -> Received {
    Received::parse(&headers.id, &headers.timestamp, &headers.signature).unwrap()
}

/// What a receiver with `keys` makes of `headers` and the vector's body, at the vector's time.
fn verify(headers: &Headers, keys: &[VerifyingKey]) -> Result<usize, VerifyError> {
    let verified = received(headers).verify(keys, BODY, NOW_S);
    verified.map(|Verified { key }| key)
}
