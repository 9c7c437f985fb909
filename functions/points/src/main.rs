//! The binary of `points`: wiring only.

fn main() -> std::process::ExitCode {
    platform::serve::run(points::build)
}
