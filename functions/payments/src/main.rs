//! The binary of `payments`: wiring only.

fn main() -> std::process::ExitCode {
    platform::serve::run(payments::build)
}
