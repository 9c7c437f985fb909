//! The binary of `orders`: wiring only.

fn main() -> std::process::ExitCode {
    platform::serve::run(orders::build)
}
