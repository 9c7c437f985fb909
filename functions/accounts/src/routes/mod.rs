//! The routes, a file each; and what several of them read or answer.

mod account_out;
pub(crate) mod create_listening_token;
pub(crate) mod jwks;
pub(crate) mod list_listening_tokens;
pub(crate) mod me;
pub(crate) mod members;
pub(crate) mod organizations;
pub(crate) mod refresh;
pub(crate) mod representations;
pub(crate) mod revoke_listening_token;
mod session_out;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod sign_up;
mod standing;
pub(crate) mod update_me;
