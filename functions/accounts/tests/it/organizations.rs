//! `/v1/organizations`: founding, looking, listing, editing.

use serde_json::{Value, json};

use crate::{
    house::{ABSENT, id_of},
    people::{People, at_once, count, pointers},
};

const PATH: &str = "/v1/organizations";

#[tokio::test]
async fn whoever_founds_an_organization_owns_a_draft() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let body = json!({ "name": " Silk Records ", "kind": "record_company", "region": "CN-SH" });
    let answer = ada.client.post(PATH, body).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("etag"), Some("\"1\""));
    let mut created = answer.json();
    let path = answer.header("location").unwrap().to_owned();
    let seen = ada.client.get(&path).await;
    assert_eq!(seen.header("etag"), Some("\"1\""));
    assert_eq!(seen.json(), created);
    let requirements = created.as_object_mut().unwrap().remove("requirements");
    assert_eq!(requirements.unwrap().as_array().unwrap().len(), 6);
    assert_eq!(
        created,
        json!({
            "id": id_of(&path),
            "kind": "record_company",
            "name": "Silk Records",
            "region": "CN-SH",
            "state": "draft",
            "house_owned": false,
            "role": "owner",
            "created_at": "2026-06-01T12:00:00Z",
            "updated_at": "2026-06-01T12:00:00Z",
            "version": 1,
        })
    );
}

#[tokio::test]
async fn the_seven_kinds_and_what_they_are_asked_are_shown_to_anyone() {
    let people = People::start().await;
    let kinds = people.app.anonymous().get("/v1/organization-kinds").await;
    assert_eq!(kinds.status, 200);
    let kinds = kinds.json();
    let kinds = kinds["items"].as_array().unwrap();
    let names: Vec<_> = kinds
        .iter()
        .map(|kind| kind["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "performance_company",
            "artist_agency",
            "record_company",
            "pr_firm",
            "karaoke_store",
            "professional_services",
            "personal_office",
        ]
    );
    let number = &kinds[2]["requirements"][1];
    assert_eq!(number["code"], "registration_number");
    assert_eq!(number["kind"], "text");
    assert!(number["pattern"].as_str().unwrap().starts_with('^'));
    let ada = people.person("ada@example.org").await;
    for kind in names {
        people.found(&ada, kind).await;
    }
}

#[tokio::test]
async fn an_organization_is_refused_that_is_not_as_it_must_be() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let good = json!({ "name": "Silk", "kind": "pr_firm", "region": "CN" });
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("a\nb")),
        ("name", json!("a".repeat(101))),
        ("name", Value::Null),
        ("kind", json!("fan_group")),
        ("kind", json!(7)),
        ("region", json!("cn")),
        ("region", json!("China")),
        ("state", json!("approved")),
        ("house_owned", json!(true)),
        ("owner_id", json!("acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
        ("version", json!(7)),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let answer = ada.client.post(PATH, body.clone()).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{body}");
        assert_eq!(pointers(&answer).len(), 1, "{body}");
    }
    let list = ada.client.get(PATH).await.json();
    assert_eq!(list, json!({ "items": [], "next_cursor": null }));
}

#[tokio::test]
async fn an_account_is_in_fifty_organizations_at_most_however_many_it_founds_at_once() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let answers = at_once(60, &ada.client, |client, number| async move {
        let name = format!("Silk {number}");
        let body = json!({ "name": name, "kind": "pr_firm", "region": "CN" });
        client.post(PATH, body).await
    })
    .await;
    assert_eq!(count(&answers, 201), 50);
    assert_eq!(count(&answers, 409), 10);
    let list = ada.client.get(&format!("{PATH}?limit=100")).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn one_lists_ones_own_organizations_with_the_role_from_the_oldest_on() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let bob = people.person("bob@example.org").await;
    let mut expected = Vec::new();
    for kind in ["record_company", "pr_firm", "karaoke_store"] {
        let path = people.found(&ada, kind).await;
        people.join(&ada, &path, &bob, "sales").await;
        expected.push((id_of(&path).to_owned(), "sales".to_owned()));
        people.advance_s(1);
    }
    people.found(&ada, "personal_office").await;
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = bob.client.get(&format!("{PATH}?limit=2{cursor}")).await;
        let page = page.json();
        for item in page["items"].as_array().unwrap() {
            assert_eq!(item["requirements"], Value::Null);
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            seen.push((text(&item["id"]), text(&item["role"])));
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, expected);
    let answer = bob.client.get(&format!("{PATH}?cursor=QUND")).await;
    assert_eq!(answer.problem_code(), "validation_failed");
}

#[tokio::test]
async fn to_strangers_an_organization_does_not_exist() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let eve = people.person("eve@example.org").await;
    let path = people.approved(&ada, "artist_agency").await;
    let absent = format!("{PATH}/{ABSENT}");
    let another = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W4";
    let admin = json!({ "account": eve.account, "role": "owner" });
    let routes = [
        ("GET", String::new(), json!({})),
        ("PATCH", String::new(), json!({ "name": "Eve's" })),
        (
            "PUT",
            "/requirements/legal_name".into(),
            json!({ "value": "Eve" }),
        ),
        ("POST", "/submit".into(), json!({})),
        ("GET", "/members".into(), json!({})),
        ("POST", "/members".into(), admin),
        ("POST", "/members/me/accept".into(), json!({})),
        (
            "PATCH",
            format!("/members/{}", ada.account),
            json!({ "role": "door" }),
        ),
        ("DELETE", format!("/members/{}", ada.account), json!({})),
        ("GET", "/invitations".into(), json!({})),
        ("GET", "/representations".into(), json!({})),
        (
            "POST",
            "/representations".into(),
            json!({ "represented": another, "scopes": ["orders"] }),
        ),
        ("POST", "/access-tokens".into(), json!({})),
    ];
    for (method, route, body) in routes {
        let mut answers = Vec::new();
        for organization in [&path, &absent] {
            let request = eve
                .client
                .request(method, &format!("{organization}{route}"));
            let request = match method {
                "GET" | "DELETE" => request,
                _ => request.json(body.clone()),
            };
            answers.push(request.send().await);
        }
        assert_eq!(answers[0].problem_code(), "not_found", "{method} {route}");
        assert_eq!(answers[0].json(), answers[1].json(), "{method} {route}");
    }
    assert_eq!(people.app.operator().get(&path).await.status, 200);
    assert_eq!(people.app.anonymous().get(&path).await.status, 401);
}

#[tokio::test]
async fn no_member_but_managers_changes_an_organization_or_sees_its_answers() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "record_company").await;
    for (role, manages) in [
        ("manager", true),
        ("catalogue_editor", false),
        ("sales", false),
        ("door", false),
    ] {
        let bob = people
            .person(&format!("{}@example.org", role.replace('_', "-")))
            .await;
        people.join(&ada, &path, &bob, role).await;
        let seen = bob.client.get(&path).await.json();
        assert_eq!(seen["role"], role);
        assert_eq!(seen["requirements"].is_array(), manages, "{role}");
        let body = json!({ "name": format!("Silk of the {role}") });
        let edited = bob.client.patch(&path, body).await;
        assert_eq!(edited.status, if manages { 200 } else { 403 }, "{role}");
        let submitted = bob.client.post(&format!("{path}/submit"), json!({})).await;
        assert_eq!(submitted.status, if manages { 422 } else { 403 }, "{role}");
        let answered = crate::house::put_answer(&bob.client, &path, "legal_name", "X").await;
        assert_eq!(answered.status, if manages { 200 } else { 403 }, "{role}");
    }
}

#[tokio::test]
async fn an_edit_is_made_only_on_the_version_it_is_based_on() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "record_company").await;
    let edit = async |version: &str, body: Value| {
        let request = ada.client.request("PATCH", &path);
        request.header("if-match", version).json(body).send().await
    };
    let edited = edit("\"1\"", json!({ "name": "Cotton", "region": "DE" })).await;
    assert_eq!(edited.status, 200, "{}", edited.text());
    assert_eq!(edited.header("etag"), Some("\"2\""));
    assert_eq!(edited.json()["name"], "Cotton");
    assert_eq!(edited.json()["region"], "DE");
    let stale = edit("\"1\"", json!({ "name": "Linen" })).await;
    assert_eq!(stale.problem_code(), "precondition_failed");
    // What changes nothing is no new version.
    let same = edit("\"2\"", json!({ "name": "Cotton" })).await;
    assert_eq!(same.header("etag"), Some("\"2\""));
    for body in [
        json!({ "kind": "pr_firm" }),
        json!({ "state": "approved" }),
        json!({ "house_owned": true }),
        json!({ "name": null }),
    ] {
        let answer = ada.client.patch(&path, body.clone()).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{body}");
    }
}

#[tokio::test]
async fn of_many_edits_of_one_version_at_once_one_is_made() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "record_company").await;
    let answers = at_once(12, &ada.client, |client, number| {
        let path = path.clone();
        async move {
            let request = client.request("PATCH", &path).header("if-match", "\"1\"");
            let body = json!({ "name": format!("Silk {number}") });
            request.json(body).send().await
        }
    })
    .await;
    assert_eq!(count(&answers, 200), 1);
    assert_eq!(count(&answers, 412), 11);
}

#[tokio::test]
async fn without_a_caller_there_are_no_organizations() {
    let people = People::start().await;
    let anyone = people.app.anonymous();
    let body = json!({ "name": "Silk", "kind": "pr_firm", "region": "CN" });
    for answer in [anyone.get(PATH).await, anyone.post(PATH, body).await] {
        assert_eq!(answer.problem_code(), "unauthenticated");
    }
}
