use crate::{
    market::{account, organization},
    sale::{Sale, refusal, refused},
};

#[tokio::test]
async fn both_sides_and_operators_see_a_dispute_and_nobody_else() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    sale.ship("shirt", 1).await;
    let path = sale.dispute().await;
    for who in [&sale.buyer, &sale.seller, &sale.market.api.operator()] {
        let answer = who.get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["statements"].as_array().unwrap().len(), 1);
    }
    let api = &sale.market.api;
    let door = api.member(account("door"), organization("records"), &["door"]);
    let rival = api.member(account("rival"), organization("rivals"), &["orders"]);
    for who in [&sale.stranger(), &door, &rival] {
        assert_eq!(refusal(&who.get(&path).await), refused(404, "not_found"));
    }
    let anonymous = api.anonymous().get(&path).await;
    assert_eq!(refusal(&anonymous), refused(401, "unauthenticated"));
}

#[tokio::test]
async fn an_order_without_a_quarrel_has_no_dispute() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    let id = sale.id.replace("ord_", "dsp_");
    let absent = "dsp_01J8Z3K4M5N6P7Q8R9S0T1V2W3";
    for id in [id.as_str(), absent, "x"] {
        let answer = sale.buyer.get(&format!("/v1/disputes/{id}")).await;
        assert_eq!(refusal(&answer), refused(404, "not_found"), "{id}");
    }
}
