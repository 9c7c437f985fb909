//! `cargo run --profile measure -p bench -- NAME --json`: runs one bench and prints its figures, as one JSON
//! object on the last line if asked.

#![expect(
    clippy::expect_used,
    reason = "a bench that cannot run says why by a panic"
)]

mod accrual;
mod checkout;
mod meter;

use std::process::ExitCode;

const USAGE: &str = "usage: bench NAME [--json]\n\n  accrual   read and write units per 1,000 plays, and what a replay costs\n  checkout  round trips, read and write units per order\n";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let as_json = arguments.iter().any(|argument| argument == "--json");
    let name = arguments
        .iter()
        .find(|argument| !argument.starts_with("--"));
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("bench: the runtime could not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let figures = match name.map(String::as_str) {
        Some("accrual") => runtime.block_on(accrual::run()),
        Some("checkout") => runtime.block_on(checkout::run()),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    if let Some(figures) = figures.as_object().filter(|_| !as_json) {
        for (name, value) in figures {
            println!("{name:<40} {value}");
        }
    } else {
        println!("{figures}");
    }
    ExitCode::SUCCESS
}
