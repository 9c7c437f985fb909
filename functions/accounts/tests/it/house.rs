//! Organizations with their people, brought as far as a test needs them.

use kernel::{Id, kind};
use serde_json::{Value, json};
use testkit::{Answer, Client};

use crate::people::{People, id};

pub(crate) const ABSENT: &str = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3";

/// Somebody with an account.
pub(crate) struct Person {
    pub(crate) account: Id<kind::Account>,
    /// Signed in, so that it has a session.
    pub(crate) client: Client,
}

impl People {
    /// Opens an account and signs in to it.
    pub(crate) async fn person(&self, email: &str) -> Person {
        let account = id(&self.sign_up(email).await);
        let tokens = self.sign_in(email).await;
        let client = self.bearer(&tokens["access_token"]).await;
        Person { account, client }
    }

    /// Founds an organization and answers its path.
    pub(crate) async fn found(&self, owner: &Person, kind: &str) -> String {
        let body = json!({ "name": "Silk Records", "kind": kind, "region": "CN-SH" });
        let answer = owner.client.post("/v1/organizations", body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        path_of(&answer.json())
    }

    /// Founds one and brings it through its review.
    pub(crate) async fn approved(&self, owner: &Person, kind: &str) -> String {
        let path = self.found(owner, kind).await;
        answer_all(&owner.client, &path).await;
        let submitted = owner
            .client
            .post(&format!("{path}/submit"), json!({}))
            .await;
        assert_eq!(submitted.status, 200, "{}", submitted.text());
        let approved = self.judge(&path, "approve").await;
        assert_eq!(approved.status, 200, "{}", approved.text());
        path
    }

    /// An operator decides.
    pub(crate) async fn judge(&self, path: &str, verdict: &str) -> Answer {
        let body = match verdict {
            "reject" | "suspend" => json!({ "reason": "The certificate cannot be read." }),
            _ => json!({}),
        };
        let operator = self.app.operator();
        operator.post(&format!("{path}/{verdict}"), body).await
    }

    /// Makes `person` a member.
    pub(crate) async fn join(&self, owner: &Person, path: &str, person: &Person, role: &str) {
        let invited = invite(&owner.client, path, person, role).await;
        assert_eq!(invited.status, 201, "{}", invited.text());
        let accepted = accept(&person.client, path).await;
        assert_eq!(accepted.status, 201, "{}", accepted.text());
    }
}

pub(crate) fn path_of(organization: &Value) -> String {
    let id = organization["id"].as_str().unwrap();
    format!("/v1/organizations/{id}")
}

/// The id at the end of an organization's path.
pub(crate) fn id_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// Answers a requirement.
pub(crate) async fn put_answer(client: &Client, path: &str, code: &str, value: &str) -> Answer {
    let path = format!("{path}/requirements/{code}");
    let request = client.request("PUT", &path);
    request.json(json!({ "value": value })).send().await
}

/// Answers everything that the organization is asked.
pub(crate) async fn answer_all(client: &Client, path: &str) {
    let organization = client.get(path).await.json();
    for requirement in organization["requirements"].as_array().unwrap() {
        let code = requirement["code"].as_str().unwrap();
        let value = match (requirement["kind"].as_str().unwrap(), code) {
            ("document", _) => "med_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
            ("agreement", _) => "accepted",
            (_, "registration_number") => "91310000MA1FL0AB12",
            (_, "rights_contact_email") => "rights@example.org",
            (_, "safety_contact_phone") => "+8613800138000",
            _ => "Silk Records Ltd.",
        };
        let answer = put_answer(client, path, code, value).await;
        assert_eq!(answer.status, 200, "{code}: {}", answer.text());
    }
}

/// Invites somebody by account.
pub(crate) async fn invite(client: &Client, path: &str, person: &Person, role: &str) -> Answer {
    let body = json!({ "account": person.account, "role": role });
    client.post(&format!("{path}/members"), body).await
}

/// Invites somebody by address.
pub(crate) async fn invite_email(client: &Client, path: &str, email: &str, role: &str) -> Answer {
    let body = json!({ "email": email, "role": role });
    client.post(&format!("{path}/members"), body).await
}

pub(crate) async fn accept(client: &Client, path: &str) -> Answer {
    let path = format!("{path}/members/me/accept");
    client.post(&path, json!({})).await
}

pub(crate) async fn remove(client: &Client, path: &str, person: &Person) -> Answer {
    let path = format!("{path}/members/{}", person.account);
    client.delete(&path).await
}

pub(crate) async fn change_role(
    client: &Client,
    path: &str,
    person: &Person,
    role: &str,
) -> Answer {
    let path = format!("{path}/members/{}", person.account);
    client.patch(&path, json!({ "role": role })).await
}

/// The members and their roles, in the order of the accounts.
pub(crate) async fn members(client: &Client, path: &str) -> Vec<(String, String)> {
    let list = client.get(&format!("{path}/members?limit=100")).await;
    let list = list.json();
    let items = list["items"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    items
        .map(|item| (text(&item["account"]), text(&item["role"])))
        .collect()
}

/// How many owners there are.
pub(crate) async fn owners(client: &Client, path: &str) -> usize {
    let members = members(client, path).await;
    members.iter().filter(|(_, role)| role == "owner").count()
}
