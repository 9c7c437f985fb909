//! The binary of `events`: wiring only.

fn main() -> std::process::ExitCode {
    platform::serve::run(events::build)
}
