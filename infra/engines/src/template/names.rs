//! What things are called once they run: account, region, ARNs, addresses.

/// The region that everything here claims to be in.
pub const REGION: &str = "us-east-1";
/// The account that everything here belongs to.
pub const ACCOUNT_ID: &str = "000000000000";
/// The stack's name, which also begins every name the template leaves open.
pub const STACK_NAME: &str = "planet";
/// The identifier of every HTTP API.
pub const API_ID: &str = "local";
/// The label that ends a stream's ARN. AWS's is the moment the stream was turned on.
const STREAM_LABEL: &str = "2026-01-01T00:00:00.000";

/// The name of a resource whose template does not give one.
pub(super) fn default_name(logical_id: &str) -> String {
    format!("{STACK_NAME}-{logical_id}")
}

/// An ARN of this region and account.
pub(super) fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT_ID}:{resource}")
}

pub(crate) fn table_arn(name: &str) -> String {
    arn("dynamodb", &format!("table/{name}"))
}

pub(super) fn stream_arn(table: &str) -> String {
    format!("{}/stream/{STREAM_LABEL}", table_arn(table))
}

pub(crate) fn queue_arn(name: &str) -> String {
    arn("sqs", name)
}

pub(super) fn queue_url(name: &str) -> String {
    format!("http://sqs.{REGION}.localhost/{ACCOUNT_ID}/{name}")
}

/// Buckets have no region or account in their ARN.
pub(crate) fn bucket_arn(name: &str) -> String {
    format!("arn:aws:s3:::{name}")
}

/// Secrets Manager appends six characters of its own; a fixed six here, so that restarts agree.
pub(super) fn secret_arn(name: &str) -> String {
    arn("secretsmanager", &format!("secret:{name}-local0"))
}

pub(super) fn function_arn(name: &str) -> String {
    arn("lambda", &format!("function:{name}"))
}

/// IAM has no regions.
pub(super) fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT_ID}:role/{name}")
}
