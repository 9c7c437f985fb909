//! Every operation of the document at every stage of its capability.
//!
//! The document says of which capability an operation is and since which stage it is served; the
//! parameters of the template decide the stage. Between the two stands all that could be forgotten: a
//! variable, a line of a context's wiring, a group of routes.

use engines::template::{Parameters, Template};
use journeys::{Client, Request};
use planet::{Options, Planet, Storage};
use serde_json::{Value, json};

use crate::authorization::{ask, request};

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");
const STAGES: [&str; 4] = [
    "TradeStage",
    "RewardsStage",
    "PartnersStage",
    "WebhooksStage",
];
const OFF: (u16, &str) = (403, "capability_off");

/// An operation, and what the document says of its capability.
struct Operation {
    name: String,
    is_guarded: bool,
    /// Since which stage it is served; nothing if it is of no capability.
    served_from: Option<String>,
}

fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(planet::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let served_from = operation["x-capability"]["served_from"].as_str();
            operations.push(Operation {
                name: format!("{} {path}", method.to_uppercase()),
                is_guarded: operation["security"].is_array(),
                served_from: served_from.map(str::to_owned),
            });
        }
    }
    operations
}

/// The platform with every capability at `stage`, as the template's parameters have it.
async fn planet_at(stage: &str) -> Planet {
    let mut text = std::fs::read_to_string(TEMPLATE).unwrap();
    for parameter in STAGES {
        let open = format!("  {parameter}:\n    Type: String\n    Default: open\n");
        assert!(text.contains(&open), "{parameter}");
        let held = open.replace("open", &format!("{stage:?}"));
        text = text.replace(&open, &held);
    }
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("template.yaml");
    std::fs::write(&template, text).unwrap();
    let options = Options {
        template,
        storage: Storage::Memory,
        port: 0,
    };
    Planet::start(&options).await.unwrap()
}

/// The access token of somebody new.
async fn sign_up(client: &Client, planet: &Planet, name: &str, operates: bool) -> String {
    let email = format!("{name}@example.com");
    let password = "planet on a laptop";
    let body = json!({
        "email": email, "password": password, "display_name": name,
        "time_zone": "Asia/Shanghai", "acquisition_source": "organic",
    });
    let account = client.send(&Request::post("/v1/accounts", &body)).await;
    if operates {
        let id = account.unwrap().text_at("/id").parse().unwrap();
        planet.make_operator(id).await.unwrap();
    }
    let body = json!({ "email": email, "password": password });
    let session = client.send(&Request::post("/v1/sessions", &body)).await;
    session.unwrap().text_at("/access_token")
}

/// Whether each operation was refused for its capability's stage, asked by whoever has this token.
async fn is_off(client: &Client, operation: &Operation, token: Option<&str>) -> bool {
    let request = request(&operation.name);
    let request = match token {
        Some(token) => request.bearer(token),
        None => request,
    };
    let (status, code) = ask(client, request).await;
    let is_off = code == OFF.1;
    assert!(!is_off || status == OFF.0, "{}", operation.name);
    is_off
}

#[tokio::test(flavor = "multi_thread")]
async fn at_stage_off_what_begins_something_is_off_for_all_and_the_rest_goes_on() {
    let planet = planet_at("off").await;
    let client = Client::new(&planet.url());
    let fan = sign_up(&client, &planet, "fan", false).await;
    let operator = sign_up(&client, &planet, "operator", true).await;
    let mut held = 0;
    for operation in operations() {
        let is_held = operation
            .served_from
            .as_deref()
            .is_some_and(|from| from != "off");
        held += usize::from(is_held);
        for token in [&fan, &operator] {
            let is_off = is_off(&client, &operation, Some(token)).await;
            assert_eq!(is_off, is_held, "{}", operation.name);
        }
        // A guard is asked first; where there is none, the stage answers.
        let to_strangers = is_held && !operation.is_guarded;
        let is_off = is_off(&client, &operation, None).await;
        assert_eq!(is_off, to_strangers, "{} by a stranger", operation.name);
    }
    assert!(held > 40, "{held}");
    planet.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn at_stage_operators_what_is_tried_out_is_off_for_all_but_them() {
    let planet = planet_at("operators").await;
    let client = Client::new(&planet.url());
    let fan = sign_up(&client, &planet, "fan", false).await;
    let operator = sign_up(&client, &planet, "operator", true).await;
    // Signing out is among the operations.
    let acting = act_for_a_draft(&client, &operator).await;
    for operation in operations() {
        let is_held = operation.served_from.as_deref() == Some("open");
        let for_fans = is_off(&client, &operation, Some(&fan)).await;
        assert_eq!(for_fans, is_held, "{} by a fan", operation.name);
        // A public route knows nobody.
        let for_operators = is_off(&client, &operation, Some(&operator)).await;
        let is_closed = is_held && !operation.is_guarded;
        assert_eq!(
            for_operators, is_closed,
            "{} by an operator",
            operation.name
        );
    }
    let shop = json!({ "name": "Strangers", "region": "CN", "currency": "CNY" });
    let asked = Request::post("/v1/shops", &shop).bearer(&acting);
    // It gets as far as to what a draft may not.
    assert_eq!(ask(&client, asked).await, (403, json!("forbidden")));
    planet.stop().await.unwrap();
}

/// The token of an operator who acts for an organization.
async fn act_for_a_draft(client: &Client, operator: &str) -> String {
    let body = json!({ "name": "Strangers", "kind": "personal_office", "region": "CN" });
    let founded = Request::post("/v1/organizations", &body).bearer(operator);
    let id = client.send(&founded).await.unwrap().text_at("/id");
    let path = format!("/v1/organizations/{id}/access-tokens");
    let asked = Request::post(path, &json!({})).bearer(operator);
    client.send(&asked).await.unwrap().text_at("/access_token")
}

#[test]
fn the_parameters_reach_the_functions_as_a_context_reads_them() {
    let parameters: Parameters = [
        ("TradeStage", "operators"),
        ("RewardsStage", "off"),
        ("Jurisdictions", "CN, HK"),
        ("Currencies", "CNY,HKD"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let template = Template::read(TEMPLATE, &parameters).unwrap();
    let variable = |function: &str, name: &str| -> Value {
        let function = template.function(function).unwrap();
        json!(function.environment.get(name))
    };
    for function in ["ShopsApi", "OrdersApi", "EventsApi", "MediaApi"] {
        assert_eq!(variable(function, "TRADE_STAGE"), "operators", "{function}");
    }
    assert_eq!(variable("VouchersApi", "REWARDS_STAGE"), "off");
    assert_eq!(variable("VouchersApi", "PARTNERS_STAGE"), "open");
    assert_eq!(variable("AccountsApi", "JURISDICTIONS"), "CN,HK");
    assert_eq!(variable("ShopsApi", "CURRENCIES"), "CNY,HKD");
    let wrong = [("TradeStage".to_owned(), "false".to_owned())].into();
    let error = Template::read(TEMPLATE, &wrong).unwrap_err().to_string();
    assert!(error.contains("one of off, operators, open"), "{error}");
}
