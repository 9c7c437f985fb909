//! `/v1/organizations/{id}/members`

use serde_json::json;
use testkit::Answer;
use tokio::task::JoinSet;

use crate::{
    house::{accept, change_role, invite, invite_email, members, owners, remove},
    people::{People, count, pointers},
};

#[tokio::test]
async fn owners_appoint_everybody_and_managers_whoever_is_below_them() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "record_company").await;
    let mia = people.person("mia@example.org").await;
    people.join(&ada, &path, &mia, "manager").await;
    let bob = people.person("bob@example.org").await;
    for (role, status) in [
        ("owner", 403),
        ("manager", 403),
        ("catalogue_editor", 201),
        ("sales", 201),
        ("door", 201),
    ] {
        let invited = invite(&mia.client, &path, &bob, role).await;
        assert_eq!(invited.status, status, "{role}");
    }
    assert_eq!(accept(&bob.client, &path).await.json()["role"], "door");
    assert_eq!(
        change_role(&mia.client, &path, &bob, "sales").await.status,
        200
    );
    assert_eq!(
        change_role(&mia.client, &path, &bob, "manager")
            .await
            .status,
        403
    );
    assert_eq!(
        change_role(&mia.client, &path, &ada, "sales").await.status,
        403
    );
    assert_eq!(remove(&mia.client, &path, &ada).await.status, 403);
    assert_eq!(
        change_role(&ada.client, &path, &bob, "manager")
            .await
            .status,
        200
    );
    assert_eq!(remove(&mia.client, &path, &bob).await.status, 403);
    assert_eq!(
        change_role(&ada.client, &path, &mia, "sales").await.status,
        200
    );
    // Who is below manages nothing.
    assert_eq!(
        change_role(&mia.client, &path, &mia, "owner").await.status,
        403
    );
    assert_eq!(remove(&mia.client, &path, &bob).await.status, 403);
    assert_eq!(invite(&mia.client, &path, &bob, "door").await.status, 403);
    let refused = change_role(&ada.client, &path, &bob, "emperor").await;
    assert_eq!(refused.problem_code(), "validation_failed");
    let roles: Vec<_> = members(&ada.client, &path).await;
    assert_eq!(roles.len(), 3);
}

#[tokio::test]
async fn everybody_may_leave_and_is_out_at_once() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "record_company").await;
    let bob = people.person("bob@example.org").await;
    people.join(&ada, &path, &bob, "door").await;
    assert_eq!(bob.client.get(&path).await.status, 200);
    assert_eq!(remove(&bob.client, &path, &bob).await.status, 204);
    assert_eq!(bob.client.get(&path).await.problem_code(), "not_found");
    assert_eq!(
        remove(&bob.client, &path, &bob).await.problem_code(),
        "not_found"
    );
    assert_eq!(
        remove(&ada.client, &path, &bob).await.problem_code(),
        "not_found"
    );
    let list = bob.client.get("/v1/organizations").await.json();
    assert_eq!(list["items"], json!([]));
    assert_eq!(members(&ada.client, &path).await.len(), 1);
    // And may come back.
    people.join(&ada, &path, &bob, "sales").await;
    assert_eq!(members(&ada.client, &path).await.len(), 2);
}

#[tokio::test]
async fn the_last_owner_neither_leaves_nor_steps_down() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "record_company").await;
    let bob = people.person("bob@example.org").await;
    people.join(&ada, &path, &bob, "manager").await;
    let left = remove(&ada.client, &path, &ada).await;
    assert_eq!(left.problem_code(), "state_conflict");
    let stepped = change_role(&ada.client, &path, &ada, "manager").await;
    assert_eq!(stepped.problem_code(), "state_conflict");
    assert_eq!(
        change_role(&ada.client, &path, &ada, "owner").await.status,
        200
    );
    assert_eq!(
        change_role(&ada.client, &path, &bob, "owner").await.status,
        200
    );
    assert_eq!(
        change_role(&ada.client, &path, &ada, "manager")
            .await
            .status,
        200
    );
    assert_eq!(remove(&ada.client, &path, &ada).await.status, 204);
    assert_eq!(
        remove(&bob.client, &path, &bob).await.problem_code(),
        "state_conflict"
    );
    assert_eq!(owners(&bob.client, &path).await, 1);
}

#[tokio::test]
async fn of_two_owners_who_leave_at_once_one_stays() {
    let people = People::start().await;
    for round in 0..8 {
        let ada = people.person(&format!("ada{round}@example.org")).await;
        let bob = people.person(&format!("bob{round}@example.org")).await;
        let path = people.found(&ada, "record_company").await;
        people.join(&ada, &path, &bob, "owner").await;
        let (first, second) = tokio::join!(
            remove(&ada.client, &path, &ada),
            remove(&bob.client, &path, &bob)
        );
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409]);
        let stays = if first.status == 409 { &ada } else { &bob };
        assert_eq!(owners(&stays.client, &path).await, 1);
    }
}

#[tokio::test]
async fn of_many_owners_who_remove_each_other_at_once_one_stays() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "record_company").await;
    let mut all = vec![ada];
    for number in 0..7 {
        let person = people.person(&format!("owner{number}@example.org")).await;
        people.join(&all[0], &path, &person, "owner").await;
        all.push(person);
    }
    let mut moves = JoinSet::new();
    for (number, person) in all.iter().enumerate() {
        let (client, path) = (person.client.clone(), path.clone());
        let next = all[(number + 1) % all.len()].account;
        let own = person.account;
        moves.spawn(async move {
            match number % 3 {
                0 => client.delete(&format!("{path}/members/{own}")).await,
                1 => client.delete(&format!("{path}/members/{next}")).await,
                _ => {
                    let member = format!("{path}/members/{own}");
                    client.patch(&member, json!({ "role": "door" })).await
                }
            }
        });
    }
    let answers: Vec<Answer> = moves.join_all().await;
    let refused = answers
        .iter()
        .filter(|answer| matches!(answer.status, 403 | 404 | 409));
    let done = count(&answers, 204) + count(&answers, 200);
    assert_eq!(done + refused.count(), answers.len());
    let mut left = 0;
    for person in &all {
        if person.client.get(&path).await.status == 200 {
            left = owners(&person.client, &path).await;
        }
    }
    assert!(left >= 1);
}

#[tokio::test]
async fn an_invitation_names_one_invitee_and_a_role() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "record_company").await;
    let account = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3";
    for body in [
        json!({}),
        json!({ "role": "sales" }),
        json!({ "account": account }),
        json!({ "account": account, "email": "bob@example.org", "role": "sales" }),
        json!({ "account": "bob", "role": "sales" }),
        json!({ "email": "bob", "role": "sales" }),
        json!({ "email": null, "role": "sales" }),
        json!({ "email": "bob@example.org", "role": "operator" }),
        json!({ "email": "bob@example.org", "role": "sales", "scopes": ["money"] }),
    ] {
        let answer = ada
            .client
            .post(&format!("{path}/members"), body.clone())
            .await;
        assert_eq!(answer.problem_code(), "validation_failed", "{body}");
        assert_eq!(pointers(&answer).len(), 1, "{body}");
    }
    let own = invite(&ada.client, &path, &ada, "owner").await;
    assert_eq!(own.problem_code(), "state_conflict");
}

#[tokio::test]
async fn an_organization_invites_a_hundred_times_a_day() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "record_company").await;
    for number in 0..100 {
        let email = format!("p{number}@example.org");
        let invited = invite_email(&ada.client, &path, &email, "door").await;
        assert_eq!(invited.status, 201);
    }
    let refused = invite_email(&ada.client, &path, "one@example.org", "door").await;
    assert_eq!(refused.problem_code(), "rate_limited");
    people.advance_s(24 * 60 * 60);
    let invited = invite_email(&ada.client, &path, "one@example.org", "door").await;
    assert_eq!(invited.status, 201);
}

#[tokio::test]
async fn without_a_caller_there_are_no_members() {
    let people = People::start().await;
    let ada = people.person("ada@example.org").await;
    let path = people.found(&ada, "record_company").await;
    let anyone = people.app.anonymous();
    for answer in [
        anyone.get(&format!("{path}/members")).await,
        invite(&anyone, &path, &ada, "owner").await,
        accept(&anyone, &path).await,
        remove(&anyone, &path, &ada).await,
        change_role(&anyone, &path, &ada, "door").await,
    ] {
        assert_eq!(answer.problem_code(), "unauthenticated");
    }
}
