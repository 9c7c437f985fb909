//! The platform's own template.

use std::collections::BTreeMap;

use engines::{Engines, Template};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");

#[test]
fn the_platforms_template_can_be_read() {
    let template = Template::read(PATH, &BTreeMap::new()).unwrap();
    assert!(!template.tables.is_empty());
    assert!(!template.functions.is_empty());
}

#[test]
fn every_function_has_a_role_of_its_own_that_allows_something() {
    let template = Template::read(PATH, &BTreeMap::new()).unwrap();
    let mut roles = Vec::new();
    for function in &template.functions {
        let role = template.role_of(function);
        let role = role.unwrap_or_else(|| panic!("{} has no role", function.logical_id));
        assert!(!role.grants.is_empty(), "{}", role.logical_id);
        assert!(!roles.contains(&role.logical_id), "{}", role.logical_id);
        roles.push(role.logical_id.clone());
    }
}

#[test]
fn the_platforms_template_can_be_read_for_every_environment() {
    for environment in ["dev", "staging", "prod"] {
        for deployment in ["all-at-once", "canary", "linear"] {
            let given = [
                ("Environment", environment),
                ("Deployment", deployment),
                ("AlarmsAddress", "on-call@example.com"),
            ];
            let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let template = Template::read(PATH, &given.into()).unwrap();
            let mut irrelevant = template.irrelevant.iter();
            let is_watched = irrelevant.any(|each| each.kind == "AWS::CloudWatch::Alarm");
            assert_eq!(is_watched, environment != "dev", "{environment}");
        }
    }
}

#[test]
fn parameters_can_be_named_before_they_are_given() {
    let names = Template::parameter_names(PATH).unwrap();
    assert!(names.contains("PublicUrl"), "{names:?}");
}

#[tokio::test]
async fn the_platforms_template_can_be_run() {
    let template = Template::read(PATH, &BTreeMap::new()).unwrap();
    for _ in 0..3 {
        let start = std::time::Instant::now();
        let engines = Engines::memory(&template).await.unwrap();
        println!("started in {:?}", start.elapsed());
        drop(engines);
    }
}
