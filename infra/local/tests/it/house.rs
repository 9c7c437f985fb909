//! The arrows between crates, and what may come in from outside.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::{Command, Output},
};

use serde_json::Value;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Everything in the lock file; on a machine that has fetched only what it builds, that.
fn metadata() -> Value {
    let everything = cargo_metadata(&[]);
    let output = if everything.status.success() {
        everything
    } else {
        cargo_metadata(&["--filter-platform", &host()])
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("cargo prints JSON")
}

fn cargo_metadata(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        .args(arguments)
        .current_dir(ROOT)
        .output()
        .expect("cargo runs")
}

/// What this machine is called, as `--filter-platform` wants it.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output();
    let text = String::from_utf8(output.expect("rustc runs").stdout).expect("it prints text");
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("it says on what it runs").to_owned()
}

/// Each of our crates: the folder it stands in, and what it needs to be built (not to be tested).
fn ours(metadata: &Value) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let root = metadata["workspace_root"].as_str().unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .filter(|package| package["source"].is_null())
        .map(|package| {
            let manifest = package["manifest_path"].as_str().unwrap();
            let folder = manifest.strip_prefix(root).unwrap().trim_start_matches('/');
            let room = folder.split('/').next().unwrap().to_owned();
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            let needed = dependencies
                .filter(|dependency| dependency["kind"].is_null())
                .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
                .collect();
            (package["name"].as_str().unwrap().to_owned(), (room, needed))
        })
        .collect()
}

#[test]
fn arrows_point_down_only() {
    let metadata = metadata();
    let ours = ours(&metadata);
    // From the bottom of the house to the top: a crate may need what stands on a lower floor.
    let floor = |name: &str| match name {
        "kernel" => 0,
        "platform" => 1,
        "alipay" | "quota" | "tokens" | "wallet" | "web" | "webhook_signatures" => 2,
        _ => match ours[name].0.as_str() {
            "functions" => 3,
            // What sees several contexts, and what tests stand on.
            _ => 4,
        },
    };
    for (name, (room, needed)) in &ours {
        for dependency in needed
            .iter()
            .filter(|dependency| ours.contains_key(*dependency))
        {
            let is_above = floor(dependency) < floor(name);
            let is_workshop = floor(name) == 4 && floor(dependency) == 4 && room != "functions";
            assert!(is_above || is_workshop, "{name} must not need {dependency}");
        }
    }
}

#[test]
fn the_aws_sdk_stands_behind_platform_alone() {
    for (name, (_, needed)) in ours(&metadata()) {
        let sdk = needed.iter().find(|dependency| {
            [
                "aws-sdk-",
                "aws-smithy-",
                "aws-credential",
                "lambda_",
                "serde_dynamo",
            ]
            .iter()
            .any(|prefix| dependency.starts_with(prefix))
        });
        assert!(name == "platform" || sdk.is_none(), "{name} needs {sdk:?}");
    }
}

#[test]
fn the_kernel_is_pure() {
    let ours = ours(&metadata());
    for forbidden in ["tokio", "axum", "tracing", "platform"] {
        assert!(!ours["kernel"].1.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn everything_comes_from_the_public_registry_under_a_known_licence() {
    let allowed = [
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT-0",
        "MPL-2.0",
        "Unicode-3.0",
        "Unlicense",
        "Zlib",
    ];
    for package in metadata()["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        if let Some(source) = package["source"].as_str() {
            assert!(
                source == "registry+https://github.com/rust-lang/crates.io-index",
                "{name} comes from {source}"
            );
        }
        let licence = package["license"]
            .as_str()
            .unwrap_or("none")
            .replace('/', " OR ");
        let ways = licence
            .split(" OR ")
            .map(|way| way.trim_matches(['(', ')', ' ']));
        let is_allowed = ways.into_iter().any(|way| {
            way.split(" AND ")
                .all(|part| allowed.contains(&part.trim_matches(['(', ')', ' '])))
        });
        assert!(is_allowed, "{name} is under {licence}");
    }
}

#[test]
fn aws_lc_and_openssl_stay_outside() {
    let metadata = metadata();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    for node in nodes {
        let id = node["id"].as_str().unwrap();
        for forbidden in ["#aws-lc-", "#openssl@", "#native-tls@"] {
            assert!(!id.contains(forbidden), "{id}");
        }
    }
}
