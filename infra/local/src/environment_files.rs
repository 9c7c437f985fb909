//! The environment of functions that run outside, beside the served engines: as a file of
//! `NAME=value` lines for `cargo lambda watch`, and as JSON for `sam local`.
//!
//! Both are made from the template, so that a function outside gets what a function inside gets. Where
//! things are by default is decided here alone.

use std::{collections::BTreeMap, path::Path};

use engines::{
    ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY,
    template::{Parameters, Template, TemplateError},
};
use sandbox::GATEWAY_PATH;
use serde_json::json;

/// The port of the engines where none is asked for: beside the platform's own, 3000.
pub const ENGINES_PORT: u16 = 3001;
/// The port of the payment gateway where none is asked for.
pub const GATEWAY_PORT: u16 = 3002;

/// Where the file for `cargo lambda watch` lies, from the template.
pub const ENV_FILE: &str = "infra/local/engines.env";
/// Where the file for `sam local` lies, from the template.
pub const SAM_FILE: &str = "infra/local/sam-local.json";

/// This machine, seen from itself.
const LOOPBACK: &str = "127.0.0.1";
/// This machine, seen from a container.
const HOST_OF_CONTAINERS: &str = "host.docker.internal";

/// The services that functions call, as the environment names them.
const SERVICES: [&str; 4] = ["DYNAMODB", "S3", "SECRETS_MANAGER", "SQS"];

/// Why the files cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// The template is broken.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// One file for all functions cannot say two things.
    #[error("{name} is {one:?} for one function and {other:?} for {function}")]
    Disagree {
        /// The variable.
        name: String,
        /// What it was first.
        one: String,
        /// What it is, too.
        other: String,
        /// For whom.
        function: String,
    },
}

/// What the template is told where functions run outside: payments go to the gateway that is served
/// alone.
pub(crate) fn parameters(template: &Path) -> Result<Parameters, TemplateError> {
    parameters_at(template, LOOPBACK)
}

fn parameters_at(template: &Path, host: &str) -> Result<Parameters, TemplateError> {
    let gateway = format!("http://{host}:{GATEWAY_PORT}{GATEWAY_PATH}");
    let mut parameters = Parameters::from([("AlipayGatewayUrl".to_owned(), gateway)]);
    // Another template may know of no payments.
    let known = Template::parameter_names(template)?;
    parameters.retain(|name, _| known.contains(name));
    Ok(parameters)
}

/// For `cargo lambda watch --env-file`, and for a shell.
pub fn env_file(template: &Path) -> Result<String, EnvironmentError> {
    let mut text = String::from(
        "# Made from template.yaml by `cargo run -- environment`: what every function needs to run beside\n\
         # the engines of `cargo run -- --engines`.\n",
    );
    let mut variables = variables(template, LOOPBACK)?;
    for service in SERVICES {
        let name = format!("AWS_ENDPOINT_URL_{service}");
        variables.insert(name, format!("http://{LOOPBACK}:{ENGINES_PORT}"));
    }
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY),
        ("AWS_REGION", REGION),
    ] {
        variables.insert(name.to_owned(), value.to_owned());
    }
    for (name, value) in variables {
        text.push_str(&format!("{name}={value}\n"));
    }
    Ok(text)
}

/// For `sam local --env-vars`, whose functions run in containers. SAM hands over only variables that
/// the template names, and takes access keys and the region from the shell.
pub fn sam_file(template: &Path) -> Result<String, EnvironmentError> {
    let mut variables = variables(template, HOST_OF_CONTAINERS)?;
    let endpoint = format!("http://{HOST_OF_CONTAINERS}:{ENGINES_PORT}");
    variables.insert("AWS_ENDPOINT_URL".to_owned(), endpoint);
    Ok(format!("{:#}\n", json!({ "Parameters": variables })))
}

/// The variables of all functions in one.
fn variables(template: &Path, host: &str) -> Result<BTreeMap<String, String>, EnvironmentError> {
    let template = Template::read(template, &parameters_at(template, host)?)?;
    let mut variables = BTreeMap::<String, String>::new();
    for function in template.functions {
        for (name, value) in function.environment {
            match variables.get(&name) {
                Some(known) if *known != value => {
                    return Err(EnvironmentError::Disagree {
                        one: known.clone(),
                        other: value,
                        function: function.logical_id,
                        name,
                    });
                }
                Some(_) => {}
                None => {
                    variables.insert(name, value);
                }
            }
        }
    }
    Ok(variables)
}
