//! What a checkout costs, in round trips and in write units.

use crate::{
    line::line,
    market::{Goods, Market, checkout, place, sku},
};

/// The write units that an order of so many lines may cost, its places in two indexes included.
fn most(lines: u64) -> u64 {
    2 + 2 * lines + 2
}

#[tokio::test]
async fn an_order_of_one_line_is_one_read_and_one_transaction_and_a_replay_writes_nothing() {
    let mut market = Market::with_shirts().await;
    let (line, aws) = line(&market.world, "OrdersApi");
    market.world.aws = aws;
    market.api = market.world.app("OrdersApi", orders::build).await;
    line.take();
    let body = checkout(&[("records", &[("shirt", 1, 9_900)])]);
    let first = place(&market.buyer("ada"), "k1", body.clone()).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let traffic = line.take();
    assert_eq!((traffic.reads, traffic.writes), (1, 1));
    let units = traffic.half_write_units / 2;
    assert!(units <= most(1), "{units} write units");
    let again = place(&market.buyer("ada"), "k1", body).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let traffic = line.take();
    assert_eq!((traffic.reads, traffic.writes), (1, 0));
}

#[tokio::test]
async fn an_order_of_three_lines_is_still_one_read_and_one_transaction() {
    let mut market = Market::with_shirts().await;
    for name in ["poster", "cap"] {
        market.stock(name, 10).await;
        let goods = Goods {
            name,
            ..Goods::default()
        };
        market.sell("records", goods).await;
    }
    let (line, aws) = line(&market.world, "OrdersApi");
    market.world.aws = aws;
    market.api = market.world.app("OrdersApi", orders::build).await;
    line.take();
    let lines = &[("shirt", 1, 9_900), ("poster", 2, 9_900), ("cap", 3, 9_900)];
    let answer = place(&market.buyer("ada"), "k1", checkout(&[("records", lines)])).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let traffic = line.take();
    assert_eq!((traffic.reads, traffic.writes), (1, 1));
    let units = traffic.half_write_units / 2;
    // Three lines make an order's item larger than a kilobyte, of which a transaction bills each
    // begun one twice.
    assert!(units <= most(3) + 2, "{units} write units");
}

#[tokio::test]
async fn tickets_are_one_read_too_once_a_process_has_seen_them() {
    let mut market = Market::with_shirts().await;
    let seats = market
        .quota("tickets:tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3", 100, 4)
        .await;
    let ticket = Goods {
        name: "ticket",
        fulfilment: "ticket",
        components: Some(vec![(seats, 1)]),
        ..Goods::default()
    };
    market.sell("records", ticket).await;
    let (line, aws) = line(&market.world, "OrdersApi");
    market.world.aws = aws;
    market.api = market.world.app("OrdersApi", orders::build).await;
    let body = checkout(&[("records", &[("ticket", 1, 9_900)])]);
    let mut reads = Vec::new();
    for name in ["ada", "ben", "cai", "dan"] {
        line.take();
        let answer = place(&market.buyer(name), "k1", body.clone()).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let traffic = line.take();
        assert_eq!(traffic.writes, 1);
        reads.push(traffic.reads);
    }
    // The first learns which quota it is and into how many shards that is split.
    assert!(reads[0] <= 3, "{reads:?}");
    assert_eq!(reads[1..], [1, 1, 1], "{}", sku("ticket"));
}

#[tokio::test]
async fn a_refusal_writes_nothing() {
    let mut market = Market::with_shirts().await;
    let (line, aws) = line(&market.world, "OrdersApi");
    market.world.aws = aws;
    market.api = market.world.app("OrdersApi", orders::build).await;
    line.take();
    for (quantity, price, code) in [(1, 9_800, "price_changed"), (11, 9_900, "out_of_stock")] {
        let body = checkout(&[("records", &[("shirt", quantity, price)])]);
        let answer = place(&market.buyer("ada"), "k1", body).await;
        assert_eq!(answer.problem_code(), code);
        assert_eq!(line.take().writes, 0, "{code}");
    }
}
