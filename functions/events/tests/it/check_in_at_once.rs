//! Many at the door at the same time.

use serde_json::json;
use tokio::task::JoinSet;

use crate::house::{House, claim, show_at};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_doors_that_see_one_ticket_at_once_one_lets_its_holder_in() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let ticket = house.buy(&show, "ada", "line", 1).await.remove(0);
    let code = house.code("ada", &ticket).await;
    let mut doors = JoinSet::new();
    for number in 0..64 {
        let door = house.doorkeeper(&number.to_string());
        let code = code.clone();
        doors.spawn(async move { show_at(&door, &code, "1").await });
    }
    let answers = doors.join_all().await;
    let admitted = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(admitted, 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.problem_code(), "ticket_already_used");
    }
    let path = format!("/v1/events/{}/check-ins", show.concert);
    let list = house.door().get(&path).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_request_that_is_sent_16_times_at_once_is_answered_alike() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let ticket = house.buy(&show, "ada", "line", 1).await.remove(0);
    let code = house.code("ada", &ticket).await;
    let mut tries = JoinSet::new();
    for _ in 0..16 {
        let (door, code) = (house.door(), code.clone());
        tries.spawn(async move { show_at(&door, &code, "1").await });
    }
    let answers = tries.join_all().await;
    for answer in &answers {
        assert_eq!((answer.status, answer.json()), (201, answers[0].json()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_transfer_and_a_check_in_at_once_one_is_first_and_the_other_sees_it() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let tickets = house.buy(&show, "ada", "line", 24).await;
    let mut races = JoinSet::new();
    for ticket in tickets {
        let old = house.code("ada", &ticket).await;
        let transfer = house.offer("ada", &ticket).await;
        let (door, ben) = (house.door(), house.fan("ben"));
        races.spawn(async move {
            let shown = show_at(&door, &old, &ticket);
            let claimed = claim(&ben, &transfer);
            let (shown, claimed) = tokio::join!(shown, claimed);
            (ticket, shown, claimed)
        });
    }
    for (ticket, shown, claimed) in races.join_all().await {
        match (shown.status, claimed.status) {
            // She was inside before he could take it.
            (201, 404 | 409) => {
                assert!(["not_found", "ticket_already_used"].contains(&&*claimed.problem_code()));
                assert_eq!(house.ticket("ada", &ticket).await["state"], "issued");
            }
            // He had it before she came to the door.
            (409, 200) => {
                assert_eq!(shown.problem_code(), "ticket_not_valid");
                let new = claimed.json()["code"].as_str().unwrap().to_owned();
                let key = format!("{ticket} ben");
                assert_eq!(show_at(&house.door(), &new, &key).await.status, 201);
            }
            both => unreachable!("{both:?}: {} {}", shown.text(), claimed.text()),
        }
    }
}
