//! The authorizer's binary: wiring only.

fn main() -> std::process::ExitCode {
    platform::serve::run(authorizer::build)
}
