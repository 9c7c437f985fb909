use jiff::SignedDuration;
use kernel::kind;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::house::{House, claim, id, keyed, show_at};

#[tokio::test]
async fn a_ticket_that_is_taken_gets_a_new_secret_and_the_old_one_fails_at_the_door() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let ticket = house.buy(&show, "ada", "line", 1).await.remove(0);
    let old = house.code("ada", &ticket).await;
    let code = house.offer("ada", &ticket).await;
    assert_eq!(
        house.code("ada", &ticket).await,
        old,
        "it is hers until then"
    );

    let taken = claim(&house.fan("ben"), &code).await;
    assert_eq!(taken.status, 200, "{}", taken.text());
    let new = taken.json()["code"].as_str().unwrap().to_owned();
    assert_ne!(new, old);
    assert_eq!(house.code("ben", &ticket).await, new);
    let gone = house.fan("ada").get(&format!("/v1/tickets/{ticket}")).await;
    assert_eq!(gone.problem_code(), "not_found");
    let list = house.fan("ada").get("/v1/tickets").await.json();
    assert_eq!(list["items"], json!([]));

    let refused = show_at(&house.door(), &old, "1").await;
    assert_eq!(
        (refused.status, refused.problem_code().as_str()),
        (409, "ticket_not_valid")
    );
    assert_eq!(show_at(&house.door(), &new, "2").await.status, 201);
}

#[tokio::test]
async fn a_transfer_code_is_good_once_and_answers_its_taker_again() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let ticket = house.buy(&show, "ada", "line", 1).await.remove(0);
    let code = house.offer("ada", &ticket).await;
    let first = claim(&house.fan("ben"), &code).await;
    let again = claim(&house.fan("ben"), &code).await;
    assert_eq!((again.status, again.json()), (200, first.json()));
    assert_eq!(
        claim(&house.fan("cem"), &code).await.problem_code(),
        "not_found"
    );
    let on = house.offer("ben", &ticket).await;
    assert_eq!(claim(&house.fan("cem"), &on).await.status, 200);
    assert_eq!(
        claim(&house.fan("ben"), &code).await.problem_code(),
        "not_found"
    );
}

#[tokio::test]
async fn an_offer_to_an_account_is_for_that_account_alone() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let ticket = house.buy(&show, "ada", "line", 1).await.remove(0);
    let path = format!("/v1/tickets/{ticket}/transfer");
    let to_ben = json!({ "to": id::<kind::Account>("ben") });
    let offered = keyed(&house.fan("ada"), &path, "1", to_ben.clone()).await;
    let code = offered.json()["transfer_code"].as_str().unwrap().to_owned();
    let shown = house.ticket("ada", &ticket).await;
    assert_eq!(shown["offer"]["to"], to_ben["to"]);
    assert_eq!(
        claim(&house.fan("cem"), &code).await.problem_code(),
        "not_found"
    );
    assert_eq!(claim(&house.fan("ben"), &code).await.status, 200);
    let to_herself = json!({ "to": id::<kind::Account>("ben") });
    let refused = keyed(&house.fan("ben"), &path, "2", to_herself).await;
    assert_eq!(refused.problem_code(), "state_conflict");
}

#[tokio::test]
async fn a_repeated_key_offers_once_and_a_newer_offer_ends_the_older() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let ticket = house.buy(&show, "ada", "line", 1).await.remove(0);
    let path = format!("/v1/tickets/{ticket}/transfer");
    let ada = house.fan("ada");
    let first = keyed(&ada, &path, "1", json!({})).await;
    let again = keyed(&ada, &path, "1", json!({})).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(first.json(), again.json());
    let second = keyed(&ada, &path, "2", json!({})).await;
    let code = |answer: &testkit::Answer| {
        let code = answer.json()["transfer_code"].as_str().map(str::to_owned);
        code.unwrap()
    };
    assert_ne!(code(&first), code(&second));
    let ben = house.fan("ben");
    assert_eq!(claim(&ben, &code(&first)).await.problem_code(), "not_found");
    assert_eq!(claim(&ben, &code(&second)).await.status, 200);
    // Also when the ticket is another's by now, the same request is answered alike.
    let late = keyed(&ada, &path, "1", json!({})).await;
    assert_eq!((late.status, late.json()), (201, first.json()));
    let unkeyed = ada.post(&path, json!({})).await;
    assert_eq!(unkeyed.problem_code(), "idempotency_key_missing");
}

#[tokio::test]
async fn an_offer_ends_by_its_time_by_being_withdrawn_and_by_the_tickets_use() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let tickets = house.buy(&show, "ada", "line", 3).await;
    let (ben, ada) = (house.fan("ben"), house.fan("ada"));

    let withdrawn = house.offer("ada", &tickets[0]).await;
    let path = format!("/v1/tickets/{}/transfer", tickets[0]);
    assert_eq!(ben.delete(&path).await.problem_code(), "not_found");
    let answer = ada.delete(&path).await;
    assert_eq!(
        (answer.status, &answer.json()["offer"]),
        (200, &Value::Null)
    );
    assert_eq!(ada.delete(&path).await.status, 200);
    assert_eq!(claim(&ben, &withdrawn).await.problem_code(), "not_found");

    let used = house.offer("ada", &tickets[1]).await;
    let code = house.code("ada", &tickets[1]).await;
    assert_eq!(show_at(&house.door(), &code, "1").await.status, 201);
    assert_eq!(claim(&ben, &used).await.problem_code(), "not_found");
    let path = format!("/v1/tickets/{}/transfer", tickets[1]);
    let refused = keyed(&ada, &path, "x", json!({})).await;
    assert_eq!(refused.problem_code(), "ticket_already_used");

    let expired = house.offer("ada", &tickets[2]).await;
    house
        .world
        .clock
        .advance(SignedDuration::from_hours(7 * 24))
        .unwrap();
    let refused = claim(&ben, &expired).await;
    assert_eq!(
        (refused.status, refused.problem_code().as_str()),
        (410, "gone")
    );
    assert_eq!(house.ticket("ada", &tickets[2]).await["offer"], Value::Null);
}

#[tokio::test]
async fn what_is_no_offer_to_the_caller_is_not_found() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let tickets = house.buy(&show, "ada", "line", 2).await;
    let code = house.offer("ada", &tickets[0]).await;
    let door_code = house.code("ada", &tickets[0]).await;
    let proof = code.split_once('.').unwrap().1;
    let spliced = format!("{}.{proof}", tickets[1]);
    let mut forged = code.clone();
    let last = if forged.ends_with('A') { 'E' } else { 'A' };
    forged.pop();
    forged.push(last);
    for code in ["", "tkt", &door_code, &spliced, &forged] {
        let refused = claim(&house.fan("ben"), code).await;
        assert_eq!(refused.problem_code(), "not_found", "{code}");
    }
    let own = claim(&house.fan("ada"), &code).await;
    assert_eq!(own.problem_code(), "state_conflict");
    let unknown = house.api.anonymous();
    assert_eq!(
        claim(&unknown, &code).await.problem_code(),
        "unauthenticated"
    );
    let path = format!("/v1/tickets/{}/transfer", tickets[0]);
    let foreign = keyed(&house.fan("ben"), &path, "1", json!({})).await;
    assert_eq!(foreign.problem_code(), "not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_32_who_claim_one_offer_at_once_one_gets_it() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let ticket = house.buy(&show, "ada", "line", 1).await.remove(0);
    let code = house.offer("ada", &ticket).await;
    let mut claims = JoinSet::new();
    for number in 0..32 {
        let (taker, code) = (house.fan(&number.to_string()), code.clone());
        claims.spawn(async move { claim(&taker, &code).await });
    }
    let answers = claims.join_all().await;
    let taken = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(taken, 1);
    let refused = answers.iter().filter(|answer| answer.status != 200);
    for answer in refused {
        assert_eq!(answer.problem_code(), "not_found");
    }
}
