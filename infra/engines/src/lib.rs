//! AWS's services in one process, made from `template.yaml`.
//!
//! `infra/local` runs the platform on a laptop with it, and `testkit` gives every test a world of
//! its own. What the template does not define does not exist here either.
//!
//! **Invariant:** an engine takes nothing that AWS would refuse, as far as our programs could tell;
//! where the crate underneath is looser, the code here refuses in its place.
//!
//! Start at [`Template::read`](template::Template::read), then [`Engines::memory`].

mod answer;
mod dynamodb;
mod engines;
mod error;
mod files;
pub mod gateway_event;
mod observed;
mod permissions;
mod s3;
mod secrets;
mod sqs;
pub mod template;

pub use self::{
    dynamodb::StreamReader,
    engines::Engines,
    error::EngineError,
    sqs::{Message, QueueHandle},
    template::{ACCOUNT_ID, Parameters, REGION, Template, TemplateError},
};

/// The access key of whoever owns the engines; it may do everything. Each function has one of its
/// own, [`Function::access_key_id`](template::Function::access_key_id), that may do what its role may.
pub const ACCESS_KEY_ID: &str = "planet";
/// The secret that belongs to every key. It opens nothing but engines on the same machine.
pub const SECRET_ACCESS_KEY: &str = "planet-local-secret";
