//! `PUT /v1/organizations/{id}/requirements/{code}` and `POST /v1/organizations/{id}/submit`

use serde_json::{Value, json};

use crate::{
    house::{answer_all, put_answer},
    people::{People, pointers},
};

#[tokio::test]
async fn an_answer_stands_with_who_gave_it_and_when_until_the_next_one() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "record_company").await;
    put_answer(&ada.client, &path, "legal_name", "Silk").await;
    people.advance_s(60);
    let answer = put_answer(&ada.client, &path, "legal_name", " Silk Records Ltd. ").await;
    assert_eq!(answer.header("etag"), Some("\"3\""));
    let organization = answer.json();
    let requirement = &organization["requirements"][0];
    assert_eq!(
        requirement["answer"],
        json!({
            "value": "Silk Records Ltd.",
            "answered_by": ada.account,
            "answered_at": "2026-06-01T12:01:00Z",
        })
    );
    assert_eq!(organization["requirements"][1]["answer"], Value::Null);
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_refused_and_so_is_a_question_nobody_asked() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "record_company").await;
    for (code, value) in [
        ("legal_name", ""),
        ("registration_number", "no number!"),
        ("registration_document", "report.pdf"),
        ("seller_agreement", "yes"),
        ("rights_contact_email", "nobody"),
    ] {
        let answer = put_answer(&ada.client, &path, code, value).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{code}");
        assert_eq!(pointers(&answer), ["/value"], "{code}");
    }
    for code in [
        "identity_document",
        "LEGAL_NAME",
        "x",
        "%00",
        "legal_name%2F",
    ] {
        let answer = put_answer(&ada.client, &path, code, "accepted").await;
        assert_eq!(answer.problem_code(), "not_found", "{code}");
    }
    assert_eq!(ada.client.get(&path).await.json()["version"], 1);
}

#[tokio::test]
async fn a_submission_names_every_answer_that_is_missing() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "personal_office").await;
    put_answer(&ada.client, &path, "legal_name", "Ada Lovelace").await;
    let submit = format!("{path}/submit");
    let refused = ada.client.post(&submit, json!({})).await;
    assert_eq!(refused.problem_code(), "validation_failed");
    let missing = [
        "/requirements/identity_document",
        "/requirements/seller_agreement",
    ];
    assert_eq!(pointers(&refused), missing);
    answer_all(&ada.client, &path).await;
    let submitted = ada.client.post(&submit, json!({})).await;
    assert_eq!(submitted.json()["state"], "submitted");
    let again = ada.client.post(&submit, json!({})).await;
    assert_eq!(again.problem_code(), "state_conflict");
}

#[tokio::test]
async fn under_review_and_after_the_approval_nothing_is_answered_any_more() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "personal_office").await;
    answer_all(&ada.client, &path).await;
    ada.client.post(&format!("{path}/submit"), json!({})).await;
    let answer = put_answer(&ada.client, &path, "legal_name", "Eve").await;
    assert_eq!(answer.problem_code(), "state_conflict");
    let edited = ada.client.patch(&path, json!({ "name": "Eve" })).await;
    assert_eq!(edited.problem_code(), "state_conflict");
    people.judge(&path, "approve").await;
    let answer = put_answer(&ada.client, &path, "legal_name", "Eve").await;
    assert_eq!(answer.problem_code(), "state_conflict");
    let edited = ada
        .client
        .patch(&path, json!({ "name": "Ada's office" }))
        .await;
    assert_eq!(edited.status, 200);
}
