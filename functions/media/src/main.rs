//! The binary of `media`: wiring only.

fn main() -> std::process::ExitCode {
    platform::serve::run(media::build)
}
