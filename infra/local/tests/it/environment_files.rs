//! The environment files that ship are what the template says.

use std::path::Path;

use planet::environment_files::{ENV_FILE, EnvironmentError, SAM_FILE, env_file, sam_file};
use serde_json::Value;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn template() -> std::path::PathBuf {
    Path::new(ROOT).join("template.yaml")
}

fn shipped(file: &str) -> String {
    std::fs::read_to_string(Path::new(ROOT).join(file)).unwrap()
}

#[test]
fn the_files_that_ship_are_up_to_date() {
    let again = "`cargo run -- environment` writes it again";
    let file = env_file(&template()).unwrap();
    assert!(shipped(ENV_FILE) == file, "{ENV_FILE}: {again}");
    let file = sam_file(&template()).unwrap();
    assert!(shipped(SAM_FILE) == file, "{SAM_FILE}: {again}");
}

#[test]
fn both_name_what_the_template_names_and_where_the_services_are() {
    let text = env_file(&template()).unwrap();
    let json: Value = serde_json::from_str(&sam_file(&template()).unwrap()).unwrap();
    assert!(text.contains("\nWALLETS_TABLE=planet-WalletsTable\n"));
    assert!(text.contains("\nAWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:3001\n"));
    let variables = &json["Parameters"];
    assert_eq!(variables["WALLETS_TABLE"], "planet-WalletsTable");
    assert_eq!(
        variables["AWS_ENDPOINT_URL"],
        "http://host.docker.internal:3001"
    );
}

#[test]
fn a_variable_with_two_values_has_no_place_in_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.yaml");
    let text = std::fs::read_to_string(template()).unwrap();
    let (first, rest) = text.split_once("POINTS_TABLE: !Ref PointsTable").unwrap();
    let other = format!("{first}POINTS_TABLE: !Ref WalletsTable{rest}");
    std::fs::write(&path, other).unwrap();
    let refused = env_file(&path).unwrap_err();
    assert!(
        matches!(&refused, EnvironmentError::Disagree { name, .. } if name == "POINTS_TABLE"),
        "{refused}"
    );
}
