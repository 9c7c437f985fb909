//! Claims, by code and by link.

use kernel::{Id, kind};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    box_office::{BoxOffice, TICKET_PRICE, concert, points, ticket_quota, tickets},
    shop::account,
};

#[tokio::test]
async fn points_are_credited_and_charged_in_one_step() {
    let office = BoxOffice::open().await;
    let granted = office.grant(points("t1", 120)).await.json();
    let grant = granted["id"].as_str().unwrap();
    assert_eq!(office.exchanged(grant).await, (false, false));
    let claimed = office.claim("ada", &granted["claim_code"]).await;
    assert_eq!(claimed.status, 200, "{}", claimed.text());
    let mut out = claimed.json();
    out["partner"] = out["partner"]["name"].take();
    let expected = json!({
        "id": grant,
        "partner": "Golden Rooster",
        "earns": { "type": "points", "points": 120 },
        "state": "claimed",
        "granted_at": "2026-06-01T12:00:00Z",
        "claim_by": "2026-07-01T12:00:00Z",
        "claimed_at": "2026-06-01T12:00:00Z",
        "tickets": [],
        "sandbox": false,
    });
    assert_eq!(out, expected);
    assert_eq!(office.shop.points("ada").await, 120);
    assert_eq!(office.exchanged(grant).await, (true, false));
    assert_eq!(office.exposure().await, 60);
}

#[tokio::test]
async fn tickets_are_asked_for_and_charged_when_they_are_issued() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let granted = office.grant(tickets("t1", &allotment, 2)).await.json();
    let grant = granted["id"].as_str().unwrap();
    assert_eq!(
        office.claim("ada", &granted["claim_code"]).await.status,
        200
    );
    let asked = office.told("EventsQueue").await;
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (&asked[0]["type"], &asked[0]["subject"]),
        (&json!("partner_grant.claimed"), &json!(grant))
    );
    let data = json!({
        "grant": grant,
        "partner": office.hook.partner,
        "account": account("ada"),
        "concert": concert(),
        "ticket_quota": ticket_quota(),
        "quantity": 2,
        "claimed_at": "2026-06-01T12:00:00Z",
        "version": 2,
    });
    assert_eq!(asked[0]["data"], data);
    assert_eq!(office.exchanged(grant).await, (false, false));
    for _ in 0..2 {
        office.tell("issued", grant).await;
        assert_eq!(office.state(grant, "ada").await, "ticket_issued");
    }
    assert_eq!(office.exchanged(grant).await, (true, false));
    assert_eq!(office.exposure().await, 2 * TICKET_PRICE);
    let mine = office.shop.api.caller(account("ada"));
    let seen = mine
        .get(&format!("/v1/partner-grants/{grant}"))
        .await
        .json();
    assert_eq!(
        seen["tickets"],
        json!([Id::<kind::Ticket>::derive(&[grant])])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_claim_at_once_one_has_it() {
    let office = BoxOffice::open().await;
    let granted = office.grant(points("t1", 100)).await.json();
    let mut tasks = JoinSet::new();
    for number in 0..32 {
        let name = format!("member-{}", number % 16);
        let member = office.shop.api.caller(account(&name));
        let body = json!({ "claim_code": granted["claim_code"] });
        tasks.spawn(async move {
            let answer = member.post("/v1/partner-grants/claims", body).await;
            (name, answer.status)
        });
    }
    let answers = tasks.join_all().await;
    let winners: Vec<_> = answers
        .iter()
        .filter(|(_, status)| *status == 200)
        .collect();
    assert_eq!(winners.len(), 2, "{answers:?}");
    assert_eq!(winners[0].0, winners[1].0);
    assert!(
        answers
            .iter()
            .all(|(_, status)| [200, 409].contains(status))
    );
    let mut credited = 0;
    for number in 0..16 {
        credited += office.shop.points(&format!("member-{number}")).await;
    }
    assert_eq!(credited, 100);
    assert_eq!(office.shop.points(&winners[0].0).await, 100);
}

#[tokio::test]
async fn a_code_is_read_as_people_type_it_and_answers_its_owner_again() {
    let office = BoxOffice::open().await;
    let granted = office.grant(points("t1", 10)).await.json();
    let code = granted["claim_code"].as_str().unwrap().to_lowercase();
    let typed = format!("{}-{} {}", &code[..4], &code[4..8], &code[8..]);
    let first = office.claim("ada", &json!(typed)).await;
    assert_eq!(
        (first.status, first.header("idempotent-replayed")),
        (200, None)
    );
    let again = office.claim("ada", &granted["claim_code"]).await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (200, Some("true"))
    );
    assert_eq!(again.json(), first.json());
    let other = office.claim("ben", &granted["claim_code"]).await;
    assert_eq!(
        (other.status, other.problem_code().as_str()),
        (409, "state_conflict")
    );
    assert_eq!(office.shop.points("ada").await, 10);
}

#[tokio::test]
async fn wrong_codes_are_not_found_and_few_can_be_tried() {
    let office = BoxOffice::open().await;
    let granted = office.grant(points("t1", 10)).await.json();
    for number in 0..10 {
        let wrong = json!(format!("{number}000000000000000"));
        let answer = office.claim("eve", &wrong).await;
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (404, "not_found")
        );
    }
    let answer = office.claim("eve", &granted["claim_code"]).await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (429, "rate_limited")
    );
    // Others are not kept from theirs, nor is she later; and right codes do not count.
    for _ in 0..12 {
        assert_eq!(
            office.claim("ada", &granted["claim_code"]).await.status,
            200
        );
    }
    office.wait(1).await;
    assert_eq!(
        office.claim("eve", &granted["claim_code"]).await.status,
        409
    );
    for body in [
        json!({}),
        json!({ "claim_code": "short" }),
        json!({ "claim_code": 7 }),
    ] {
        let member = office.shop.api.caller(account("ada"));
        let answer = member.post("/v1/partner-grants/claims", body).await;
        assert_eq!(answer.problem_code(), "validation_failed");
    }
    let anyone = office.shop.api.anonymous();
    let body = json!({ "claim_code": granted["claim_code"] });
    assert_eq!(
        anyone.post("/v1/partner-grants/claims", body).await.status,
        401
    );
}

impl BoxOffice {
    /// Links an account and a member of the partner.
    async fn link(&self, name: &str, member: &str) -> String {
        let account = self.shop.api.caller(account(name));
        let path = format!("/v1/partners/{}/links", self.hook.partner);
        let offered = account.post(&path, json!({})).await;
        assert_eq!(offered.status, 201, "{}", offered.text());
        let offered = offered.json();
        let body = json!({
            "transaction_id": format!("link-{name}-{member}"),
            "code": offered["code"],
            "member": member,
        });
        let confirmed = self.hook("links/confirm", body).await;
        assert!(confirmed.status < 300, "{}", confirmed.text());
        offered["link"].as_str().unwrap().to_owned()
    }

    async fn granted_to(&self, transaction: &str, member: &str) -> String {
        let mut body = points(transaction, 10);
        body["member"] = json!(member);
        let answer = self.grant(body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    async fn claim_linked(&self, name: &str, grant: &str) -> testkit::Answer {
        let member = self.shop.api.caller(account(name));
        let path = format!("/v1/partner-grants/{grant}/claim");
        member.post(&path, json!({})).await
    }
}

#[tokio::test]
async fn a_linked_account_claims_without_a_code_and_nobody_else_does() {
    let office = BoxOffice::open().await;
    office.link("ada", "M-1").await;
    let grant = office.granted_to("t1", "M-1").await;
    for stranger in ["eve", "ben"] {
        let answer = office.claim_linked(stranger, &grant).await;
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (404, "not_found")
        );
        let member = office.shop.api.caller(account(stranger));
        let seen = member.get(&format!("/v1/partner-grants/{grant}")).await;
        assert_eq!(seen.problem_code(), "not_found");
    }
    assert_eq!(office.state(&grant, "ada").await, "granted");
    for _ in 0..2 {
        let claimed = office.claim_linked("ada", &grant).await;
        assert_eq!(
            (claimed.status, &claimed.json()["state"]),
            (200, &json!("claimed"))
        );
        assert_eq!(office.shop.points("ada").await, 10);
    }
    let unlinked = office.granted_to("t2", "M-2").await;
    assert_eq!(
        office.claim_linked("ada", &unlinked).await.problem_code(),
        "not_found"
    );
    let anyone = office.shop.api.anonymous();
    let path = format!("/v1/partner-grants/{grant}/claim");
    assert_eq!(anyone.post(&path, json!({})).await.status, 401);
}

#[tokio::test]
async fn unlinking_keeps_what_was_claimed_and_stops_what_waits() {
    let office = BoxOffice::open().await;
    let link = office.link("ada", "M-1").await;
    let (first, second) = (
        office.granted_to("t1", "M-1").await,
        office.granted_to("t2", "M-1").await,
    );
    assert_eq!(office.claim_linked("ada", &first).await.status, 200);
    let ada = office.shop.api.caller(account("ada"));
    let ended = ada.delete(&format!("/v1/partner-links/{link}")).await;
    assert!(ended.status < 300, "{}", ended.text());
    assert_eq!(
        office.claim_linked("ada", &second).await.problem_code(),
        "not_found"
    );
    assert_eq!(office.state(&first, "ada").await, "claimed");
    assert_eq!(office.shop.points("ada").await, 10);
    let listed = ada.get("/v1/partner-grants").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_waits_is_listed_before_what_was_claimed_in_pages_of_any_size() {
    let office = BoxOffice::open().await;
    office.link("ada", "M-1").await;
    let mut expected = Vec::new();
    for number in 0..7 {
        office.wait(1).await;
        let grant = office.granted_to(&format!("t{number}"), "M-1").await;
        if number < 4 {
            assert_eq!(office.claim_linked("ada", &grant).await.status, 200);
        }
        expected.push(json!(grant));
    }
    // Newest first in each: three that wait, four that were claimed.
    expected.reverse();
    let ada = office.shop.api.caller(account("ada"));
    for limit in [1, 2, 3, 4, 7, 8] {
        let mut listed: Vec<Value> = Vec::new();
        let mut path = format!("/v1/partner-grants?limit={limit}");
        loop {
            let page = ada.get(&path).await.json();
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= limit);
            listed.extend(items.iter().map(|item| item["id"].clone()));
            match page["next_cursor"].as_str() {
                Some(cursor) => path = format!("/v1/partner-grants?limit={limit}&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(listed, expected, "in pages of {limit}");
    }
    let foreign = ada.get("/v1/partner-grants?cursor=dmNoXzE").await;
    assert_eq!(foreign.problem_code(), "validation_failed");
    let other = office.shop.api.caller(account("ben"));
    assert_eq!(
        other.get("/v1/partner-grants").await.json()["items"],
        json!([])
    );
}

#[tokio::test]
async fn no_code_and_no_account_leaves_the_platform() {
    let office = BoxOffice::open().await;
    let allotment = office.allotment(10).await;
    let granted = office.granted(&allotment, "t1").await;
    let code = granted["claim_code"].as_str().unwrap();
    assert_eq!(
        office.claim("ada", &granted["claim_code"]).await.status,
        200
    );
    office.tell("issued", granted["id"].as_str().unwrap()).await;
    for queue in ["WebhooksQueue", "EventsQueue", "VouchersQueue"] {
        let told = json!(office.told(queue).await).to_string();
        assert!(!told.contains(code), "{queue}");
        let names_account = told.contains(&account("ada").to_string());
        assert_eq!(names_account, queue == "EventsQueue", "{queue}");
    }
}
