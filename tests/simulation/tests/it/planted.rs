//! Worlds that are broken on purpose: an invariant that never fails proves nothing.

use simulation::{Plan, Sabotage, run};

/// Breaks a world and says which invariants must notice, one of which does first.
fn notices(sabotage: Sabotage, invariants: &[&str]) {
    let plan = Plan {
        seed: 3,
        sabotage: Some(sabotage),
    };
    let Err(failure) = run(plan) else {
        panic!("nobody noticed");
    };
    let invariant = failure.violation.invariant;
    assert!(invariants.contains(&invariant), "{failure}");
}

#[test]
fn a_lost_record_of_a_stream_is_noticed() {
    notices(Sabotage::DropRecord, &["nothing_is_left_in_between"]);
}

#[test]
fn a_capture_that_nobody_hears_of_is_noticed() {
    notices(
        Sabotage::DeafToCaptures,
        &[
            "nothing_is_left_in_between",
            "an_order_is_paid_exactly_when_the_gateway_has_its_money",
        ],
    );
}

#[test]
fn a_sweeper_that_never_runs_is_noticed() {
    notices(Sabotage::NoSweeper, &["nothing_is_left_in_between"]);
}

#[test]
fn a_forged_refund_is_noticed() {
    notices(
        Sabotage::ForgedRefund,
        &["refunds_are_those_of_the_gateway"],
    );
}

#[test]
fn a_lost_ticket_is_noticed() {
    notices(
        Sabotage::LostTicket,
        &["tickets_are_the_seats_that_were_sold"],
    );
}

#[test]
fn stolen_stock_is_noticed() {
    notices(Sabotage::StolenStock, &["stock_is_what_was_sold"]);
}

#[test]
fn a_forged_entitlement_is_noticed() {
    notices(
        Sabotage::ForgedEntitlement,
        &["files_are_open_to_who_paid_for_them"],
    );
}

#[test]
fn money_that_the_gateway_gives_back_unasked_is_noticed() {
    notices(
        Sabotage::GatewayRefund,
        &["refunds_are_those_of_the_gateway"],
    );
}
