//! Links that do not come about, and who may not ask for them.

use serde_json::json;

use crate::{
    hooks::Hook,
    lounge::{Lounge, confirm, unlink},
};

#[tokio::test]
async fn a_code_is_good_for_a_quarter_of_an_hour_and_once() {
    let lounge = Lounge::open().await;
    let (early, late) = (
        lounge.code_for("ada").await,
        lounge.code_of("T-1", "M-2").await,
    );
    lounge.wait(15 * 60 - 1);
    assert_eq!(
        lounge.partner_confirms("T-2", &early, "M-1").await.status,
        200
    );
    let used = lounge.partner_confirms("T-3", &early, "M-3").await;
    assert_eq!(used.problem_code(), "not_found");
    lounge.wait(1);
    let ended = confirm(&lounge.member("ben"), &late).await;
    assert_eq!(ended.problem_code(), "not_found");
}

#[tokio::test]
async fn nobody_confirms_an_offer_of_the_own_side_or_with_another_partners_code() {
    let lounge = Lounge::open().await;
    let (of_member, of_partner) = (
        lounge.code_for("ada").await,
        lounge.code_of("T-1", "M-1").await,
    );
    let own = confirm(&lounge.member("ada"), &of_member).await;
    assert_eq!(own.problem_code(), "not_found");
    let own = lounge.partner_confirms("T-2", &of_partner, "M-1").await;
    assert_eq!(own.problem_code(), "not_found");
    let other = Hook::open(&lounge.shop).await;
    let body = json!({ "transaction_id": "T-1", "code": of_member, "member": "M-1" });
    let anyone = lounge.shop.api.anonymous();
    let foreign = other.post(&anyone, "links/confirm", body).await;
    assert_eq!(foreign.problem_code(), "not_found");
    assert_eq!(
        lounge
            .partner_confirms("T-3", &of_member, "M-1")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn an_account_has_one_member_id_of_a_partner_and_a_member_id_one_account() {
    let lounge = Lounge::open().await;
    let (second, before) = (
        lounge.code_for("ada").await,
        lounge.code_of("T-1", "M-1").await,
    );
    lounge.link("ada", "M-1").await;
    let path = format!("/v1/partners/{}/links", lounge.hook.partner);
    let offer = lounge.member("ada").post(&path, json!({})).await;
    assert_eq!(
        (offer.status, offer.problem_code().as_str()),
        (409, "link_conflict")
    );
    let body = json!({ "transaction_id": "T-2", "member": "M-1" });
    assert_eq!(
        lounge.hooked("links", body).await.problem_code(),
        "link_conflict"
    );
    let account_taken = lounge.partner_confirms("T-3", &second, "M-2").await;
    assert_eq!(account_taken.problem_code(), "link_conflict");
    let member_taken = confirm(&lounge.member("ben"), &before).await;
    assert_eq!(member_taken.problem_code(), "link_conflict");
    assert_eq!(lounge.links_of("ben").await.len(), 0);
    let elsewhere = Lounge {
        hook: Hook::open(&lounge.shop).await,
        shop: lounge.shop,
    };
    elsewhere.link("ada", "M-1").await;
    assert_eq!(elsewhere.links_of("ada").await.len(), 2);
}

#[tokio::test]
async fn what_is_somebody_elses_is_not_found() {
    let lounge = Lounge::open().await;
    let link = lounge.link("ada", "M-1").await;
    let foreign = unlink(&lounge.member("ben"), &link).await;
    assert_eq!(foreign.problem_code(), "not_found");
    let other = Hook::open(&lounge.shop).await;
    let anyone = lounge.shop.api.anonymous();
    let path = format!("links/{link}/unlink");
    let foreign = other
        .post(&anyone, &path, json!({ "transaction_id": "U-1" }))
        .await;
    assert_eq!(foreign.problem_code(), "not_found");
    let offered = format!("/v1/partners/{}/links", other.partner);
    let offer = lounge.member("ben").post(&offered, json!({})).await.json();
    let not_yet = unlink(&lounge.member("ben"), offer["link"].as_str().unwrap()).await;
    assert_eq!(not_yet.problem_code(), "not_found");
    assert_eq!(lounge.links_of("ada").await.len(), 1);
}

#[tokio::test]
async fn an_account_guesses_ten_times_an_hour_and_right_codes_do_not_count() {
    let lounge = Lounge::open().await;
    let ada = lounge.member("ada");
    let right = lounge.code_of("T-1", "M-1").await;
    for number in 0..9 {
        let wrong = confirm(&ada, &format!("0000000{number}")).await;
        assert_eq!(wrong.problem_code(), "not_found");
    }
    assert_eq!(confirm(&ada, &right).await.status, 200);
    assert_eq!(confirm(&ada, "00000009").await.problem_code(), "not_found");
    let refused = confirm(&ada, "0000000A").await;
    assert_eq!(
        (refused.status, refused.problem_code().as_str()),
        (429, "rate_limited")
    );
    assert_eq!(confirm(&ada, &right).await.status, 429);
    assert_eq!(confirm(&lounge.member("ben"), "0000000A").await.status, 404);
    lounge.wait(60 * 60);
    assert_eq!(confirm(&ada, "0000000A").await.status, 404);
}

#[tokio::test]
async fn an_account_asks_for_twenty_codes_an_hour() {
    let lounge = Lounge::open().await;
    for _ in 0..20 {
        lounge.code_for("ada").await;
    }
    let path = format!("/v1/partners/{}/links", lounge.hook.partner);
    let refused = lounge.member("ada").post(&path, json!({})).await;
    assert_eq!(refused.problem_code(), "rate_limited");
}

#[tokio::test]
async fn nobody_is_linked_to_a_partner_that_is_suspended_or_not_there() {
    let lounge = Lounge::open().await;
    let code = lounge.code_of("T-1", "M-1").await;
    let suspend = format!("/v1/partners/{}/suspend", lounge.hook.partner);
    lounge.shop.api.operator().post(&suspend, json!({})).await;
    let ada = lounge.member("ada");
    assert_eq!(confirm(&ada, &code).await.problem_code(), "not_found");
    let path = format!("/v1/partners/{}/links", lounge.hook.partner);
    assert_eq!(
        ada.post(&path, json!({})).await.problem_code(),
        "state_conflict"
    );
    let nobody = "/v1/partners/prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3/links";
    assert_eq!(
        ada.post(nobody, json!({})).await.problem_code(),
        "not_found"
    );
}

#[tokio::test]
async fn what_is_no_code_is_refused_without_being_repeated() {
    let lounge = Lounge::open().await;
    for code in [
        json!("SECRET"),
        json!("SECRETSECRET"),
        json!(777_777),
        json!(null),
    ] {
        let answer = lounge
            .member("ada")
            .post("/v1/partner-links/confirm", json!({ "code": code }))
            .await;
        assert_eq!(answer.problem_code(), "validation_failed", "{code}");
        assert_eq!(answer.json()["errors"][0]["pointer"], "/code");
        assert!(!answer.text().contains("SECRET") && !answer.text().contains("777"));
    }
}

#[tokio::test]
async fn links_are_for_callers_who_have_signed_in() {
    let lounge = Lounge::open().await;
    let link = lounge.link("ada", "M-1").await;
    let anyone = lounge.shop.api.anonymous();
    let offer = format!("/v1/partners/{}/links", lounge.hook.partner);
    let one = format!("/v1/partner-links/{link}");
    for (method, path) in [
        ("POST", offer.as_str()),
        ("POST", "/v1/partner-links/confirm"),
        ("GET", "/v1/partner-links"),
        ("DELETE", &one),
    ] {
        let answer = anyone.request(method, path).json(json!({})).send().await;
        assert_eq!(answer.problem_code(), "unauthenticated", "{method} {path}");
    }
}
