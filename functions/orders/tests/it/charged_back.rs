use serde_json::json;

use crate::sale::{Sale, refusal, refused, wish};

#[tokio::test]
async fn what_the_bank_took_back_is_not_paid_back_too() {
    let sale = Sale::of(&[("shirt", 2)]).await;
    for _ in 0..2 {
        sale.charge_back(12_000).await;
    }
    let both = wish(json!([sale.units("shirt", 2)]), false);
    let answer = sale.post(&sale.seller, "refunds", "k1", both).await;
    assert_eq!(refusal(&answer), refused(409, "refund_exceeds_paid"));
    let line = sale.line("shirt");
    for (key, minor, status) in [("k2", 7_801, 409), ("k3", 7_800, 201), ("k4", 1, 409)] {
        let part = json!([{ "line": line, "amount_minor": minor }]);
        let answer = sale
            .post(&sale.seller, "refunds", key, wish(part, false))
            .await;
        assert_eq!(answer.status, status, "{minor}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_bank_takes_what_it_takes() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    let body = wish(json!([sale.units("shirt", 1)]), false);
    sale.done(&sale.seller, "refunds", "k1", body).await;
    sale.charge_back(9_900).await;
    assert_eq!(sale.order().await["refunds"][0]["state"], "due");
}
