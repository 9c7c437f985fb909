//! Access tokens: JWTs that say who is calling.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode, errors::ErrorKind,
};
use kernel::{Id, kind};
use platform::ServiceError;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::{Deserialize, Serialize};

use crate::{
    error::TokenError,
    keys::{KeyId, PublicKey, SigningKey},
    provider,
};

/// A token of ours has about 500 bytes; there is no reason to look into a larger one.
const MAX_BYTES: usize = 4 * 1024;
/// How far ahead of ours the clock of the machine that signed may be, in seconds.
const CLOCK_TOLERANCE_S: i64 = 60;
/// RFC 9068: a JWT for another purpose, though signed by the same key, is no access token.
const TYPE: &str = "at+jwt";
const ALGORITHM: &str = "EdDSA";
/// Both issuer and audience: the platform issues tokens for itself.
const PLANET: &str = "planet";

/// What a verified access token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessClaims {
    /// Who is calling.
    pub account: Id<kind::Account>,
    /// The session that the token was issued in.
    pub session: Id<kind::Session>,
    /// What the caller may do beyond what everyone may; a scope has no spaces.
    pub scopes: Vec<String>,
    /// The organization that the caller acts for with this token, if any.
    pub organization: Option<Id<kind::Organization>>,
    /// When the token was signed, in seconds since 1970.
    pub issued_at_s: i64,
    /// The second since 1970 from which on the token is refused.
    pub expires_at_s: i64,
}

/// The header: these three fields and no others. Without a place for `jwk`, `jku`, `x5u`, `crit`,
/// `zip` or `b64`, none of them can be obeyed by mistake. Serde refuses a repeated field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessHeader {
    alg: String,
    typ: String,
    kid: String,
}

/// The claims as they are written. Ones that are not known here are passed over, so that a newer
/// signer may add some; serde refuses a repeated one.
#[derive(Serialize, Deserialize)]
struct WireClaims {
    iss: String,
    aud: String,
    sub: Id<kind::Account>,
    sid: Id<kind::Session>,
    scope: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    org: Option<Id<kind::Organization>>,
    iat: i64,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    jti: String,
}

/// Writes and signs a token.
pub(crate) fn sign(claims: &AccessClaims, key: &SigningKey) -> Result<String, TokenError> {
    provider::install();
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(key.id().to_string());
    let claims = WireClaims {
        iss: PLANET.to_owned(),
        aud: PLANET.to_owned(),
        sub: claims.account,
        sid: claims.session,
        scope: claims.scopes.join(" "),
        org: claims.organization,
        iat: claims.issued_at_s,
        exp: claims.expires_at_s,
        nbf: None,
        jti: random_name()?,
    };
    encode(&header, &claims, &EncodingKey::from_ed_der(key.seed()))
        .map_err(|error| ServiceError::malformed("access token", error).into())
}

/// Which key a token names. Nothing about the token is trusted yet.
pub(crate) fn key_id(token: &str) -> Result<KeyId, TokenError> {
    if token.len() > MAX_BYTES {
        return Err(TokenError::Malformed);
    }
    let (header, _) = token.split_once('.').ok_or(TokenError::Malformed)?;
    let header = URL_SAFE_NO_PAD
        .decode(header)
        .map_err(|_| TokenError::Malformed)?;
    let header: AccessHeader =
        serde_json::from_slice(&header).map_err(|_| TokenError::Malformed)?;
    if header.alg != ALGORITHM || header.typ != TYPE {
        return Err(TokenError::Malformed);
    }
    header.kid.parse()
}

/// What a token says that `key` signed, and that holds at `now_s`. [`key_id`] must have accepted
/// the token.
pub(crate) fn verify(token: &str, key: &PublicKey, now_s: i64) -> Result<AccessClaims, TokenError> {
    provider::install();
    let mut validation = Validation::new(Algorithm::EdDSA);
    // The library asks the system for the time, takes 60 s of leeway, and accepts lists of issuers
    // and audiences; the claims are judged below instead. The signature it verifies before all.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_ed_der(key.as_bytes());
    let claims = decode::<WireClaims>(token, &key, &validation)
        .map_err(|error| match error.kind() {
            ErrorKind::InvalidSignature => TokenError::BadSignature,
            _ => TokenError::Malformed,
        })?
        .claims;
    judge(claims, now_s)
}

fn judge(claims: WireClaims, now_s: i64) -> Result<AccessClaims, TokenError> {
    if claims.iss != PLANET || claims.aud != PLANET || claims.exp <= claims.iat {
        return Err(TokenError::Malformed);
    }
    if claims.exp <= now_s {
        return Err(TokenError::Expired);
    }
    let latest_start_s = now_s.saturating_add(CLOCK_TOLERANCE_S);
    if claims.iat > latest_start_s || claims.nbf.is_some_and(|start_s| start_s > latest_start_s) {
        return Err(TokenError::NotYetValid);
    }
    Ok(AccessClaims {
        account: claims.sub,
        session: claims.sid,
        scopes: claims
            .scope
            .split(' ')
            .filter(|scope| !scope.is_empty())
            .map(str::to_owned)
            .collect(),
        organization: claims.org,
        issued_at_s: claims.iat,
        expires_at_s: claims.exp,
    })
}

/// 128 random bits, so that no two tokens are the same text.
fn random_name() -> Result<String, TokenError> {
    let mut bytes = [0; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|error| ServiceError::malformed("system randomness", error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
