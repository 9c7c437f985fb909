//! The binary of `webhooks`: wiring only.

fn main() -> std::process::ExitCode {
    platform::serve::run(webhooks::build)
}
