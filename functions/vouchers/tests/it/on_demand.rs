//! `POST /v1/rewards/{id}/redemptions` of rewards that the partner supplies on demand.

use partner::{
    Fault,
    Operation::{Find, Issue, Void},
};
use serde_json::json;

use crate::{
    chain::{OWED, OnDemand},
    hooks::make_key,
    shop::{PRICE, Shop, id, redeem},
};

#[tokio::test]
async fn points_become_a_voucher_that_the_partner_issues_at_once() {
    let on_demand = OnDemand::open().await;
    let ada = on_demand.shop.member("ada", PRICE).await;
    let answer = redeem(&ada, &on_demand.reward, "k1").await;
    let voucher = answer.json();
    assert_eq!(answer.status, 201, "{voucher}");
    let issued = on_demand.chain.vouchers().remove(0);
    assert_eq!(issued.reference.as_str(), voucher["id"].as_str().unwrap());
    assert_eq!(issued.product.as_str(), "breakfast-set");
    assert_eq!(issued.unit_price.minor(), OWED);
    let path = format!("/v1/vouchers/{}", voucher["id"].as_str().unwrap());
    assert_eq!(answer.header("location"), Some(path.as_str()));
    assert_eq!(
        voucher,
        json!({
            "id": voucher["id"],
            "reward": { "id": on_demand.reward, "name": "Breakfast voucher" },
            "partner": { "id": on_demand.partner, "name": "Golden Rooster" },
            "code": issued.code,
            "status": "issued",
            "points_spent": PRICE,
            "issued_at": "2026-06-01T12:00:00Z",
            "expires_at": "2026-07-01T12:00:00Z",
        })
    );
    on_demand.assert_had("ada", &voucher).await;
    // The same request again is the same voucher; nobody is asked again.
    let again = redeem(&ada, &on_demand.reward, "k1").await;
    assert_eq!((again.status, again.json()), (201, voucher));
    assert_eq!(on_demand.asked(), [Issue]);
    on_demand.minutes_later(60).await;
    assert_eq!(on_demand.asked(), [Issue]);
}

#[tokio::test]
async fn a_time_out_after_the_issue_is_asked_about_and_nothing_is_issued_twice() {
    let on_demand = OnDemand::open().await;
    let ada = on_demand.shop.member("ada", PRICE).await;
    on_demand.chain.misbehave(Fault::TimeoutAfter);
    let answer = redeem(&ada, &on_demand.reward, "k1").await;
    let pending = answer.json();
    assert_eq!(answer.status, 202, "{pending}");
    assert_eq!(
        (&pending["status"], pending.get("code")),
        (&json!("pending"), None)
    );
    assert_eq!(pending["points_held"], PRICE);
    assert_eq!(on_demand.shop.points("ada").await, 0);
    // The same request finds it pending, and the list shows it so.
    let again = redeem(&ada, &on_demand.reward, "k1").await;
    assert_eq!((again.status, again.json()), (202, pending.clone()));
    let list = ada.get("/v1/vouchers").await.json();
    assert_eq!(list["items"], json!([pending]));
    // Nobody is asked before it is time.
    on_demand.sweep().await;
    assert_eq!(on_demand.asked(), [Issue]);
    on_demand.minutes_later(2).await;
    let voucher = on_demand.shown("ada", &answer).await;
    on_demand.assert_had("ada", &voucher).await;
    assert_eq!(on_demand.asked(), [Issue, Find]);
    assert_eq!(redeem(&ada, &on_demand.reward, "k1").await.status, 201);
}

#[tokio::test]
async fn what_never_reached_the_partner_is_ordered_again_once_that_is_known() {
    let on_demand = OnDemand::open().await;
    let ada = on_demand.shop.member("ada", PRICE).await;
    on_demand.chain.misbehave(Fault::TimeoutBefore);
    let answer = redeem(&ada, &on_demand.reward, "k1").await;
    assert_eq!(answer.status, 202);
    // The reference is unknown, but the order may still be under way.
    on_demand
        .shop
        .world
        .clock
        .advance(jiff::SignedDuration::from_secs(70))
        .unwrap();
    on_demand.sweep().await;
    assert_eq!(on_demand.asked(), [Issue, Find]);
    on_demand.minutes_later(6).await;
    assert_eq!(on_demand.asked(), [Issue, Find, Find, Issue]);
    let voucher = on_demand.shown("ada", &answer).await;
    on_demand.assert_had("ada", &voucher).await;
}

#[tokio::test]
async fn errors_for_three_days_end_with_the_points_back_once_the_partner_confirms() {
    let on_demand = OnDemand::open().await;
    let ada = on_demand.shop.member("ada", PRICE).await;
    for _ in 0..70 {
        on_demand.chain.misbehave(Fault::ServerError);
    }
    let answer = redeem(&ada, &on_demand.reward, "k1").await;
    assert_eq!(answer.status, 202);
    // Every question is overdue by then: 74 hours.
    for _ in 0..64 {
        on_demand.minutes_later(70).await;
        let shown = on_demand.shown("ada", &answer).await;
        assert_eq!(shown["status"], "pending");
        assert_eq!(on_demand.shop.held("ada").await, PRICE);
    }
    let asked = on_demand.asked();
    assert_eq!(asked.iter().filter(|asked| **asked == Issue).count(), 1);
    assert!(asked.contains(&Void));
    for _ in 0..6 {
        on_demand.minutes_later(70).await;
    }
    let shown = on_demand.shown("ada", &answer).await;
    on_demand.assert_failed("ada", &shown).await;
    let again = redeem(&ada, &on_demand.reward, "k1").await;
    assert_eq!(again.problem_code(), "state_conflict");
}

#[tokio::test]
async fn another_price_is_not_paid_and_the_voucher_is_made_void_at_once() {
    let on_demand = OnDemand::open().await;
    let ada = on_demand.shop.member("ada", PRICE).await;
    on_demand.chain.misbehave(Fault::WrongAmount);
    let answer = redeem(&ada, &on_demand.reward, "k1").await;
    assert_eq!(answer.problem_code(), "state_conflict");
    assert_eq!(on_demand.asked(), [Issue, Void]);
    let vouchers = ada.get("/v1/vouchers").await.json();
    on_demand.assert_failed("ada", &vouchers["items"][0]).await;
}

#[tokio::test]
async fn a_refusal_gives_the_points_back_only_when_the_partner_has_confirmed_the_void() {
    let on_demand = OnDemand::with(json!({ "limit_per_member": 1 })).await;
    let ada = on_demand.shop.member("ada", PRICE).await;
    on_demand.chain.misbehave(Fault::Refuse);
    on_demand.chain.misbehave(Fault::ServerError);
    let answer = redeem(&ada, &on_demand.reward, "k1").await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    assert_eq!(on_demand.asked(), [Issue, Void]);
    on_demand.chain.misbehave(Fault::Down { seconds: 3_600 });
    on_demand.minutes_later(2).await;
    assert_eq!(on_demand.shop.held("ada").await, PRICE);
    on_demand.minutes_later(90).await;
    let shown = on_demand.shown("ada", &answer).await;
    on_demand.assert_failed("ada", &shown).await;
    // What the member did not get does not count against the limit.
    let answer = redeem(&ada, &on_demand.reward, "k2").await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let again = redeem(&ada, &on_demand.reward, "k3").await;
    assert_eq!(again.problem_code(), "redemption_limit_reached");
}

#[tokio::test]
async fn what_is_refused_is_refused_before_anybody_is_asked() {
    let on_demand = OnDemand::open().await;
    let poor = on_demand.shop.member("ada", PRICE - 1).await;
    let answer = redeem(&poor, &on_demand.reward, "k1").await;
    assert_eq!(answer.problem_code(), "insufficient_points");
    let partner = format!("/v1/partners/{}/suspend", on_demand.partner);
    on_demand
        .shop
        .api
        .operator()
        .post(&partner, json!({}))
        .await;
    let ben = on_demand.shop.member("ben", PRICE).await;
    let answer = redeem(&ben, &on_demand.reward, "k1").await;
    assert_eq!(answer.problem_code(), "state_conflict");
    assert!(on_demand.asked().is_empty());
    assert_eq!(on_demand.shop.points("ben").await, PRICE);
}

#[tokio::test]
async fn points_that_time_has_freed_are_spent_again_if_they_are_there_and_else_nothing_is_issued() {
    for spends in [false, true] {
        let on_demand = OnDemand::open().await;
        let ada = on_demand.shop.member("ada", PRICE).await;
        on_demand.chain.misbehave(Fault::TimeoutAfter);
        let answer = redeem(&ada, &on_demand.reward, "k1").await;
        assert_eq!(answer.status, 202);
        // Nobody sweeps for a month, and the hold ends.
        let month = jiff::SignedDuration::from_hours(31 * 24);
        on_demand.shop.world.clock.advance(month).unwrap();
        assert_eq!(on_demand.shop.points("ada").await, PRICE);
        if spends {
            let other = on_demand.shop.reward(1, json!({})).await;
            assert_eq!(redeem(&ada, &other, "k2").await.status, 201);
        }
        on_demand.sweep().await;
        let shown = on_demand.shown("ada", &answer).await;
        assert_eq!(on_demand.shop.points("ada").await, 0);
        if spends {
            assert_eq!(shown["status"], "failed");
            assert_eq!(on_demand.asked(), [Issue, Find, Void]);
        } else {
            on_demand.assert_had("ada", &shown).await;
        }
    }
}

#[tokio::test]
async fn a_partner_without_a_key_for_exchanges_is_never_called() {
    let shop = Shop::open().await;
    let wanted = json!({ "name": "Golden Rooster", "api": { "base": partner::API_URL } });
    shop.world.chain(&shop.api);
    let partner = id(&shop.api.operator().post("/v1/partners", wanted).await);
    make_key(&shop, &partner, json!({ "scopes": ["vouchers"] })).await;
    let supply = json!({ "type": "on_demand", "product": "x" });
    let reward = shop
        .reward(0, json!({ "partner_id": partner, "supply": supply }))
        .await;
    let ada = shop.member("ada", PRICE).await;
    assert_eq!(redeem(&ada, &reward, "k1").await.status, 202);
    assert!(shop.world.internet.dials().is_empty());
}

#[tokio::test]
async fn a_reward_says_where_its_vouchers_come_from_and_what_they_cost() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    for (field, value) in [
        ("supply", json!({ "type": "on_demand" })),
        ("supply", json!({ "type": "on_demand", "product": "" })),
        ("supply", json!({ "type": "code_pool", "product": "x" })),
        ("supply", json!({ "type": "by_post" })),
        ("supply", json!("on_demand")),
        ("unit_price", json!({ "minor": -1, "currency": "CNY" })),
        ("unit_price", json!({ "minor": 1, "currency": "USD" })),
        ("unit_price", json!({ "minor": 1.5, "currency": "CNY" })),
        ("unit_price", json!(15)),
        ("unit_price", json!(null)),
    ] {
        let mut reward = json!({
            "partner_id": partner, "name": "x", "description": "x", "price_points": 1,
            "voucher_valid_days": 1,
        });
        reward[field] = value.clone();
        let answer = shop.api.operator().post("/v1/rewards", reward).await;
        assert_eq!(
            answer.problem_code(),
            "validation_failed",
            "{field} {value}"
        );
    }
}

#[tokio::test]
async fn a_sandbox_partners_rewards_are_not_published() {
    let shop = Shop::open().await;
    let wanted = json!({ "name": "Golden Rooster", "mode": "sandbox" });
    let partner = id(&shop.api.operator().post("/v1/partners", wanted).await);
    let reward = shop.draft(json!({ "partner_id": partner })).await;
    let operator = shop.api.operator();
    let path = format!("/v1/rewards/{reward}");
    let publish = json!({ "status": "published" });
    let answer = operator.patch(&path, publish.clone()).await;
    assert_eq!(answer.problem_code(), "state_conflict");
    let live = format!("/v1/partners/{partner}/go-live");
    operator.post(&live, json!({})).await;
    assert_eq!(operator.patch(&path, publish).await.status, 200);
}
