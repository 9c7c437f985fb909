use serde_json::json;

use crate::sale::{Sale, post, refusal, refused};

#[tokio::test]
async fn both_sides_are_heard_until_everything_is_said() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    sale.ship("shirt", 1).await;
    let path = format!("{}/statements", sale.dispute().await);
    for number in 0..19 {
        let who = if number % 2 == 0 {
            &sale.seller
        } else {
            &sale.buyer
        };
        let body = json!({ "text": format!("Statement {number}.") });
        // Said twice under one key, it is said once.
        for _ in 0..2 {
            let answer = post(who, &path, &format!("k{number}"), body.clone()).await;
            assert_eq!(answer.status, 201, "{}", answer.text());
            let said = answer.json()["statements"].as_array().unwrap().clone();
            assert_eq!(said.len(), number + 2);
            let expected = if number % 2 == 0 { "seller" } else { "buyer" };
            assert_eq!(said[number + 1]["by"], expected);
        }
    }
    let more = post(&sale.buyer, &path, "k20", json!({ "text": "And." })).await;
    assert_eq!(refusal(&more), refused(409, "state_conflict"));
}

#[tokio::test]
async fn nobody_else_is_heard_and_nothing_after_the_ruling() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    sale.ship("shirt", 1).await;
    let dispute = sale.dispute().await;
    let path = format!("{dispute}/statements");
    let body = json!({ "text": "Listen." });
    let operator = sale.market.api.operator();
    for who in [&sale.stranger(), &operator] {
        let answer = post(who, &path, "k1", body.clone()).await;
        assert_eq!(refusal(&answer), refused(404, "not_found"));
    }
    let empty = post(&sale.buyer, &path, "k1", json!({ "text": " " })).await;
    assert_eq!(refusal(&empty), refused(422, "validation_failed"));
    let ruling = json!({ "decision": "release" });
    post(&operator, &format!("{dispute}/ruling"), "k1", ruling).await;
    let late = post(&sale.buyer, &path, "k1", body).await;
    assert_eq!(refusal(&late), refused(409, "state_conflict"));
}
