//! Invitations: sent, received, accepted, declined, withdrawn, expired.

use serde_json::{Value, json};
use testkit::{Answer, Client};

use crate::{
    house::{accept, id_of, invite, invite_email, members, remove},
    people::{People, at_once, count},
};

const DAY_S: i64 = 24 * 60 * 60;
const NONE: [Value; 0] = [];

async fn received(client: &Client) -> Vec<Value> {
    let list = client.get("/v1/organizations/invitations").await.json();
    list["items"].as_array().unwrap().clone()
}

async fn sent(client: &Client, path: &str) -> Vec<Value> {
    let list = client.get(&format!("{path}/invitations")).await.json();
    list["items"].as_array().unwrap().clone()
}

async fn withdraw(client: &Client, path: &str, invitation: &Value) -> Answer {
    let id = invitation["id"].as_str().unwrap();
    client.delete(&format!("{path}/invitations/{id}")).await
}

#[tokio::test]
async fn an_invitation_by_account_is_received_and_accepted_once() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let bob = people.person("bob@example.org").await;
    let path = people.found(&ada, "record_company").await;
    let invited = invite(&ada.client, &path, &bob, "sales").await.json();
    assert_eq!(invited["account"], json!(bob.account));
    assert_eq!(invited["email"], Value::Null);
    assert_eq!(invited["expires_at"], "2026-06-15T12:00:00Z");
    assert_eq!(sent(&ada.client, &path).await, [invited]);
    assert_eq!(
        received(&bob.client).await,
        [json!({
            "organization": id_of(&path),
            "name": "Silk Records",
            "role": "sales",
            "invited_at": "2026-06-01T12:00:00Z",
            "expires_at": "2026-06-15T12:00:00Z",
        })]
    );
    let answers = at_once(6, &bob.client, |client, _| {
        let path = path.clone();
        async move { accept(&client, &path).await }
    })
    .await;
    assert_eq!(count(&answers, 201), 1);
    assert_eq!(members(&bob.client, &path).await.len(), 2);
    assert_eq!(received(&bob.client).await, NONE);
    assert_eq!(sent(&ada.client, &path).await, NONE);
    let again = invite(&ada.client, &path, &bob, "owner").await;
    assert_eq!(again.problem_code(), "state_conflict");
}

#[tokio::test]
async fn an_invitation_by_address_waits_for_whoever_signs_in_with_it_in_any_spelling() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "record_company").await;
    let invited = invite_email(&ada.client, &path, "Bob@Example.org", "door").await;
    assert_eq!(invited.status, 201);
    let bob = people.person("bob@example.org").await;
    let eve = people.person("eve@example.org").await;
    assert_eq!(accept(&eve.client, &path).await.problem_code(), "not_found");
    assert_eq!(received(&eve.client).await, NONE);
    assert_eq!(received(&bob.client).await.len(), 1);
    assert_eq!(accept(&bob.client, &path).await.json()["role"], "door");
}

#[tokio::test]
async fn an_answer_does_not_tell_whether_an_address_has_an_account() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    people.sign_up("bob@example.org").await;
    let path = people.found(&ada, "record_company").await;
    let shape = async |email: &str| {
        let answer = invite_email(&ada.client, &path, email, "sales").await;
        assert_eq!(answer.status, 201);
        let mut body = answer.json();
        assert_eq!(body["email"], email);
        for own in ["id", "email"] {
            body.as_object_mut().unwrap().remove(own).unwrap();
        }
        body
    };
    let known = shape("bob@example.org").await;
    assert_eq!(shape("nobody@example.org").await, known);
    // Not even that it is one's own, or a member's.
    assert_eq!(shape("ada@example.org").await, known);
    let unknown = json!({ "account": "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3", "role": "sales" });
    let unknown = ada.client.post(&format!("{path}/members"), unknown).await;
    assert_eq!(unknown.status, 201);
}

#[tokio::test]
async fn an_invitation_is_open_for_fourteen_days() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let bob = people.person("bob@example.org").await;
    let eve = people.person("eve@example.org").await;
    let path = people.found(&ada, "record_company").await;
    invite(&ada.client, &path, &bob, "sales").await;
    invite(&ada.client, &path, &eve, "sales").await;
    people.advance_s(14 * DAY_S - 1);
    assert_eq!(accept(&bob.client, &path).await.status, 201);
    people.advance_s(1);
    assert_eq!(accept(&eve.client, &path).await.problem_code(), "not_found");
    assert_eq!(received(&eve.client).await, NONE);
    assert_eq!(sent(&ada.client, &path).await, NONE);
}

#[tokio::test]
async fn a_second_invitation_takes_the_place_of_the_first() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let bob = people.person("bob@example.org").await;
    let path = people.found(&ada, "record_company").await;
    invite(&ada.client, &path, &bob, "owner").await;
    invite(&ada.client, &path, &bob, "door").await;
    assert_eq!(sent(&ada.client, &path).await.len(), 1);
    assert_eq!(accept(&bob.client, &path).await.json()["role"], "door");
}

#[tokio::test]
async fn a_declined_or_withdrawn_invitation_is_gone() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let bob = people.person("bob@example.org").await;
    let path = people.found(&ada, "record_company").await;
    invite(&ada.client, &path, &bob, "sales").await;
    let decline = format!("{path}/members/me/decline");
    assert_eq!(bob.client.post(&decline, json!({})).await.status, 204);
    assert_eq!(bob.client.post(&decline, json!({})).await.status, 204);
    assert_eq!(accept(&bob.client, &path).await.problem_code(), "not_found");
    let invited = invite_email(&ada.client, &path, "bob@example.org", "owner").await;
    let invited = invited.json();
    let mia = people.person("mia@example.org").await;
    people.join(&ada, &path, &mia, "manager").await;
    // A manager does not take back what only an owner could give.
    assert_eq!(withdraw(&mia.client, &path, &invited).await.status, 403);
    assert_eq!(withdraw(&bob.client, &path, &invited).await.status, 404);
    assert_eq!(withdraw(&ada.client, &path, &invited).await.status, 204);
    assert_eq!(withdraw(&ada.client, &path, &invited).await.status, 404);
    assert_eq!(accept(&bob.client, &path).await.problem_code(), "not_found");
}

#[tokio::test]
async fn who_was_removed_does_not_come_back_by_an_old_invitation() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let bob = people.person("bob@example.org").await;
    let path = people.found(&ada, "record_company").await;
    invite_email(&ada.client, &path, "bob@example.org", "owner").await;
    people.join(&ada, &path, &bob, "sales").await;
    // Accepting one ended the other.
    assert_eq!(sent(&ada.client, &path).await, NONE);
    invite_email(&ada.client, &path, "bob@example.org", "owner").await;
    assert_eq!(
        accept(&bob.client, &path).await.problem_code(),
        "state_conflict"
    );
    assert_eq!(remove(&ada.client, &path, &bob).await.status, 204);
    assert_eq!(accept(&bob.client, &path).await.problem_code(), "not_found");
}

#[tokio::test]
async fn keys_name_no_invited_address() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "record_company").await;
    invite_email(&ada.client, &path, "canary-7f3a9c@example.org", "door").await;
    let mut stream = people.world.engines.stream("AccountsTable").unwrap();
    let records = stream.next(100).unwrap();
    for record in &records {
        let keys = record["dynamodb"]["Keys"].to_string();
        assert!(!keys.contains("canary"), "{keys}");
    }
    // It stands with the organization that wrote it, and not on the other side.
    let text: String = records.iter().map(ToString::to_string).collect();
    assert_eq!(text.matches("canary-7f3a9c@example.org").count(), 1);
}
