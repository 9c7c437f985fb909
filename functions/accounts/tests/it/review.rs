//! What operators do: `GET /v1/organizations/in-state/{state}`, `POST …/approve`, `…/reject`,
//! `…/suspend`, `…/reinstate` and `PUT …/house-owned`

use serde_json::{Value, json};

use crate::{
    house::{ABSENT, answer_all, id_of},
    people::{People, at_once, count},
};

const VERDICTS: [&str; 4] = ["approve", "reject", "suspend", "reinstate"];

async fn in_state(people: &People, state: &str) -> Vec<String> {
    let path = format!("/v1/organizations/in-state/{state}");
    let list = people.app.operator().get(&path).await.json();
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn every_verdict_moves_from_one_state_alone() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "personal_office").await;
    let submit = format!("{path}/submit");
    let refused = async |verdicts: &[&str]| {
        for verdict in verdicts {
            let answer = people.judge(&path, verdict).await;
            assert_eq!(answer.problem_code(), "state_conflict", "{verdict}");
        }
    };
    refused(&VERDICTS).await;
    answer_all(&ada.client, &path).await;
    ada.client.post(&submit, json!({})).await;
    refused(&["suspend", "reinstate"]).await;
    let rejected = people.judge(&path, "reject").await.json();
    assert_eq!(rejected["state"], "rejected");
    let seen = ada.client.get(&path).await.json();
    assert_eq!(seen["reason"], "The certificate cannot be read.");
    refused(&VERDICTS).await;
    let again = ada.client.post(&submit, json!({})).await.json();
    assert_eq!(again["state"], "submitted");
    assert_eq!(again["reason"], Value::Null);
    assert_eq!(
        people.judge(&path, "approve").await.json()["state"],
        "approved"
    );
    refused(&["approve", "reject", "reinstate"]).await;
    let suspended = people.judge(&path, "suspend").await.json();
    assert_eq!(suspended["state"], "suspended");
    refused(&["approve", "reject", "suspend"]).await;
    assert_eq!(
        people.judge(&path, "reinstate").await.json()["state"],
        "approved"
    );
}

#[tokio::test]
async fn an_organization_is_in_the_list_of_its_state_alone() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "personal_office").await;
    let id = id_of(&path).to_owned();
    people.advance_s(1);
    let other = people.approved(&ada, "pr_firm").await;
    assert_eq!(in_state(&people, "draft").await, std::slice::from_ref(&id));
    answer_all(&ada.client, &path).await;
    ada.client.post(&format!("{path}/submit"), json!({})).await;
    assert_eq!(in_state(&people, "draft").await, [""; 0]);
    assert_eq!(
        in_state(&people, "submitted").await,
        std::slice::from_ref(&id)
    );
    people.judge(&path, "approve").await;
    assert_eq!(in_state(&people, "submitted").await, [""; 0]);
    assert_eq!(
        in_state(&people, "approved").await,
        [id, id_of(&other).to_owned()]
    );
    let answer = people
        .app
        .operator()
        .get("/v1/organizations/in-state/sold")
        .await;
    assert_eq!(answer.problem_code(), "not_found");
}

#[tokio::test]
async fn an_operator_judges_what_they_have_looked_at() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "personal_office").await;
    answer_all(&ada.client, &path).await;
    ada.client.post(&format!("{path}/submit"), json!({})).await;
    let operator = people.app.operator();
    let seen = operator.get(&path).await;
    let stale = operator
        .request("POST", &format!("{path}/approve"))
        .header("if-match", "\"1\"")
        .send()
        .await;
    assert_eq!(stale.problem_code(), "precondition_failed");
    let approved = operator
        .request("POST", &format!("{path}/approve"))
        .header("if-match", seen.header("etag").unwrap())
        .send()
        .await;
    assert_eq!(approved.status, 200, "{}", approved.text());
}

#[tokio::test]
async fn of_many_verdicts_at_once_one_is_given() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "personal_office").await;
    answer_all(&ada.client, &path).await;
    ada.client.post(&format!("{path}/submit"), json!({})).await;
    let answers = at_once(12, &people.app.operator(), |client, number| {
        let path = path.clone();
        async move {
            match number % 2 {
                0 => client.post(&format!("{path}/approve"), json!({})).await,
                _ => {
                    let body = json!({ "reason": "No." });
                    client.post(&format!("{path}/reject"), body).await
                }
            }
        }
    })
    .await;
    assert_eq!(count(&answers, 200), 1);
    assert_eq!(count(&answers, 409), 11);
    let winner = answers.iter().find(|answer| answer.status == 200).unwrap();
    let state = winner.json()["state"].as_str().unwrap().to_owned();
    assert_eq!(ada.client.get(&path).await.json()["state"], state.as_str());
    assert_eq!(in_state(&people, &state).await, [id_of(&path)]);
}

#[tokio::test]
async fn members_and_strangers_judge_nothing() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "personal_office").await;
    answer_all(&ada.client, &path).await;
    ada.client.post(&format!("{path}/submit"), json!({})).await;
    for verdict in VERDICTS {
        let body = json!({ "reason": "Because." });
        let answer = ada.client.post(&format!("{path}/{verdict}"), body).await;
        assert_eq!(answer.problem_code(), "forbidden", "{verdict}");
        let anyone = people.app.anonymous();
        let answer = anyone.post(&format!("{path}/{verdict}"), json!({})).await;
        assert_eq!(answer.problem_code(), "unauthenticated", "{verdict}");
    }
    let request = ada.client.request("PUT", &format!("{path}/house-owned"));
    let answer = request.json(json!({ "house_owned": true })).send().await;
    assert_eq!(answer.problem_code(), "forbidden");
    let answer = ada.client.get("/v1/organizations/in-state/submitted").await;
    assert_eq!(answer.problem_code(), "forbidden");
    assert_eq!(ada.client.get(&path).await.json()["state"], "submitted");
}

#[tokio::test]
async fn a_rejection_and_a_suspension_have_a_reason() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.approved(&ada, "personal_office").await;
    let operator = people.app.operator();
    for body in [
        json!({}),
        json!({ "reason": "" }),
        json!({ "reason": null }),
        json!({ "reason": "a".repeat(1_001) }),
        json!({ "reason": "Because.", "state": "draft" }),
    ] {
        for verdict in ["reject", "suspend"] {
            let answer = operator
                .post(&format!("{path}/{verdict}"), body.clone())
                .await;
            assert_eq!(answer.problem_code(), "validation_failed", "{body}");
        }
    }
}

#[tokio::test]
async fn an_operator_marks_what_is_the_houses_own() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "personal_office").await;
    let operator = people.app.operator();
    let mark = async |path: &str, body: Value| {
        let request = operator.request("PUT", &format!("{path}/house-owned"));
        request.json(body).send().await
    };
    let marked = mark(&path, json!({ "house_owned": true })).await;
    assert_eq!(marked.json()["house_owned"], true);
    assert_eq!(marked.header("etag"), Some("\"2\""));
    let again = mark(&path, json!({ "house_owned": true })).await;
    assert_eq!(again.header("etag"), Some("\"2\""));
    assert_eq!(ada.client.get(&path).await.json()["house_owned"], true);
    let refused = mark(&path, json!({ "house_owned": "yes" })).await;
    assert_eq!(refused.problem_code(), "validation_failed");
    let absent = format!("/v1/organizations/{ABSENT}");
    let refused = mark(&absent, json!({ "house_owned": true })).await;
    assert_eq!(refused.problem_code(), "not_found");
    for verdict in VERDICTS {
        let answer = people.judge(&absent, verdict).await;
        assert_eq!(answer.problem_code(), "not_found", "{verdict}");
    }
}
