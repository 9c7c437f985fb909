//! The local platform as a person meets it, and the rules of the house that a machine can check.

mod command;
mod house;
mod openapi;
mod template;
