//! The Lambda function; see the library.

fn main() -> std::process::ExitCode {
    platform::serve::run(front::build)
}
