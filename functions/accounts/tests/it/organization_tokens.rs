//! `POST /v1/organizations/{id}/access-tokens`

use serde_json::{Value, json};
use testkit::{Answer, Client};
use tokens::Verifier;

use crate::{
    house::{Person, change_role, id_of, remove},
    people::People,
};

async fn ask(client: &Client, path: &str, body: Value) -> Answer {
    client.post(&format!("{path}/access-tokens"), body).await
}

async fn scopes(client: &Client, path: &str) -> Vec<String> {
    let answer = ask(client, path, json!({})).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    scopes_of(&answer)
}

fn scopes_of(answer: &Answer) -> Vec<String> {
    let scopes = answer.json()["scopes"].as_array().cloned().unwrap();
    let scopes = scopes.iter().map(|scope| scope.as_str().unwrap());
    scopes.map(str::to_owned).collect()
}

/// A representation of `office` by `agency`, approved.
async fn represent(
    agency: &str,
    agent: &Person,
    office: &str,
    artist: &Person,
    scopes: &[&str],
) -> Value {
    let body = json!({ "represented": id_of(office), "scopes": scopes });
    let proposed = agent
        .client
        .post(&format!("{agency}/representations"), body)
        .await;
    let id = proposed.json()["id"].clone();
    let path = format!("/v1/representations/{}", id.as_str().unwrap());
    let approved = artist
        .client
        .post(&format!("{path}/approve"), json!({}))
        .await;
    assert_eq!(approved.status, 200, "{}", approved.text());
    id
}

#[tokio::test]
async fn a_token_says_for_whom_it_acts_and_what_the_role_allows() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.approved(&ada, "record_company").await;
    let answer = ask(&ada.client, &path, json!({})).await;
    assert_eq!(answer.status, 201);
    let body = answer.json();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 900);
    assert_eq!(body["organization"], id_of(&path));
    let keys = people.world.table("KeysTable");
    let verifier = Verifier::new(keys, people.world.clock.clone());
    let claims = verifier
        .access(body["access_token"].as_str().unwrap())
        .await;
    let claims = claims.unwrap();
    assert_eq!(claims.account, ada.account);
    assert_eq!(claims.organization.unwrap().to_string(), id_of(&path));
    assert_eq!(claims.scopes, scopes_of(&answer));
    assert_eq!(claims.expires_at_s - claims.issued_at_s, 900);
    for (role, expected) in [
        ("owner", "organization catalogue orders events door money"),
        ("manager", "organization catalogue orders events door money"),
        ("catalogue_editor", "catalogue events"),
        ("sales", "orders"),
        ("door", "door"),
    ] {
        let email = format!("{}@example.org", role.replace('_', "-"));
        let person = people.person(&email).await;
        people.join(&ada, &path, &person, role).await;
        assert_eq!(scopes(&person.client, &path).await.join(" "), expected);
    }
}

#[tokio::test]
async fn before_the_approval_and_while_suspended_nothing_can_be_sold() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let bob = people.person("bob@example.org").await;
    let draft = people.found(&ada, "record_company").await;
    people.join(&ada, &draft, &bob, "sales").await;
    assert_eq!(scopes(&ada.client, &draft).await, ["organization"]);
    let refused = ask(&bob.client, &draft, json!({})).await;
    assert_eq!(refused.problem_code(), "forbidden");
    let path = people.approved(&ada, "record_company").await;
    assert_eq!(scopes(&ada.client, &path).await.len(), 6);
    people.judge(&path, "suspend").await;
    assert_eq!(scopes(&ada.client, &path).await, ["organization"]);
    people.judge(&path, "reinstate").await;
    assert_eq!(scopes(&ada.client, &path).await.len(), 6);
}

#[tokio::test]
async fn an_operator_who_acts_for_an_organization_does_not_operate_and_may_try_out() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let table = people.world.table("AccountsTable");
    let key = platform::table::Key::sorted(format!("ACCOUNT#{}", ada.account), "ACCOUNT");
    let write = platform::table::Write::update(&table, key, "SET #roles = :roles")
        .bind(":roles", ["operator"]);
    table.write(write).await.unwrap();
    let path = people.approved(&ada, "record_company").await;
    let answer = ask(&ada.client, &path, json!({})).await;
    let scopes = scopes_of(&answer);
    assert!(!scopes.contains(&"operator".to_owned()), "{scopes:?}");
    // What the token carries besides is no scope of the organization's.
    let token = &answer.json()["access_token"];
    let keys = people.world.table("KeysTable");
    let verifier = Verifier::new(keys, people.world.clock.clone());
    let claims = verifier.access(token.as_str().unwrap()).await.unwrap();
    let (last, others) = claims.scopes.split_last().unwrap();
    assert_eq!((last.as_str(), others), ("trying_out", scopes.as_slice()));
    let acting = people.bearer(token).await;
    let suspend = format!("{path}/suspend");
    let suspended = acting.post(&suspend, json!({ "reason": "No." }));
    assert_eq!(suspended.await.problem_code(), "forbidden");
}

#[tokio::test]
async fn who_is_removed_or_changes_role_has_the_old_scopes_in_no_further_token() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let bob = people.person("bob@example.org").await;
    let path = people.approved(&ada, "record_company").await;
    people.join(&ada, &path, &bob, "manager").await;
    assert_eq!(scopes(&bob.client, &path).await.len(), 6);
    change_role(&ada.client, &path, &bob, "door").await;
    assert_eq!(scopes(&bob.client, &path).await, ["door"]);
    remove(&ada.client, &path, &bob).await;
    let refused = ask(&bob.client, &path, json!({})).await;
    assert_eq!(refused.problem_code(), "not_found");
}

#[tokio::test]
async fn an_agent_acts_with_what_both_the_role_and_the_representation_give() {
    let people = People::start().await;
    let agent = people.person("agent@example.org").await;
    let clerk = people.person("clerk@example.org").await;
    let artist = people.person("artist@example.org").await;
    let agency = people.approved(&agent, "artist_agency").await;
    let office = people.approved(&artist, "personal_office").await;
    people
        .join(&agent, &agency, &clerk, "catalogue_editor")
        .await;
    let scopes = ["catalogue", "orders"];
    let representation = represent(&agency, &agent, &office, &artist, &scopes).await;
    let body = json!({ "representation": representation });
    let token = ask(&agent.client, &office, body.clone()).await;
    assert_eq!(scopes_of(&token), ["catalogue", "orders"]);
    assert_eq!(token.json()["organization"], id_of(&office));
    let token = ask(&clerk.client, &office, body.clone()).await;
    assert_eq!(scopes_of(&token), ["catalogue"]);
    // Without the representation an agent is a stranger there, and so is everybody else with it.
    let refused = ask(&agent.client, &office, json!({})).await;
    assert_eq!(refused.problem_code(), "not_found");
    let refused = ask(&artist.client, &office, body.clone()).await;
    assert_eq!(refused.problem_code(), "not_found");
    // It is good for the represented organization alone.
    let refused = ask(&agent.client, &agency, body).await;
    assert_eq!(refused.problem_code(), "not_found");
}

#[tokio::test]
async fn a_representation_that_is_not_in_force_gives_nothing() {
    let people = People::start().await;
    let agent = people.person("agent@example.org").await;
    let artist = people.person("artist@example.org").await;
    let agency = people.approved(&agent, "artist_agency").await;
    let office = people.approved(&artist, "personal_office").await;
    let proposal = json!({
        "represented": id_of(&office),
        "scopes": ["orders"],
        "from": "2026-06-01T12:01:00Z",
        "until": "2026-06-01T12:02:00Z",
    });
    let proposed = agent
        .client
        .post(&format!("{agency}/representations"), proposal)
        .await;
    let id = proposed.json()["id"].clone();
    let body = json!({ "representation": id });
    let status = async || ask(&agent.client, &office, body.clone()).await.status;
    assert_eq!(status().await, 403, "proposed");
    let path = format!("/v1/representations/{}", id.as_str().unwrap());
    artist
        .client
        .post(&format!("{path}/approve"), json!({}))
        .await;
    assert_eq!(status().await, 403, "before its time");
    people.advance_s(60);
    assert_eq!(status().await, 201);
    people.judge(&agency, "suspend").await;
    assert_eq!(status().await, 403, "a suspended agency");
    people.judge(&agency, "reinstate").await;
    people.judge(&office, "suspend").await;
    assert_eq!(status().await, 403, "a suspended client");
    people.judge(&office, "reinstate").await;
    assert_eq!(status().await, 201);
    artist
        .client
        .post(&format!("{path}/revoke"), json!({}))
        .await;
    assert_eq!(status().await, 403, "revoked");
    people.advance_s(60);
    assert_eq!(status().await, 403, "over");
}

#[tokio::test]
async fn a_session_that_is_over_gets_no_token() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.approved(&ada, "record_company").await;
    let sessionless = people.app.caller(ada.account);
    let refused = ask(&sessionless, &path, json!({})).await;
    assert_eq!(refused.problem_code(), "unauthenticated");
    ada.client.delete("/v1/sessions/current").await;
    let refused = ask(&ada.client, &path, json!({})).await;
    assert_eq!(refused.problem_code(), "unauthenticated");
    let tokens = people.sign_in("ada@example.org").await;
    let again = people.bearer(&tokens["access_token"]).await;
    assert_eq!(ask(&again, &path, json!({})).await.status, 201);
    people.advance_s(30 * 24 * 60 * 60);
    let refused = ask(&again, &path, json!({})).await;
    assert_eq!(refused.problem_code(), "unauthenticated");
}

#[tokio::test]
async fn a_suspended_account_gets_no_token() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.approved(&ada, "record_company").await;
    let table = people.world.table("AccountsTable");
    let key = platform::table::Key::sorted(format!("ACCOUNT#{}", ada.account), "ACCOUNT");
    let write = platform::table::Write::update(&table, key, "SET #status = :status")
        .bind(":status", "suspended");
    table.write(write).await.unwrap();
    let refused = ask(&ada.client, &path, json!({})).await;
    assert_eq!(refused.problem_code(), "forbidden");
}

#[tokio::test]
async fn a_token_that_acts_for_one_organization_opens_no_other_and_gets_no_further_token() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let first = people.approved(&ada, "record_company").await;
    let second = people.approved(&ada, "pr_firm").await;
    let token = ask(&ada.client, &first, json!({})).await.json();
    let acting = people.bearer(&token["access_token"]).await;
    assert_eq!(acting.get(&first).await.status, 200);
    assert_eq!(acting.get(&second).await.problem_code(), "not_found");
    for path in [&first, &second] {
        let refused = ask(&acting, path, json!({})).await;
        assert_eq!(refused.problem_code(), "forbidden");
    }
    // With a lesser scope it does not even manage its own.
    let bob = people.person("bob@example.org").await;
    people.join(&ada, &first, &bob, "door").await;
    let token = ask(&bob.client, &first, json!({})).await.json();
    let acting = people.bearer(&token["access_token"]).await;
    change_role(&ada.client, &first, &bob, "owner").await;
    let refused = acting.patch(&first, json!({ "name": "Bob's" })).await;
    assert_eq!(refused.problem_code(), "forbidden");
    let edited = bob.client.patch(&first, json!({ "name": "Bob's" })).await;
    assert_eq!(edited.status, 200);
}

#[tokio::test]
async fn a_body_names_a_representation_or_nothing() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.approved(&ada, "record_company").await;
    for body in [
        json!({ "representation": "x" }),
        json!({ "representation": id_of(&path) }),
        json!({ "scopes": ["operator"] }),
        json!({ "account": "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3" }),
    ] {
        let answer = ask(&ada.client, &path, body.clone()).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{body}");
    }
    let body = json!({ "representation": "rep_01J8Z3K4M5N6P7Q8R9S0T1V2W3" });
    let answer = ask(&ada.client, &path, body).await;
    assert_eq!(answer.problem_code(), "not_found");
    let answer = ask(&people.app.anonymous(), &path, json!({})).await;
    assert_eq!(answer.problem_code(), "unauthenticated");
}
