//! How tokens are signed and verified.
//!
//! Two kinds of token leave the platform, each with a key pair (Ed25519) of its own:
//!
//! - an **access token** says for a quarter of an hour who is calling: a JWT of type `at+jwt`
//!   ([`AccessClaims`]);
//! - a **listening token** lets a player report what its owner hears: short, opaque, without an end
//!   of its own ([`ListeningToken`]); whether it was revoked is for the caller to ask.
//!
//! Beside them stands the checkout's claim ([`CheckoutClaim`]), which orders signs and payments
//! verifies with a key that both derive from one secret.
//!
//! `accounts` signs ([`Signer`]) and publishes its public keys ([`PublishedKeys`]); everyone else
//! verifies with what is published ([`Verifier`]) and holds no secret.
//!
//! Invariant: a token is accepted only in the one spelling in which it was signed, and only with a
//! published key of its own purpose. Nothing that a token says about itself chooses how it is
//! verified, apart from which of our keys is tried.
//!
//! Start reading at [`Verifier`].

mod access;
mod checkout;
mod error;
mod keys;
mod listening;
mod provider;
mod published;
mod signer;
mod verifier;

pub use access::AccessClaims;
pub use checkout::{CheckoutClaim, CheckoutKey, ClaimError, intent_of};
pub use error::TokenError;
pub use listening::ListeningToken;
pub use published::PublishedKeys;
pub use signer::Signer;
pub use verifier::Verifier;
