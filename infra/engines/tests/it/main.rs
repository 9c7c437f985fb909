//! The engines as their callers see them: requests in, answers out.

mod deployed_template;
