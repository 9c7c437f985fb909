//! Rewards and partners' grants as a deployment holds them back: `REWARDS_STAGE`, `PARTNERS_STAGE`

use serde_json::json;
use testkit::Answer;

use crate::{
    box_office::{BoxOffice, points, tickets},
    hooks::Hook,
    shop::{PRICE, Shop, redeem},
};

async fn at_stage(mut shop: Shop, capability: &str, stage: &str) -> Shop {
    let held = [(capability, stage)];
    let world = &shop.world;
    shop.api = world.app_with("VouchersApi", &held, vouchers::build).await;
    shop
}

async fn office_at(mut office: BoxOffice, stage: &str) -> BoxOffice {
    office.shop = at_stage(office.shop, "PARTNERS_STAGE", stage).await;
    office
}

fn assert_off(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (403, "capability_off")
    );
}

#[tokio::test]
async fn while_rewards_are_off_no_points_are_given_and_vouchers_that_were_issued_are_redeemed() {
    let shop = Shop::open().await;
    let hook = Hook::open(&shop).await;
    let reward = shop.reward(2, json!({ "partner_id": hook.partner })).await;
    let ada = shop.member("ada", 2 * PRICE).await;
    let voucher = redeem(&ada, &reward, "k1").await.json();

    let shop = at_stage(shop, "REWARDS_STAGE", "off").await;
    let ada = shop.api.caller(crate::shop::account("ada"));
    assert_off(&redeem(&ada, &reward, "k2").await);
    assert_off(&shop.api.anonymous().get("/v1/rewards").await);
    assert_eq!(shop.points("ada").await, PRICE);

    let operator = shop.api.operator();
    let patch = json!({ "name": "Supper" });
    let path = format!("/v1/rewards/{reward}");
    assert_eq!(operator.patch(&path, patch).await.status, 200);

    let shown = ada.get("/v1/vouchers").await.json();
    assert_eq!(shown["items"][0]["id"], voucher["id"]);
    let body = json!({ "transaction_id": "t1", "code": voucher["code"] });
    let anyone = shop.api.anonymous();
    let redeemed = hook.post(&anyone, "vouchers/redeem", body).await;
    assert_eq!(redeemed.json()["state"], "redeemed");
    // Partners are administered whatever members can do.
    assert_eq!(operator.get("/v1/partners").await.status, 200);
}

#[tokio::test]
async fn while_rewards_are_tried_out_an_operator_redeems_and_members_do_not() {
    let shop = Shop::open().await;
    let reward = shop.reward(1, json!({})).await;
    let shop = at_stage(shop, "REWARDS_STAGE", "operators").await;
    let ada = shop.member("ada", PRICE).await;
    assert_off(&redeem(&ada, &reward, "k1").await);
    assert_off(&shop.api.anonymous().get("/v1/rewards").await);
    // One who has no points, but gets as far as that.
    let tried = redeem(&shop.api.operator(), &reward, "k1").await;
    assert_eq!(tried.problem_code(), "insufficient_points");
}

#[tokio::test]
async fn while_partners_are_off_nothing_is_granted_and_what_was_granted_is_claimed_or_taken_back() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let claimed = office.granted(&allotment, "t1").await;
    let revoked = office.granted(&allotment, "t2").await;
    let offered = office.offer("early", json!({})).await.json();

    let office = office_at(office, "off").await;
    assert_off(&office.grant(tickets("t3", &allotment, 1)).await);
    assert_off(&office.grant(points("t4", 10)).await);
    assert_off(&office.offer("more", json!({})).await);
    let link = json!({ "transaction_id": "t5", "member": "M-1" });
    assert_off(&office.hook("links", link).await);

    let claim = office.claim("ada", &claimed["claim_code"]).await;
    assert_eq!(claim.status, 200, "{}", claim.text());
    let revoked = office.revoke(revoked["id"].as_str().unwrap(), "t6").await;
    assert_eq!(revoked.status, 200, "{}", revoked.text());
    assert_eq!(office.units(&allotment).await, (1, 0));
    let offered = offered["id"].as_str().unwrap();
    let withdraw = format!("/v1/allotments/{offered}/withdraw");
    let withdrawn = office.organizer().post(&withdraw, json!({})).await;
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.text());
    // Points for vouchers are another matter.
    let rewards = office.shop.api.anonymous().get("/v1/rewards").await;
    assert_eq!(rewards.status, 200);
}

#[tokio::test]
async fn while_partners_are_tried_out_those_with_a_key_grant_and_organizers_do_not_offer() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let office = office_at(office, "operators").await;
    let granted = office.grant(tickets("t1", &allotment, 1)).await;
    assert_eq!(granted.status, 201, "{}", granted.text());
    assert_off(&office.offer("more", json!({})).await);
    // Without a good signature it is what it always is.
    let path = format!("/v1/partner-hooks/{}/grants", office.hook.partner);
    let unsigned = office
        .shop
        .api
        .anonymous()
        .post(&path, points("t2", 1))
        .await;
    assert_eq!(unsigned.problem_code(), "signature_invalid");
}
