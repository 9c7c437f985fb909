//! Many redemptions at the same time.

use std::collections::BTreeSet;

use serde_json::json;
use testkit::{Answer, Client};
use tokio::task::JoinSet;

use crate::shop::{PRICE, Shop, redeem};

async fn all_at_once(requests: Vec<(Client, String)>, reward: &str) -> Vec<Answer> {
    let mut tasks = JoinSet::new();
    for (client, key) in requests {
        let reward = reward.to_owned();
        tasks.spawn(async move { redeem(&client, &reward, &key).await });
    }
    tasks.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_members_for_20_codes_20_get_one_each_and_the_rest_keep_their_points() {
    let shop = Shop::open().await;
    let reward = shop.reward(20, json!({})).await;
    let mut requests = Vec::new();
    for number in 0..64 {
        let member = shop.member(&number.to_string(), PRICE).await;
        requests.push((member, "k1".to_owned()));
    }
    let answers = all_at_once(requests, &reward).await;
    let issued: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 201)
        .collect();
    assert_eq!(issued.len(), 20);
    let codes: BTreeSet<_> = issued
        .iter()
        .map(|answer| answer.json()["code"].to_string())
        .collect();
    assert_eq!(codes.len(), 20);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (409, "out_of_stock")
        );
    }
    let (mut spent, mut holders) = (0, 0);
    for number in 0..64 {
        let name = number.to_string();
        let left = shop.points(&name).await;
        let vouchers = shop
            .api
            .caller(crate::shop::account(&name))
            .get("/v1/vouchers")
            .await
            .json();
        let held = vouchers["items"].as_array().unwrap().len();
        assert_eq!(left, if held == 1 { 0 } else { PRICE });
        spent += PRICE - left;
        holders += held;
    }
    assert_eq!((spent, holders), (20 * PRICE, 20));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_redemptions_by_one_member_with_a_limit_of_one_one_is_done() {
    let shop = Shop::open().await;
    let reward = shop
        .reward(70, json!({ "limit_per_member": 1, "price_points": 1 }))
        .await;
    let ada = shop.member("ada", 100).await;
    let requests = (0..64).map(|number| (ada.clone(), format!("k{number}")));
    let answers = all_at_once(requests.collect(), &reward).await;
    let issued = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(issued, 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.problem_code(), "redemption_limit_reached");
    }
    assert_eq!(shop.points("ada").await, 99);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_tries_of_one_request_have_one_effect_and_one_answer() {
    for fields in [json!({}), json!({ "limit_per_member": 1 })] {
        let shop = Shop::open().await;
        let reward = shop.reward(1, fields).await;
        let ada = shop.member("ada", PRICE).await;
        let requests = vec![(ada, "k1".to_owned()); 16];
        let answers = all_at_once(requests, &reward).await;
        for answer in &answers {
            assert_eq!(answer.status, 201, "{}", answer.text());
            assert_eq!(answer.body, answers[0].body);
        }
        let replays = answers
            .iter()
            .filter(|answer| answer.header("idempotent-replayed").is_some());
        assert_eq!(replays.count(), 15);
        assert_eq!(shop.points("ada").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_member_spends_no_more_than_there_is() {
    let shop = Shop::open().await;
    let reward = shop.reward(10, json!({})).await;
    let ada = shop.member("ada", 2 * PRICE + 10).await;
    let requests = (0..8).map(|number| (ada.clone(), format!("k{number}")));
    let answers = all_at_once(requests.collect(), &reward).await;
    let issued = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(issued, 2);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.problem_code(), "insufficient_points");
    }
    assert_eq!(shop.points("ada").await, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_that_changes_meanwhile_is_paid_before_or_after_but_never_mixed() {
    let shop = Shop::open().await;
    let reward = shop.reward(32, json!({ "price_points": 10 })).await;
    let mut requests = Vec::new();
    for number in 0..32 {
        let member = shop.member(&number.to_string(), 20).await;
        requests.push((member, "k1".to_owned()));
    }
    let ((), answers) = tokio::join!(
        shop.patch(&reward, json!({ "price_points": 20 })),
        all_at_once(requests, &reward),
    );
    for answer in answers {
        let paid = answer.json()["points_spent"].as_i64().unwrap();
        assert!([10, 20].contains(&paid), "{paid}");
    }
    for number in 0..32 {
        let left = shop.points(&number.to_string()).await;
        assert!([0, 10].contains(&left), "{left}");
    }
}
