//! The engines as their callers see them: requests in, answers out.

mod deployed_template;
mod dynamodb;
mod on_disk;
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
