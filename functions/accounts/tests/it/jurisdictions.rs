//! Where organizations may be at home: `JURISDICTIONS`

use serde_json::{Value, json};
use testkit::{Answer, World};

use crate::{
    house::{Person, answer_all, path_of},
    people::{People, pointers},
};

async fn serving(jurisdictions: &str) -> People {
    let world = World::start().await;
    let only = [("JURISDICTIONS", jurisdictions)];
    let environment = world.environment_with("AccountsApi", &only);
    People::with(world, environment).await
}

/// The same world, after the list has changed.
async fn serve_instead(people: People, jurisdictions: &str) -> People {
    let only = [("JURISDICTIONS", jurisdictions)];
    let environment = people.world.environment_with("AccountsApi", &only);
    People::with(people.world, environment).await
}

/// The same person, at the function as it is now.
async fn again(people: &People, email: &str) -> Person {
    let tokens = people.sign_in(email).await;
    let client = people.bearer(&tokens["access_token"]).await;
    let account = client.get("/v1/accounts/me").await.json();
    Person {
        account: crate::people::id(&account),
        client,
    }
}

async fn found(person: &Person, region: &str) -> Answer {
    let body = json!({ "name": "Silk", "kind": "personal_office", "region": region });
    person.client.post("/v1/organizations", body).await
}

fn assert_not_served(answer: &Answer) {
    let told = (answer.status, answer.problem_code());
    assert_eq!(told, (422, "jurisdiction_not_served".to_owned()));
    assert_eq!(pointers(answer), ["/region"]);
}

#[tokio::test]
async fn an_organization_is_founded_where_business_is_done() {
    let people = serving("CN, US-CA").await;
    let ada = people.person("ada@example.org").await;
    for region in ["CN", "CN-SH", "US-CA"] {
        assert_eq!(found(&ada, region).await.status, 201, "{region}");
    }
    for region in ["DE", "US", "US-NY"] {
        assert_not_served(&found(&ada, region).await);
    }
}

#[tokio::test]
async fn it_does_not_move_to_where_none_is() {
    let people = serving("CN,HK").await;
    let ada = people.person("ada@example.org").await;
    let path = path_of(&found(&ada, "CN-SH").await.json());
    let move_to = async |region: &str| ada.client.patch(&path, json!({ "region": region })).await;
    assert_not_served(&move_to("DE").await);
    let moved = move_to("HK").await;
    assert_eq!((moved.status, &moved.json()["region"]), (200, &json!("HK")));
}

#[tokio::test]
async fn a_list_that_changed_meanwhile_counts_for_what_is_to_be_approved_and_for_nothing_that_was()
{
    const ADA: &str = "ada@example.org";
    let people = serving("*").await;
    let ada = people.person(ADA).await;
    let approved = people.approved(&ada, "personal_office").await;
    let suspended = people.approved(&ada, "record_company").await;
    people.judge(&suspended, "suspend").await;
    let draft = people.found(&ada, "personal_office").await;
    let submitted = people.found(&ada, "personal_office").await;
    for path in [&draft, &submitted] {
        answer_all(&ada.client, path).await;
    }
    let submit = format!("{submitted}/submit");
    assert_eq!(ada.client.post(&submit, json!({})).await.status, 200);

    let people = serve_instead(people, "HK").await;
    let ada = again(&people, ADA).await;
    let submit = format!("{draft}/submit");
    assert_not_served(&ada.client.post(&submit, json!({})).await);
    assert_not_served(&people.judge(&submitted, "approve").await);
    assert_not_served(&people.judge(&suspended, "reinstate").await);
    // What an operator can do about those is not in the way.
    assert_eq!(people.judge(&submitted, "reject").await.status, 200);
    // One that was approved stays so, and changes what is not its region.
    let renamed = ada.client.patch(&approved, json!({ "name": "Cotton" }));
    let renamed = renamed.await.json();
    assert_eq!(
        (&renamed["state"], &renamed["name"]),
        (&json!("approved"), &json!("Cotton"))
    );
    // Its state is told before its region.
    let twice = people.judge(&approved, "approve").await;
    assert_eq!(twice.problem_code(), "state_conflict");

    let people = serve_instead(people, "HK,CN").await;
    assert_eq!(people.judge(&suspended, "reinstate").await.status, 200);
}

#[tokio::test]
async fn an_environment_that_is_not_understood_says_so() {
    let world = World::start().await;
    let wrong = [
        ("JURISDICTIONS", "CN,china"),
        ("SIGNUPS_PER_HOUR_PER_ADDRESS", "many"),
    ];
    let environment = world.environment_with("AccountsApi", &wrong);
    let built = accounts::build(environment, world.aws.clone(), world.clock.clone());
    let error = built.await.err().unwrap().to_string();
    let said: Value = json!(error);
    for part in [
        "SIGNUPS_PER_HOUR_PER_ADDRESS is \"many\"",
        "JURISDICTIONS is \"CN,china\": \"china\" is wrong: it is not a code of ISO 3166",
    ] {
        assert!(error.contains(part), "{said}");
    }
}
