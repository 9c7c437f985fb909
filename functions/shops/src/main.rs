//! The binary of `shops`: wiring only.

fn main() -> std::process::ExitCode {
    platform::serve::run(shops::build)
}
