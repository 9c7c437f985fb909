//! What the others are told.

use serde_json::{Value, json};

use crate::{
    house::{answer_all, id_of},
    people::{PASSWORD, People, id},
};

const ME: &str = "/v1/accounts/me";
const TOKENS: &str = "/v1/accounts/me/listening-tokens";

/// Everything that is to be told, told.
async fn tell(people: &People) {
    let stream = people.world.app("AccountsStream", accounts::build).await;
    people.world.pump("AccountsTable", &stream).await;
}

#[tokio::test]
async fn a_new_account_is_told_to_points() {
    let people = People::start().await;
    let account = people.sign_up("ada@example.org").await;
    tell(&people).await;
    let events = people.world.messages("PointsQueue").await;
    assert_eq!(events.len(), 1);
    let mut event = events[0].clone();
    event.as_object_mut().unwrap().remove("id").unwrap();
    assert_eq!(
        event,
        json!({
            "type": "account.registered",
            "subject": account["id"],
            "version": 1,
            "occurred_at": "2026-06-01T12:00:00Z",
            "data": {
                "account": account["id"],
                "display_name": "Ada",
                "time_zone": "Asia/Shanghai",
                "acquisition_source": "organic",
                "version": 1,
            },
        })
    );
    assert_eq!(people.world.depth("ListeningQueue").await, 0);
}

#[tokio::test]
async fn every_change_of_an_account_is_told_with_its_version() {
    let people = People::start().await;
    let ada = people.member("ada@example.org").await;
    people.advance_s(60);
    ada.patch(ME, json!({ "time_zone": "Europe/London" })).await;
    ada.patch(ME, json!({ "time_zone": "Europe/London" })).await;
    ada.patch(ME, json!({ "display_name": "Augusta" })).await;
    tell(&people).await;
    let events = people.world.messages("PointsQueue").await;
    let told: Vec<Value> = events
        .iter()
        .map(|event| {
            let data = &event["data"];
            json!([
                event["type"],
                event["version"],
                data["time_zone"],
                data["display_name"]
            ])
        })
        .collect();
    // The order of a standard queue is not ours to count on; the versions are.
    let mut sorted = told;
    sorted.sort_by_key(|event| event[1].as_u64());
    assert_eq!(
        sorted,
        [
            json!(["account.registered", 1, "Asia/Shanghai", "Ada"]),
            json!(["account.updated", 2, "Europe/London", "Ada"]),
            json!(["account.updated", 3, "Europe/London", "Augusta"]),
        ]
    );
}

#[tokio::test]
async fn a_revoked_listening_token_is_told_to_listening() {
    let people = People::start().await;
    let account = people.sign_up("ada@example.org").await;
    let ada = people.app.caller(id(&account));
    let kept = ada.post(TOKENS, json!({ "name": "kept" })).await.json();
    let lost = ada.post(TOKENS, json!({ "name": "lost" })).await.json();
    people.advance_s(60);
    let path = format!("{TOKENS}/{}", lost["id"].as_str().unwrap());
    ada.delete(&path).await;
    tell(&people).await;
    let events = people.world.messages("ListeningQueue").await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["type"], "listening_token.revoked");
    assert_eq!(events[0]["subject"], lost["id"]);
    assert_eq!(events[0]["occurred_at"], "2026-06-01T12:01:00Z");
    let data = json!({ "account": account["id"], "token": lost["id"] });
    assert_eq!(events[0]["data"], data);
    assert_ne!(events[0]["subject"], kept["id"]);
}

#[tokio::test]
async fn a_replayed_stream_tells_the_same_events_again() {
    let people = People::start().await;
    let ada = people.member("ada@example.org").await;
    ada.patch(ME, json!({ "display_name": "Augusta" })).await;
    let token = ada.post(TOKENS, json!({ "name": "mpd" })).await.json();
    let path = format!("{TOKENS}/{}", token["id"].as_str().unwrap());
    ada.delete(&path).await;
    let mut tellings = Vec::new();
    for _ in 0..2 {
        tell(&people).await;
        let mut events = people.world.messages("PointsQueue").await;
        events.extend(people.world.messages("ListeningQueue").await);
        events.sort_by_key(|event| event["id"].as_str().unwrap().to_owned());
        tellings.push(events);
    }
    assert_eq!(tellings[0].len(), 3);
    assert_eq!(tellings[0], tellings[1]);
}

#[tokio::test]
async fn sessions_credentials_and_an_operators_hand_are_nobody_elses_concern() {
    let people = People::start().await;
    let account = people.sign_up("ada@example.org").await;
    let tokens = people.sign_in("ada@example.org").await;
    people.refresh(&tokens["refresh_token"]).await;
    let client = people.bearer(&tokens["access_token"]).await;
    client.delete("/v1/sessions/current").await;
    let table = people.world.table("AccountsTable");
    let key = platform::table::Key::sorted(format!("ACCOUNT#{}", id(&account)), "ACCOUNT");
    let write = platform::table::Write::update(&table, key, "SET #roles = :roles")
        .bind(":roles", ["operator"]);
    table.write(write).await.unwrap();
    tell(&people).await;
    let events = people.world.messages("PointsQueue").await;
    assert_eq!(events.len(), 1);
    let text = events[0].to_string();
    for secret in ["example.org", "argon2", PASSWORD, "rt_", "operator"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert_eq!(people.world.depth("ListeningQueue").await, 0);
}

#[tokio::test]
async fn an_organization_is_told_to_shops_from_its_approval_on() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "personal_office").await;
    ada.client.patch(&path, json!({ "region": "DE" })).await;
    answer_all(&ada.client, &path).await;
    ada.client.post(&format!("{path}/submit"), json!({})).await;
    people.judge(&path, "reject").await;
    ada.client.post(&format!("{path}/submit"), json!({})).await;
    let bob = people.person("bob@example.org").await;
    people.join(&ada, &path, &bob, "owner").await;
    tell(&people).await;
    assert_eq!(people.world.depth("ShopsQueue").await, 0);

    people.judge(&path, "approve").await;
    ada.client.patch(&path, json!({ "name": "Ada" })).await;
    people.judge(&path, "suspend").await;
    let operator = people.app.operator();
    let flag = operator.request("PUT", &format!("{path}/house-owned"));
    flag.json(json!({ "house_owned": true })).send().await;
    people.judge(&path, "reinstate").await;
    tell(&people).await;
    let mut events = people.world.messages("ShopsQueue").await;
    events.sort_by_key(|event| event["version"].as_u64());
    let version = events[0]["version"].as_u64().unwrap();
    let told: Vec<Value> = events
        .iter()
        .map(|event| {
            let data = &event["data"];
            assert_eq!(event["subject"], data["organization"]);
            assert_eq!(event["version"], data["version"]);
            json!([
                event["type"],
                data["state"],
                data["name"],
                data["house_owned"]
            ])
        })
        .collect();
    assert_eq!(
        told,
        [
            json!(["organization.approved", "approved", "Silk Records", false]),
            json!(["organization.updated", "approved", "Ada", false]),
            json!(["organization.suspended", "suspended", "Ada", false]),
            json!(["organization.updated", "suspended", "Ada", true]),
            json!(["organization.reinstated", "approved", "Ada", true]),
        ]
    );
    assert_eq!(
        events[0]["data"],
        json!({
            "organization": id_of(&path),
            "kind": "personal_office",
            "name": "Silk Records",
            "region": "DE",
            "state": "approved",
            "house_owned": false,
            "version": version,
        })
    );
}

#[tokio::test]
async fn an_organization_is_told_how_it_was_judged_and_nothing_of_its_people() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.approved(&ada, "personal_office").await;
    ada.client.patch(&path, json!({ "name": "Ada" })).await;
    people.judge(&path, "suspend").await;
    people.judge(&path, "reinstate").await;
    let mut tellings = Vec::new();
    for _ in 0..2 {
        tell(&people).await;
        tellings.push(people.world.messages("WebhooksQueue").await);
    }
    assert_eq!(tellings[0], tellings[1]);
    let told: Vec<Value> = tellings[0]
        .iter()
        .map(|event| json!([event["type"], event["data"]["payload"]["state"]]))
        .collect();
    assert_eq!(
        told,
        [
            json!(["organization.approved", "approved"]),
            json!(["organization.suspended", "suspended"]),
            json!(["organization.reinstated", "approved"]),
        ]
    );
    let suspended = &tellings[0][1];
    assert_eq!(suspended["subject"], id_of(&path));
    assert_eq!(
        suspended["data"],
        json!({
            "audience": [id_of(&path)],
            "payload": {
                "organization": id_of(&path),
                "kind": "personal_office",
                "name": "Ada",
                "region": "CN-SH",
                "state": "suspended",
            },
        })
    );
    let text = json!(tellings[0]).to_string();
    for private in ["example.org", "acct_", "91310000MA1FL0AB12", "certificate"] {
        assert!(!text.contains(private), "{private}: {text}");
    }
    let inside = people.world.messages("ShopsQueue").await;
    assert!(inside.iter().all(|event| event["id"] != suspended["id"]));
}
