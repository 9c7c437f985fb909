//! The binary of `vouchers`: wiring only.

fn main() -> std::process::ExitCode {
    platform::serve::run(vouchers::build)
}
