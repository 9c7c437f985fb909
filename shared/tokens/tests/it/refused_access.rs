//! Access tokens that are refused: what is known to have broken other people's verifiers.

use serde_json::{Value, json};

use crate::{
    forge::{Forge, claims, encoded, hmac_token, unsigned},
    house::{House, account, check_refused, listening_token},
};

#[tokio::test]
async fn no_other_algorithm_is_understood() {
    let house = House::start().await;
    let forge = Forge::access();
    let now_s = house.world.clock.now_seconds();
    let header = |alg: Value| json!({ "typ": "at+jwt", "alg": alg, "kid": forge.key_id });
    let mut cases = Vec::new();
    for alg in ["none", "None", "nOnE", ""] {
        let message = unsigned(&header(json!(alg)).to_string(), &claims(now_s).to_string());
        cases.push(("no signature", format!("{message}."), "malformed"));
    }
    for alg in ["HS256", "HS384", "HS512"] {
        let token = hmac_token(&header(json!(alg)), now_s, forge.public_key());
        cases.push(("the public key as an HMAC's secret", token, "malformed"));
    }
    let text = encoded(forge.public_key());
    let token = hmac_token(&header(json!("HS256")), now_s, text.as_bytes());
    cases.push(("the key's text as an HMAC's secret", token, "malformed"));
    let token = hmac_token(&header(json!("EdDSA")), now_s, forge.public_key());
    cases.push(("an HMAC that calls itself EdDSA", token, "bad signature"));
    for alg in [
        json!("RS256"),
        json!("PS256"),
        json!("ES256"),
        json!("ES512"),
        json!("Ed25519"),
        json!("eddsa"),
        json!("EdDSA "),
        json!(1),
        json!(["EdDSA"]),
        json!({ "EdDSA": true }),
    ] {
        let token = forge.with_header(json!({ "alg": alg }), now_s);
        cases.push(("another algorithm, properly signed", token, "malformed"));
    }
    let token = forge.with_header(json!({ "alg": null }), now_s);
    cases.push(("no algorithm", token, "malformed"));
    for (alg, reason) in [("ES256", "malformed"), ("EdDSA", "bad signature")] {
        let message = unsigned(&header(json!(alg)).to_string(), &claims(now_s).to_string());
        let zeros = encoded(&[0; 64]);
        cases.push(("a signature of zeros", format!("{message}.{zeros}"), reason));
    }
    check_refused(&house, cases).await;
}

#[tokio::test]
async fn a_token_cannot_choose_its_key() {
    let house = House::start().await;
    let (forge, listening, stranger) = (Forge::access(), Forge::listening(), Forge::stranger());
    let now_s = house.world.clock.now_seconds();
    let claims = claims(now_s).to_string();
    let header = forge.header().to_string();
    let mut cases = vec![
        (
            "no key id",
            forge.with_header(json!({ "kid": null }), now_s),
            "malformed",
        ),
        (
            "a key that nobody published",
            stranger.token(&stranger.header().to_string(), &claims),
            "unknown key",
        ),
        (
            "a stranger's signature under our key id",
            stranger.token(&header, &claims),
            "bad signature",
        ),
        (
            "the listening key",
            listening.token(&listening.header().to_string(), &claims),
            "unknown key",
        ),
        (
            "the listening key under the access key's id",
            listening.token(&header, &claims),
            "bad signature",
        ),
        (
            "the access key under the listening key's id",
            forge.token(&listening.header().to_string(), &claims),
            "unknown key",
        ),
        (
            "a listening token",
            house.signer.listening_token(account(), listening_token()),
            "malformed",
        ),
    ];
    for kid in [
        json!("../../../../dev/null"),
        json!("/dev/null"),
        json!("' OR '1'='1"),
        json!("KEYS"),
        json!(format!("access_{}", forge.key_id)),
        json!(forge.key_id.to_uppercase()),
        json!(format!("+{}", &forge.key_id[1..])),
        json!(format!("{} ", forge.key_id)),
        json!(format!("{}\0", forge.key_id)),
        json!(format!("0{}", forge.key_id)),
        json!(""),
        json!(0),
        json!([forge.key_id]),
        json!({ "S": forge.key_id }),
    ] {
        let token = forge.with_header(json!({ "kid": kid }), now_s);
        cases.push(("a key id that is none", token, "malformed"));
    }
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": encoded(stranger.public_key()) });
    for extra in [
        json!({ "jwk": jwk }),
        json!({ "jku": "https://example.org/jwks.json" }),
        json!({ "x5u": "https://example.org/chain.pem" }),
        json!({ "x5c": ["AA"] }),
        json!({ "x5t": "AA" }),
    ] {
        let mut header = forge.header();
        header
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        let header = header.to_string();
        let forged = stranger.token(&header, &claims);
        cases.push(("a key that the token brings along", forged, "malformed"));
        let signed = forge.token(&header, &claims);
        cases.push(("the same, properly signed", signed, "malformed"));
    }
    check_refused(&house, cases).await;
}

#[tokio::test]
async fn a_header_says_three_things_once() {
    let house = House::start().await;
    let forge = Forge::access();
    let now_s = house.world.clock.now_seconds();
    let claims = claims(now_s).to_string();
    let id = &forge.key_id;
    let mut cases = Vec::new();
    for changes in [
        json!({ "typ": "JWT" }),
        json!({ "typ": "AT+JWT" }),
        json!({ "typ": "application/at+jwt" }),
        json!({ "typ": "" }),
        json!({ "typ": ["at+jwt"] }),
        json!({ "typ": null }),
        json!({ "crit": ["exp"] }),
        json!({ "crit": [] }),
        json!({ "crit": ["b64"], "b64": false }),
        json!({ "b64": true }),
        json!({ "zip": "DEF" }),
        json!({ "cty": "JWT" }),
        json!({ "enc": "A128GCM" }),
        json!({ "x": 1 }),
    ] {
        let token = forge.with_header(changes, now_s);
        cases.push(("another header, properly signed", token, "malformed"));
    }
    for header in [
        format!(r#"{{"typ":"at+jwt","alg":"none","alg":"EdDSA","kid":"{id}"}}"#),
        format!(r#"{{"typ":"at+jwt","alg":"EdDSA","alg":"EdDSA","kid":"{id}"}}"#),
        format!(r#"{{"typ":"JWT","typ":"at+jwt","alg":"EdDSA","kid":"{id}"}}"#),
        format!(r#"{{"typ":"at+jwt","alg":"EdDSA","kid":"{id}","kid":"{id}"}}"#),
        format!(r#"{{"typ":"at+jwt","alg":"EdDSA","kid":"{id}"}}x"#),
        format!("\u{feff}{}", forge.header()),
        format!("[{}]", forge.header()),
        format!(r#"["EdDSA","at+jwt","{id}"]"#),
        "null".to_owned(),
        "{".to_owned(),
        String::new(),
    ] {
        let token = forge.token(&header, &claims);
        cases.push(("a header that is no such object", token, "malformed"));
    }
    check_refused(&house, cases).await;
}

#[tokio::test]
async fn claims_are_what_they_must_be() {
    let house = House::start().await;
    let forge = Forge::access();
    let now_s = house.world.clock.now_seconds();
    let mut cases = Vec::new();
    for (changes, reason) in [
        (json!({ "iss": "someone" }), "malformed"),
        (json!({ "iss": "Planet" }), "malformed"),
        (json!({ "iss": ["planet"] }), "malformed"),
        (json!({ "iss": null }), "malformed"),
        (json!({ "aud": "someone" }), "malformed"),
        (json!({ "aud": ["planet"] }), "malformed"),
        (json!({ "aud": ["someone", "planet"] }), "malformed"),
        (json!({ "aud": null }), "malformed"),
        (json!({ "sub": "someone" }), "malformed"),
        (json!({ "sub": crate::house::session() }), "malformed"),
        (
            json!({ "sub": account().to_string().to_lowercase() }),
            "malformed",
        ),
        (json!({ "sub": null }), "malformed"),
        (json!({ "sid": account() }), "malformed"),
        (json!({ "sid": null }), "malformed"),
        (json!({ "scope": ["operator"] }), "malformed"),
        (json!({ "scope": null }), "malformed"),
        (json!({ "jti": null }), "malformed"),
        (json!({ "exp": now_s, "iat": now_s - 1 }), "expired"),
        (json!({ "exp": now_s - 1, "iat": now_s - 900 }), "expired"),
        (json!({ "exp": now_s - 1 }), "malformed"),
        (json!({ "exp": -1 }), "malformed"),
        (json!({ "exp": (now_s + 900).to_string() }), "malformed"),
        (json!({ "exp": 2e9 }), "malformed"),
        (json!({ "exp": u64::MAX }), "malformed"),
        (json!({ "exp": true }), "malformed"),
        (json!({ "exp": null }), "malformed"),
        (
            json!({ "iat": now_s + 3_600, "exp": now_s + 7_200 }),
            "not yet valid",
        ),
        (
            json!({ "iat": i64::MAX - 1, "exp": i64::MAX }),
            "not yet valid",
        ),
        (json!({ "iat": 1.5 }), "malformed"),
        (json!({ "iat": null }), "malformed"),
        (json!({ "nbf": now_s + 3_600 }), "not yet valid"),
        (json!({ "nbf": i64::MAX }), "not yet valid"),
        (json!({ "nbf": "soon" }), "malformed"),
    ] {
        cases.push(("changed claims", forge.with_claims(changes, now_s), reason));
    }
    let good = claims(now_s).to_string();
    let open = good.strip_suffix('}').unwrap();
    for text in [
        format!(r#"{open},"sub":"{}"}}"#, account()),
        format!(r#"{open},"exp":{}}}"#, now_s + 9_000),
        format!(r#"{open},"aud":"planet"}}"#),
        format!(r#"{open},"\u0073ub":"{}"}}"#, account()),
        format!("[{good}]"),
        format!("{good}{good}"),
        "null".to_owned(),
        String::new(),
    ] {
        let token = forge.token(&forge.header().to_string(), &text);
        cases.push(("claims that are no such object", token, "malformed"));
    }
    check_refused(&house, cases).await;
}
