//! `POST /v1/partner-hooks/{partner}/issues`: the partner tells by itself what it has issued.

use kernel::{Id, kind};
use partner::{
    Fault,
    Operation::{Issue, Void},
};
use serde_json::json;

use crate::{
    chain::OnDemand,
    hooks::Hook,
    shop::{PRICE, redeem},
};

#[tokio::test]
async fn a_notice_before_the_answer_brings_the_voucher_and_the_answer_changes_nothing() {
    for fault in [Fault::NoticeFirst, Fault::NoticeTwice] {
        let on_demand = OnDemand::open().await;
        let ada = on_demand.shop.member("ada", PRICE).await;
        on_demand.chain.misbehave(fault);
        let answer = redeem(&ada, &on_demand.reward, "k1").await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        on_demand.assert_had("ada", &answer.json()).await;
        assert!(
            on_demand
                .answers()
                .iter()
                .all(|status| *status == Some(200))
        );
        assert_eq!(on_demand.asked(), [Issue]);
    }
}

#[tokio::test]
async fn a_notice_in_place_of_the_answer_brings_the_voucher_without_a_question() {
    let on_demand = OnDemand::open().await;
    let ada = on_demand.shop.member("ada", PRICE).await;
    on_demand.chain.misbehave(Fault::NoticeOnly);
    let answer = redeem(&ada, &on_demand.reward, "k1").await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    on_demand.assert_had("ada", &answer.json()).await;
    on_demand.minutes_later(60).await;
    assert_eq!(on_demand.asked(), [Issue]);
}

#[tokio::test]
async fn a_notice_after_the_answer_and_again_is_no_other_voucher() {
    let on_demand = OnDemand::open().await;
    let ada = on_demand.shop.member("ada", PRICE).await;
    let voucher = redeem(&ada, &on_demand.reward, "k1").await.json();
    let issued = on_demand.chain.vouchers().remove(0);
    let told = on_demand.chain.notice(&issued, &issued.code).await.unwrap();
    assert_eq!((told.status, &told.body["state"]), (200, &json!("issued")));
    let again = on_demand.chain.notice(&issued, &issued.code).await.unwrap();
    assert_eq!((again.status, again.body), (200, told.body));
    on_demand.assert_had("ada", &voucher).await;
}

#[tokio::test]
async fn a_second_code_for_one_reference_is_refused_whichever_way_it_comes() {
    let on_demand = OnDemand::open().await;
    let ada = on_demand.shop.member("ada", PRICE).await;
    // By notice first, and another by the answer: the member has the first.
    on_demand.chain.misbehave(Fault::TwoCodes);
    let answer = redeem(&ada, &on_demand.reward, "k1").await;
    let voucher = answer.json();
    assert_eq!((answer.status, &voucher["status"]), (201, &json!("issued")));
    // By the answer first, and another by notice.
    let reference = voucher["id"].as_str().unwrap();
    let other = on_demand.notice("t1", reference, "CHN-OTHER").await;
    assert_eq!(
        (other.status, &other.body["code"]),
        (409, &json!("transaction_conflict"))
    );
    assert_eq!(on_demand.shown("ada", &answer).await, voucher);
    assert_eq!(on_demand.shop.points("ada").await, 0);
}

#[tokio::test]
async fn what_is_being_made_void_is_not_taken_by_notice() {
    let on_demand = OnDemand::open().await;
    let ada = on_demand.shop.member("ada", PRICE).await;
    on_demand.chain.misbehave(Fault::Refuse);
    on_demand.chain.misbehave(Fault::TimeoutBefore);
    let answer = redeem(&ada, &on_demand.reward, "k1").await;
    let reference = answer.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(on_demand.asked(), [Issue, Void]);
    for _ in 0..2 {
        let told = on_demand.notice("t1", &reference, "CHN-LATE").await;
        assert_eq!(
            (told.status, &told.body["code"]),
            (409, &json!("state_conflict"))
        );
    }
    on_demand.minutes_later(2).await;
    let shown = on_demand.shown("ada", &answer).await;
    on_demand.assert_failed("ada", &shown).await;
    let told = on_demand.notice("t1", &reference, "CHN-LATE").await;
    assert_eq!(told.body["code"], "state_conflict");
}

#[tokio::test]
async fn a_notice_at_another_price_makes_the_voucher_void() {
    let on_demand = OnDemand::open().await;
    let ada = on_demand.shop.member("ada", PRICE).await;
    on_demand.chain.misbehave(Fault::TimeoutAfter);
    let answer = redeem(&ada, &on_demand.reward, "k1").await;
    let body = json!({
        "transaction_id": "t1",
        "reference": answer.json()["id"],
        "code": on_demand.chain.vouchers()[0].code,
        "unit_price": { "minor": 1_501, "currency": "CNY" },
    });
    let told = on_demand
        .chain
        .tell(on_demand.partner, "issues", &body)
        .await
        .unwrap();
    assert_eq!(told.body["code"], "state_conflict");
    on_demand.sweep().await;
    let shown = on_demand.shown("ada", &answer).await;
    on_demand.assert_failed("ada", &shown).await;
}

#[tokio::test]
async fn one_code_for_two_references_is_one_voucher_and_the_other_is_void() {
    let on_demand = OnDemand::open().await;
    let ada = on_demand.shop.member("ada", PRICE).await;
    let ben = on_demand.shop.member("ben", PRICE).await;
    let first = redeem(&ada, &on_demand.reward, "k1").await.json();
    on_demand.chain.misbehave(Fault::TimeoutAfter);
    let second = redeem(&ben, &on_demand.reward, "k1").await;
    let reference = second.json()["id"].as_str().unwrap().to_owned();
    let code = first["code"].as_str().unwrap();
    let told = on_demand.notice("t1", &reference, code).await;
    assert_eq!(told.body["code"], "state_conflict");
    on_demand.sweep().await;
    assert_eq!(on_demand.shown("ben", &second).await["status"], "failed");
    assert_eq!(on_demand.shop.points("ben").await, PRICE);
    on_demand.assert_had("ada", &first).await;
}

#[tokio::test]
async fn a_reference_is_its_own_partners_alone() {
    let on_demand = OnDemand::open().await;
    let ada = on_demand.shop.member("ada", PRICE).await;
    on_demand.chain.misbehave(Fault::TimeoutAfter);
    let pending = redeem(&ada, &on_demand.reward, "k1").await.json();
    let stranger = Hook::open(&on_demand.shop).await;
    let anyone = on_demand.shop.api.anonymous();
    let absent = json!(Id::<kind::Voucher>::derive(&["absent"]));
    for reference in [&pending["id"], &absent] {
        let body = json!({
            "transaction_id": "t1", "reference": reference, "code": "X",
            "unit_price": { "minor": 1_500, "currency": "CNY" },
        });
        let answer = stranger.post(&anyone, "issues", body).await;
        assert_eq!(answer.problem_code(), "not_found");
    }
    assert_eq!(on_demand.shop.held("ada").await, PRICE);
}
