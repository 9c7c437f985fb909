//! The API's document, the template's routes and the code say the same.

use std::collections::{BTreeMap, BTreeSet};

use engines::template::{HttpRoute, Parameters, Template};
use serde_json::Value;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn document() -> Value {
    serde_json::to_value(planet::openapi()).expect("the document is JSON")
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.filter_map(move |(method, operation)| {
                let is_method =
                    ["get", "put", "post", "patch", "delete"].contains(&method.as_str());
                is_method.then(|| (method.to_uppercase(), path.clone(), operation.clone()))
            })
        })
        .collect()
}

fn routes() -> Vec<HttpRoute> {
    let template = Template::read(format!("{ROOT}/template.yaml"), &Parameters::default());
    let functions = template.expect("the template is valid").functions;
    functions
        .into_iter()
        .flat_map(|function| function.routes)
        .collect()
}

/// Whether a route of the template takes requests of this operation. More than one may; the most
/// specific does.
fn route_of(routes: &[HttpRoute], method: &str, path: &str) -> Option<HttpRoute> {
    let fits = |route: &&HttpRoute| {
        (route.method == "ANY" || route.method == method) && {
            let mut segments = path.split('/');
            let all = route.path.split('/').all(|expected| {
                if expected.ends_with("+}") {
                    return segments.by_ref().count() > 0;
                }
                segments
                    .next()
                    .is_some_and(|segment| segment == expected || expected.starts_with('{'))
            });
            all && segments.next().is_none()
        }
    };
    let specificity = |route: &&HttpRoute| {
        let greedy = route.path.contains("+}");
        (
            greedy,
            std::cmp::Reverse(route.path.len()),
            route.method == "ANY",
        )
    };
    routes.iter().filter(fits).min_by_key(specificity).cloned()
}

#[test]
fn the_committed_document_is_what_the_code_says() {
    let committed = std::fs::read_to_string(format!("{ROOT}/docs/openapi.json")).unwrap();
    let generated = planet::openapi().to_pretty_json().unwrap() + "\n";
    assert!(
        committed == generated,
        "docs/openapi.json is stale: run `cargo run -- openapi`"
    );
}

#[test]
fn every_operation_has_a_route_with_the_same_protection() {
    let routes = routes();
    for (method, path, operation) in operations(&document()) {
        let route = route_of(&routes, &method, &path);
        let route = route.unwrap_or_else(|| panic!("the template routes no {method} {path}"));
        let is_guarded = operation["security"].is_array();
        assert_eq!(
            route.authorizer.is_some(),
            is_guarded,
            "{method} {path} takes the route {} {}",
            route.method,
            route.path
        );
    }
}

#[test]
fn every_route_serves_an_operation() {
    let operations = operations(&document());
    let routes = routes();
    let used: BTreeSet<String> = operations
        .iter()
        .filter_map(|(method, path, _)| route_of(&routes, method, path))
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    // Browsers ask by `OPTIONS` for every path of an `ANY`; `infra/checks` holds the two together.
    let serving = |route: &&HttpRoute| route.path != "$default" && route.method != "OPTIONS";
    for route in routes.iter().filter(serving) {
        let key = format!("{} {}", route.method, route.path);
        assert!(used.contains(&key), "the route {key} serves nothing");
    }
}

#[test]
fn every_operation_is_described() {
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document()) {
        let id = operation["operationId"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(ids.insert(id.clone()), "{method} {path} shares its id {id}");
        assert!(
            operation["summary"].is_string(),
            "{method} {path} has no summary"
        );
        assert!(
            operation["tags"][0].is_string(),
            "{method} {path} has no tag"
        );
    }
}

/// The merged document keeps one schema of each name, so a second one would be described wrongly
/// wherever it is referred to.
#[test]
fn no_two_contexts_describe_different_things_under_one_name() {
    let mut schemas: BTreeMap<String, (&str, Value)> = BTreeMap::new();
    let mut ids: BTreeMap<String, &str> = BTreeMap::new();
    let mut shared = Vec::new();
    for (context, part) in planet::documents() {
        let part = serde_json::to_value(part).expect("the document is JSON");
        for (_, _, operation) in operations(&part) {
            let id = operation["operationId"].as_str().unwrap_or_default();
            if let Some(other) = ids.insert(id.to_owned(), context) {
                shared.push(format!("the operation {id} of {other} and {context}"));
            }
        }
        let described = part["components"]["schemas"].as_object();
        for (name, schema) in described.into_iter().flatten() {
            let (other, first) = schemas
                .entry(name.clone())
                .or_insert_with(|| (context, schema.clone()));
            if first != schema {
                shared.push(format!("the schema {name} of {other} and {context}"));
            }
        }
    }
    assert!(shared.is_empty(), "{}", shared.join("\n"));
}
