//! An access token is accepted in the one spelling in which it was signed.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE},
};
use serde_json::json;

use crate::{
    forge::Forge,
    house::{House, check_refused, signer_of},
};

#[tokio::test]
async fn a_token_has_one_spelling() {
    let house = House::start().await;
    let now_s = house.world.clock.now_seconds();
    let good = house.signer.access_token(&house.claims()).unwrap();
    let other = house.signer.access_token(&house.claims()).unwrap();
    let [header, claims, signature] = parts(&good);
    let [_, other_claims, other_signature] = parts(&other);
    // 64 bytes end in a letter that carries four stray bits; Q, g and w are the canonical ones.
    let last = signature.chars().last().unwrap();
    let stray = signature.strip_suffix(last).unwrap().to_owned();
    let next = char::from(last as u8 + 1);
    let padded = URL_SAFE.encode([0; 64]);
    let plain = STANDARD_NO_PAD.encode([0xfb; 64]);
    let empty = || String::new();
    let cases = [
        ("nothing", empty(), "malformed"),
        ("dots", "..".to_owned(), "malformed"),
        ("one part", header.clone(), "malformed"),
        ("two parts", format!("{header}.{claims}"), "malformed"),
        (
            "no signature",
            format!("{header}.{claims}."),
            "bad signature",
        ),
        (
            "no claims",
            format!("{header}..{signature}"),
            "bad signature",
        ),
        ("no header", format!(".{claims}.{signature}"), "malformed"),
        ("a dot at the end", format!("{good}."), "malformed"),
        ("a fourth part", format!("{good}.{signature}"), "malformed"),
        (
            "an encrypted token",
            format!("{header}.a.b.c.d"),
            "malformed",
        ),
        (
            "claims before header",
            format!("{claims}.{header}.{signature}"),
            "malformed",
        ),
        (
            "signature before claims",
            format!("{header}.{signature}.{claims}"),
            "bad signature",
        ),
        (
            "another token's signature",
            format!("{header}.{claims}.{other_signature}"),
            "bad signature",
        ),
        (
            "another token's claims",
            format!("{header}.{other_claims}.{signature}"),
            "bad signature",
        ),
        (
            "a shorter signature",
            good[..good.len() - 2].to_owned(),
            "bad signature",
        ),
        (
            "half a signature",
            format!("{header}.{claims}.{}", &signature[..44]),
            "bad signature",
        ),
        ("a longer signature", format!("{good}AAAA"), "bad signature"),
        (
            "the signature twice",
            format!("{good}{signature}"),
            "bad signature",
        ),
        (
            "stray bits",
            format!("{header}.{claims}.{stray}{next}"),
            "malformed",
        ),
        ("padding", format!("{good}=="), "malformed"),
        (
            "padded zeros",
            format!("{header}.{claims}.{padded}"),
            "malformed",
        ),
        (
            "a padded header",
            format!("{header}=.{claims}.{signature}"),
            "malformed",
        ),
        (
            "padded claims",
            format!("{header}.{claims}=.{signature}"),
            "bad signature",
        ),
        (
            "the other alphabet",
            format!("{header}.{claims}.{plain}"),
            "malformed",
        ),
        ("a space before", format!(" {good}"), "malformed"),
        ("a space after", format!("{good} "), "malformed"),
        ("a line after", format!("{good}\n"), "malformed"),
        ("a zero byte after", format!("{good}\0"), "malformed"),
        ("a letter beyond ASCII", format!("{good}é"), "malformed"),
        ("the scheme", format!("Bearer {good}"), "malformed"),
        ("two tokens", format!("{good},{good}"), "malformed"),
        (
            "JSON",
            json!({ "protected": header, "payload": claims, "signature": signature }).to_string(),
            "malformed",
        ),
        ("a megabyte", "a".repeat(1 << 20), "malformed"),
        ("a megabyte of dots", ".".repeat(1 << 20), "malformed"),
        (
            "a megabyte behind a good header",
            format!("{header}.{}", "a".repeat(1 << 20)),
            "malformed",
        ),
    ];
    let mut cases = cases.to_vec();
    let long = json!({ "note": "a".repeat(4_096) });
    let long = Forge::access().with_claims(long, now_s);
    cases.push(("more than 4 KiB, properly signed", long, "malformed"));
    let unpublished = signer_of(b"another secret, of another house");
    let unpublished = unpublished.access_token(&house.claims()).unwrap();
    cases.push(("a signer that did not publish", unpublished, "unknown key"));
    check_refused(&house, cases).await;
    assert!(house.verifier.access(&good).await.is_ok());
}

fn parts(token: &str) -> [String; 3] {
    let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts.try_into().unwrap()
}
