//! `/v1/organizations/{id}/representations` and `/v1/representations`

use serde_json::{Value, json};
use testkit::{Answer, Client};

use crate::{
    house::{ABSENT, Person, id_of},
    people::{People, at_once, count, pointers},
};

/// An agency, an artist's office, and who speaks for each.
struct Two {
    people: People,
    agent: Person,
    artist: Person,
    agency: String,
    office: String,
}

impl Two {
    async fn start() -> Self {
        let people = People::start().await;
        let agent = people.person("agent@example.org").await;
        let artist = people.person("artist@example.org").await;
        let agency = people.approved(&agent, "artist_agency").await;
        let office = people.approved(&artist, "personal_office").await;
        Self {
            people,
            agent,
            artist,
            agency,
            office,
        }
    }

    async fn propose(&self, by: &Person) -> Answer {
        let body = json!({ "represented": id_of(&self.office), "scopes": ["orders", "catalogue"] });
        propose(&by.client, &self.agency, body).await
    }
}

async fn propose(client: &Client, agency: &str, body: Value) -> Answer {
    client
        .post(&format!("{agency}/representations"), body)
        .await
}

async fn act(client: &Client, representation: &Value, verb: &str) -> Answer {
    let id = representation["id"].as_str().unwrap();
    let path = format!("/v1/representations/{id}/{verb}");
    client.post(&path, json!({})).await
}

async fn state(client: &Client, representation: &Value) -> Value {
    let id = representation["id"].as_str().unwrap();
    let answer = client.get(&format!("/v1/representations/{id}")).await;
    answer.json()["state"].clone()
}

#[tokio::test]
async fn either_side_proposes_the_other_approves_and_both_see_it() {
    let two = Two::start().await;
    for (proposer, other, side) in [
        (&two.agent, &two.artist, "agency"),
        (&two.artist, &two.agent, "represented"),
    ] {
        let proposed = two.propose(proposer).await;
        assert_eq!(proposed.status, 201, "{}", proposed.text());
        let mut proposed = proposed.json();
        assert_eq!(proposed["proposed_by"], side);
        assert_eq!(proposed["state"], "proposed");
        assert_eq!(proposed["scopes"], json!(["catalogue", "orders"]));
        let own = act(&proposer.client, &proposed, "approve").await;
        assert_eq!(own.problem_code(), "forbidden");
        let approved = act(&other.client, &proposed, "approve").await;
        assert_eq!(approved.status, 200, "{}", approved.text());
        proposed["state"] = json!("active");
        proposed["version"] = json!(2);
        assert_eq!(approved.json(), proposed);
        let again = act(&other.client, &proposed, "approve").await;
        assert_eq!(again.problem_code(), "state_conflict");
        for (person, path) in [(&two.agent, &two.agency), (&two.artist, &two.office)] {
            let list = person.client.get(&format!("{path}/representations")).await;
            let list = list.json();
            assert!(list["items"].as_array().unwrap().contains(&proposed));
        }
        two.people.advance_s(1);
    }
}

#[tokio::test]
async fn either_side_ends_it_at_once() {
    let two = Two::start().await;
    for revoker in [&two.agent, &two.artist] {
        for approve in [false, true] {
            let proposed = two.propose(&two.agent).await.json();
            if approve {
                act(&two.artist.client, &proposed, "approve").await;
            }
            let revoked = act(&revoker.client, &proposed, "revoke").await;
            assert_eq!(revoked.json()["state"], "revoked");
            for verb in ["approve", "revoke"] {
                let answer = act(&two.artist.client, &proposed, verb).await;
                assert_eq!(answer.problem_code(), "state_conflict", "{verb}");
            }
        }
    }
}

#[tokio::test]
async fn it_ends_by_itself_when_its_time_is_over() {
    let two = Two::start().await;
    let body = json!({
        "represented": id_of(&two.office),
        "scopes": ["orders"],
        "from": "2026-06-01T13:00:00Z",
        "until": "2026-06-01T14:00:00Z",
    });
    let proposed = propose(&two.agent.client, &two.agency, body).await.json();
    act(&two.artist.client, &proposed, "approve").await;
    assert_eq!(state(&two.agent.client, &proposed).await, "active");
    two.people.advance_s(2 * 60 * 60);
    assert_eq!(state(&two.agent.client, &proposed).await, "ended");
    let answer = act(&two.agent.client, &proposed, "revoke").await;
    assert_eq!(answer.problem_code(), "state_conflict");
}

#[tokio::test]
async fn an_approval_and_a_revocation_at_once_end_revoked_or_leave_it_to_be_revoked() {
    let two = Two::start().await;
    for _ in 0..6 {
        let proposed = two.propose(&two.agent).await.json();
        let (approved, revoked) = tokio::join!(
            act(&two.artist.client, &proposed, "approve"),
            act(&two.agent.client, &proposed, "revoke"),
        );
        let expected = match (approved.status, revoked.status) {
            (200, 200) | (409, 200) => "revoked",
            (200, 409) => "active",
            other => panic!("{other:?}"),
        };
        assert_eq!(state(&two.agent.client, &proposed).await, expected);
    }
    let proposed = two.propose(&two.agent).await.json();
    let answers = at_once(8, &two.artist.client, |client, _| {
        let proposed = proposed.clone();
        async move { act(&client, &proposed, "approve").await }
    })
    .await;
    assert_eq!(count(&answers, 200), 1);
    assert_eq!(count(&answers, 409), 7);
}

#[tokio::test]
async fn only_agencies_and_press_offices_act_for_others() {
    let two = Two::start().await;
    let people = &two.people;
    let label = people.approved(&two.agent, "record_company").await;
    let body = json!({ "represented": id_of(&two.office), "scopes": ["orders"] });
    let answer = propose(&two.agent.client, &label, body.clone()).await;
    assert_eq!(answer.problem_code(), "state_conflict");
    let press = people.approved(&two.agent, "pr_firm").await;
    assert_eq!(propose(&two.agent.client, &press, body).await.status, 201);
}

#[tokio::test]
async fn both_sides_are_approved_organizations() {
    let two = Two::start().await;
    let people = &two.people;
    let draft = people.found(&two.artist, "personal_office").await;
    let of_draft = json!({ "represented": id_of(&draft), "scopes": ["orders"] });
    // To the agency the draft does not exist, as one that nobody founded.
    let hidden = propose(&two.agent.client, &two.agency, of_draft.clone()).await;
    assert_eq!(hidden.problem_code(), "not_found");
    let absent = json!({ "represented": ABSENT, "scopes": ["orders"] });
    let absent = propose(&two.agent.client, &two.agency, absent).await;
    assert_eq!(absent.json(), hidden.json());
    let own = propose(&two.artist.client, &two.agency, of_draft).await;
    assert_eq!(own.problem_code(), "state_conflict");
}

#[tokio::test]
async fn whoever_is_on_neither_side_sees_nothing_and_does_nothing() {
    let two = Two::start().await;
    let eve = two.people.person("eve@example.org").await;
    two.people.approved(&eve, "artist_agency").await;
    assert_eq!(two.propose(&eve).await.problem_code(), "not_found");
    let proposed = two.propose(&two.agent).await.json();
    let absent = json!({ "id": "rep_01J8Z3K4M5N6P7Q8R9S0T1V2W3" });
    for verb in ["approve", "revoke"] {
        let foreign = act(&eve.client, &proposed, verb).await;
        assert_eq!(foreign.problem_code(), "not_found", "{verb}");
        assert_eq!(foreign.json(), act(&eve.client, &absent, verb).await.json());
        let anyone = act(&two.people.app.anonymous(), &proposed, verb).await;
        assert_eq!(anyone.problem_code(), "unauthenticated");
    }
    // A member who does not manage sees it and decides nothing.
    let clerk = two.people.person("clerk@example.org").await;
    two.people
        .join(&two.artist, &two.office, &clerk, "sales")
        .await;
    assert_eq!(state(&clerk.client, &proposed).await, "proposed");
    for verb in ["approve", "revoke"] {
        let answer = act(&clerk.client, &proposed, verb).await;
        assert_eq!(answer.problem_code(), "forbidden", "{verb}");
    }
    assert_eq!(two.propose(&clerk).await.problem_code(), "forbidden");
    assert_eq!(state(&two.agent.client, &proposed).await, "proposed");
}

#[tokio::test]
async fn a_proposal_says_what_and_for_how_long() {
    let two = Two::start().await;
    let good = json!({ "represented": id_of(&two.office), "scopes": ["orders"] });
    for (field, value) in [
        ("represented", json!(id_of(&two.agency))),
        ("represented", json!("x")),
        ("scopes", json!([])),
        ("scopes", json!(["organization"])),
        ("scopes", json!(["orders", "everything"])),
        ("scopes", Value::Null),
        ("until", json!("2026-06-01T12:00:00Z")),
        ("until", json!("yesterday")),
        ("state", json!("active")),
        ("proposed_by", json!("represented")),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let answer = propose(&two.agent.client, &two.agency, body.clone()).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{body}");
        assert_eq!(pointers(&answer).len(), 1, "{body}");
    }
}
