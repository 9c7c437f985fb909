//! The binary of `ListeningApi` and `ListeningWorker`.

fn main() -> std::process::ExitCode {
    platform::serve::run(listening::build)
}
