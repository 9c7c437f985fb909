//! What both implementations of `Gateway` promise alike.

use alipay::{Gateway, GatewayError, OutTradeNo, TradeStatus};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::{World, at, fen, refund};

fn sub_code<T: std::fmt::Debug>(result: Result<T, GatewayError>) -> String {
    match result {
        Err(GatewayError::Refused { code, sub_code, .. }) => {
            assert_eq!(code, "40004");
            sub_code
        }
        other => panic!("no refusal: {other:?}"),
    }
}

#[tokio::test]
async fn a_trade_nobody_has_opened_is_not_found() {
    for (_world, gateway) in World::gateways() {
        let number: OutTradeNo = "pay_1".parse().unwrap();
        let request = refund(&number, "rfd_1", 1);
        let not_found = |error: GatewayError| matches!(error, GatewayError::NotFound);
        assert!(not_found(gateway.query(&number).await.unwrap_err()));
        assert!(not_found(gateway.close(&number).await.unwrap_err()));
        assert!(not_found(gateway.refund(&request).await.unwrap_err()));
        let asked = gateway.refund_query(&number, &request.out_request_no).await;
        assert!(not_found(asked.unwrap_err()));
    }
}

#[tokio::test]
async fn a_trade_waits_is_paid_and_is_finished_after_ninety_days() {
    for (world, gateway) in World::gateways() {
        let number = world.opened();
        let trade = gateway.query(&number).await.unwrap();
        assert_eq!(
            (trade.status, trade.total),
            (TradeStatus::WaitBuyerPay, fen(10_000))
        );
        assert_eq!(trade.paid_at, None);

        world.sandbox.pay(&number).unwrap();
        let trade = gateway.query(&number).await.unwrap();
        assert_eq!(trade.status, TradeStatus::Success);
        assert_eq!(trade.paid_at, Some(at("2026-06-01T12:00:00Z")));

        world.pass(SignedDuration::from_hours(90 * 24));
        assert_eq!(
            gateway.query(&number).await.unwrap().status,
            TradeStatus::Finished
        );
        let late = gateway.refund(&refund(&number, "rfd_1", 1)).await;
        assert_eq!(sub_code(late), "ACQ.TRADE_HAS_FINISHED");
    }
}

#[tokio::test]
async fn a_trade_nobody_pays_is_closed_at_its_time() {
    for (world, gateway) in World::gateways() {
        let number = world.opened();
        world.pass(SignedDuration::from_secs(899));
        assert_eq!(
            gateway.query(&number).await.unwrap().status,
            TradeStatus::WaitBuyerPay
        );
        world.pass(SignedDuration::from_secs(1));
        assert_eq!(
            gateway.query(&number).await.unwrap().status,
            TradeStatus::Closed
        );
        assert!(world.sandbox.pay(&number).is_err());
    }
}

#[tokio::test]
async fn an_unpaid_trade_is_closed_and_a_paid_one_is_not() {
    for (world, gateway) in World::gateways() {
        let number = world.opened();
        gateway.close(&number).await.unwrap();
        assert_eq!(
            gateway.query(&number).await.unwrap().status,
            TradeStatus::Closed
        );
        assert_eq!(
            sub_code(gateway.close(&number).await),
            "ACQ.TRADE_STATUS_ERROR"
        );
    }
    for (world, gateway) in World::gateways() {
        let number = world.paid();
        assert_eq!(
            sub_code(gateway.close(&number).await),
            "ACQ.TRADE_STATUS_ERROR"
        );
        assert_eq!(
            gateway.query(&number).await.unwrap().status,
            TradeStatus::Success
        );
    }
}

#[tokio::test]
async fn a_repeated_refund_moves_nothing_and_says_so() {
    for (world, gateway) in World::gateways() {
        let number = world.paid();
        let request = refund(&number, "rfd_1", 2_500);
        let first = gateway.refund(&request).await.unwrap();
        let again = gateway.refund(&request).await.unwrap();
        assert_eq!(
            (first.fund_change, first.refunded_total),
            (true, fen(2_500))
        );
        assert_eq!(
            (again.fund_change, again.refunded_total),
            (false, fen(2_500))
        );

        let second = gateway
            .refund(&refund(&number, "rfd_2", 500))
            .await
            .unwrap();
        assert_eq!(
            (second.fund_change, second.refunded_total),
            (true, fen(3_000))
        );
        let other = gateway.refund(&refund(&number, "rfd_2", 501)).await;
        assert_eq!(sub_code(other), "ACQ.DISCORDANT_REPEAT_REQUEST");
        assert_eq!(
            gateway.query(&number).await.unwrap().status,
            TradeStatus::Success
        );
        assert_eq!(world.sandbox.captured_fen(), 7_000);
    }
}

#[tokio::test]
async fn no_more_is_given_back_than_was_paid_and_all_of_it_closes_the_trade() {
    for (world, gateway) in World::gateways() {
        let number = world.paid();
        gateway
            .refund(&refund(&number, "rfd_1", 9_999))
            .await
            .unwrap();
        let more = gateway.refund(&refund(&number, "rfd_2", 2)).await;
        assert_eq!(sub_code(more), "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL");
        gateway.refund(&refund(&number, "rfd_3", 1)).await.unwrap();
        assert_eq!(
            gateway.query(&number).await.unwrap().status,
            TradeStatus::Closed
        );
        let again = gateway.refund(&refund(&number, "rfd_3", 1)).await.unwrap();
        assert!(!again.fund_change);
        assert_eq!(world.sandbox.captured_fen(), 0);
    }
}

#[tokio::test]
async fn an_unpaid_trade_gives_nothing_back() {
    for (world, gateway) in World::gateways() {
        let number = world.opened();
        let answer = gateway.refund(&refund(&number, "rfd_1", 1)).await;
        assert_eq!(sub_code(answer), "ACQ.TRADE_STATUS_ERROR");
    }
}

#[tokio::test]
async fn a_refund_is_found_by_its_number_once_it_is_made() {
    for (world, gateway) in World::gateways() {
        let number = world.paid();
        let request = refund(&number, "rfd_1", 2_500);
        let before = gateway
            .refund_query(&number, &request.out_request_no)
            .await
            .unwrap();
        assert_eq!(before, None);
        gateway.refund(&request).await.unwrap();
        let made = gateway
            .refund_query(&number, &request.out_request_no)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((made.amount, made.total), (fen(2_500), fen(10_000)));
    }
}

#[derive(Clone, Debug)]
enum Step {
    Pay,
    Close,
    Query,
    Refund(u8, i64),
    RefundQuery(u8),
    Wait(i64),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Pay),
        Just(Step::Close),
        Just(Step::Query),
        (0..3_u8, 0..6_000_i64).prop_map(|(number, amount)| Step::Refund(number, amount)),
        (0..3_u8).prop_map(Step::RefundQuery),
        (0..600_i64).prop_map(Step::Wait),
    ]
}

async fn told(world: &World, gateway: &dyn Gateway, steps: &[Step]) -> Vec<String> {
    let number = world.opened();
    let mut told = Vec::new();
    for step in steps {
        told.push(match step {
            Step::Pay => format!("{:?}", world.sandbox.pay(&number)),
            Step::Close => format!("{:?}", gateway.close(&number).await),
            Step::Query => format!("{:?}", gateway.query(&number).await),
            Step::Refund(n, amount) => {
                let request = refund(&number, &format!("rfd_{n}"), *amount);
                format!("{:?}", gateway.refund(&request).await)
            }
            Step::RefundQuery(n) => {
                let request = format!("rfd_{n}").parse().unwrap();
                format!("{:?}", gateway.refund_query(&number, &request).await)
            }
            Step::Wait(seconds) => {
                world.pass(SignedDuration::from_secs(*seconds));
                String::new()
            }
        });
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn both_implementations_tell_the_same(steps in prop::collection::vec(any_step(), 0..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let [(wire, client), (direct, sandbox)] = World::gateways();
        let over_the_wire = runtime.block_on(told(&wire, client.as_ref(), &steps));
        let within = runtime.block_on(told(&direct, sandbox.as_ref(), &steps));
        prop_assert_eq!(over_the_wire, within);
    }
}
