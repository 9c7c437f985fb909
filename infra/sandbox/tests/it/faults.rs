//! Answers that do not come, and what was done nevertheless.

use alipay::GatewayError;
use sandbox::Fault;

use crate::{World, refund};

#[tokio::test]
async fn an_unknown_outcome_may_have_happened_and_its_repetition_settles_it() {
    for (fault, happened) in [
        (Fault::TimeoutBefore, false),
        (Fault::ServerError, false),
        (Fault::TimeoutAfter, true),
        (Fault::BadSignature, true),
    ] {
        for (world, gateway) in World::gateways() {
            let number = world.paid();
            let request = refund(&number, "rfd_1", 2_500);
            world.sandbox.fail_next(fault);
            let answer = gateway.refund(&request).await;
            assert!(
                matches!(answer, Err(GatewayError::Unknown { .. })),
                "{fault:?}: {answer:?}"
            );

            let made = gateway
                .refund_query(&number, &request.out_request_no)
                .await
                .unwrap();
            assert_eq!(made.is_some(), happened, "{fault:?}");
            let again = gateway.refund(&request).await.unwrap();
            assert_eq!(again.fund_change, !happened, "{fault:?}");
            assert_eq!(world.sandbox.captured_fen(), 7_500, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn faults_wait_in_line_and_each_hits_one_call() {
    for (world, gateway) in World::gateways() {
        let number = world.opened();
        world.sandbox.fail_next(Fault::ServerError);
        world.sandbox.fail_next(Fault::TimeoutBefore);
        for expected in [false, false, true] {
            assert_eq!(gateway.query(&number).await.is_ok(), expected);
        }
    }
}

#[tokio::test]
async fn dropped_notifies_drop_no_call() {
    for (world, gateway) in World::gateways() {
        let number = world.opened();
        world.sandbox.fail_next(Fault::DropNotifies);
        assert!(gateway.query(&number).await.is_ok());
        world.sandbox.pay(&number).unwrap();
        assert_eq!(world.sandbox.due(world.clock.now()), []);
    }
}
