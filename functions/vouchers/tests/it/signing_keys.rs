//! With which keys a message of a partner may be signed, and until when.

use jiff::SignedDuration;
use serde_json::{Value, json};
use webhook_signatures::{Headers, Signer, SigningKey, SymmetricKey};

use crate::{
    hooks::{Hook, SCOPES, make_key},
    signed::{BODY, ID, Post, assert_accepted, assert_refused, signed_with},
};

#[tokio::test]
async fn a_message_signed_with_any_other_key_is_refused() {
    let post = Post::open().await;
    let now = post.now_s();
    let stranger = SymmetricKey::generate().unwrap();
    let headers = signed_with(Signer::Symmetric(&stranger), now, BODY);
    assert_refused(&post.send(&headers).await, "nobody's key");
    let other = Hook::open(&post.shop).await;
    let headers = other.headers(ID, now, BODY);
    assert_refused(&post.send(&headers).await, "another partner's key");
    let ours = make_key(
        &post.shop,
        &post.hook.partner,
        json!({ "scopes": ["exchange"] }),
    )
    .await;
    let ours: SymmetricKey = ours["secret"].as_str().unwrap().parse().unwrap();
    let headers = signed_with(Signer::Symmetric(&ours), now, BODY);
    assert_refused(
        &post.send(&headers).await,
        "the key that the platform signs with",
    );
    let signing = SigningKey::generate().unwrap();
    let headers = signed_with(Signer::Asymmetric(&signing), now, BODY);
    assert_refused(&post.send(&headers).await, "a partner without a public key");
}

#[tokio::test]
async fn a_suspended_partner_is_heard_again_once_it_is_reinstated() {
    let post = Post::open().await;
    let operator = post.shop.api.operator();
    let path = |action: &str| format!("/v1/partners/{}/{action}", post.hook.partner);
    operator.post(&path("suspend"), json!({})).await;
    assert_refused(&post.send(&post.headers()).await, "suspended");
    operator.post(&path("reinstate"), json!({})).await;
    assert_accepted(&post.send(&post.headers()).await, "reinstated");
}

#[tokio::test]
async fn a_partner_may_sign_with_a_key_of_which_the_platform_knows_the_public_half_alone() {
    let post = Post::open().await;
    let (signing, other) = (
        SigningKey::generate().unwrap(),
        SigningKey::generate().unwrap(),
    );
    let partner = post.shop.partner().await;
    let wanted = json!({ "scopes": SCOPES, "public_key": signing.public().to_string() });
    let key = make_key(&post.shop, &partner, wanted).await;
    assert_eq!(key["secret"], Value::Null);
    // Whoever takes the public key for a shared secret lets anybody sign.
    let public = signing.public().to_string();
    let confused = format!("whsec_{}", public.strip_prefix("whpk_").unwrap());
    let hook = Hook {
        partner,
        key: confused.parse().unwrap(),
        clock: post.shop.world.clock.clone(),
    };
    let (anyone, now) = (post.shop.api.anonymous(), post.now_s());
    let send =
        async |headers: &Headers, body: &str| hook.send(&anyone, "links", headers, body).await;
    let good = signed_with(Signer::Asymmetric(&signing), now, BODY);
    assert_accepted(&send(&good, BODY).await, "v1a");
    assert_refused(
        &send(&hook.headers(ID, now, BODY), BODY).await,
        "v1 under the public key",
    );
    assert_refused(&send(&good, &BODY.replace("M-1", "M-2")).await, "altered");
    let wrong = signed_with(Signer::Asymmetric(&other), now, BODY);
    assert_refused(&send(&wrong, BODY).await, "another's v1a");
    let stale = signed_with(Signer::Asymmetric(&signing), now - 301, BODY);
    assert_refused(&send(&stale, BODY).await, "stale v1a");
    let symmetric = Headers {
        signature: good.signature.replacen("v1a,", "v1,", 1),
        ..good.clone()
    };
    assert_refused(&send(&symmetric, BODY).await, "v1a under the name of v1");
}

#[tokio::test]
async fn a_key_is_good_for_its_scopes_alone() {
    let post = Post::open().await;
    let anyone = post.shop.api.anonymous();
    let others = Hook::of(
        &post.shop,
        post.hook.partner.clone(),
        &["grants", "vouchers"],
    )
    .await;
    let body: Value = serde_json::from_str(BODY).unwrap();
    let answer = others.post(&anyone, "links", body.clone()).await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (403, "forbidden")
    );
    let links = Hook::of(&post.shop, post.hook.partner.clone(), &["links"]).await;
    assert_eq!(links.post(&anyone, "links", body).await.status, 201);
}

#[tokio::test]
async fn both_keys_verify_while_they_overlap_and_the_new_one_alone_afterwards() {
    let post = Post::open().await;
    let operator = post.shop.api.operator();
    let anyone = post.shop.api.anonymous();
    let keys = format!("/v1/partners/{}/keys", post.hook.partner);
    let listed = operator.get(&keys).await.json();
    let old = listed["items"][0]["id"].as_str().unwrap().to_owned();
    let rotate = json!({ "overlap_hours": 24 });
    let rotated = operator.post(&format!("{keys}/{old}/rotate"), rotate).await;
    assert_eq!(rotated.status, 201, "{}", rotated.text());
    let new = Hook {
        partner: post.hook.partner.clone(),
        key: rotated.json()["secret"].as_str().unwrap().parse().unwrap(),
        clock: post.hook.clock.clone(),
    };
    let send = async |hook: &Hook| {
        let headers = hook.headers(ID, post.now_s(), BODY);
        hook.send(&anyone, "links", &headers, BODY).await
    };
    assert_accepted(&send(&post.hook).await, "the old key");
    assert_accepted(&send(&new).await, "the new key");
    let nearly = SignedDuration::from_secs(24 * 3600 - 1);
    post.shop.world.clock.advance(nearly).unwrap();
    assert_accepted(&send(&post.hook).await, "the old key, in its last second");
    post.shop
        .world
        .clock
        .advance(SignedDuration::from_secs(1))
        .unwrap();
    assert_refused(&send(&post.hook).await, "the old key, ended");
    assert_accepted(&send(&new).await, "the new key, alone");
    let new_id = rotated.json()["id"].as_str().unwrap().to_owned();
    operator.delete(&format!("{keys}/{new_id}")).await;
    assert_refused(&send(&new).await, "the new key, ended at once");
}
