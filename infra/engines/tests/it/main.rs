//! The engines as their callers see them: requests in, answers out.
#![expect(
    clippy::unwrap_used,
    reason = "what fails here fails the test, helpers included"
)]

mod deployed_template;
mod dynamodb;
mod on_disk;
mod permissions;
mod platform_clients;
mod routing;
mod s3;
mod secrets;
mod sign;
mod sqs;
mod streams;
mod template;
mod template_errors;
mod world;
