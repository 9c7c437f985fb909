//! The binary of `accounts`: wiring only.

fn main() -> std::process::ExitCode {
    platform::serve::run(accounts::build)
}
