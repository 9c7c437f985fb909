//! `cargo run --profile measure -p bench -- NAME`: runs one bench and prints its figures, as one JSON
//! object on the last line if asked.

#![expect(
    clippy::expect_used,
    reason = "a bench that cannot run says why by a panic"
)]

mod accrual;
mod arguments;
mod checkout;
mod costs;
mod meter;

use std::process::ExitCode;

use platform::logging;
use serde_json::Value;

use crate::arguments::{Arguments, Bench};

fn main() -> ExitCode {
    let arguments = match Arguments::of_process() {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("bench: {error}\n\n{}", arguments::USAGE);
            return ExitCode::FAILURE;
        }
    };
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
    runtime.block_on(run(&arguments))
}

async fn run(arguments: &Arguments) -> ExitCode {
    match &arguments.bench {
        Bench::Accrual => print(&accrual::run().await, arguments.as_json),
        Bench::Checkout => print(&checkout::run().await, arguments.as_json),
        Bench::Costs => match costs::run(arguments.assumptions, &arguments.purpose()).await {
            Ok(text) => println!("{text}"),
            Err(error) => {
                eprintln!("bench: {}", logging::causes(&error));
                return ExitCode::FAILURE;
            }
        },
    }
    ExitCode::SUCCESS
}

fn print(figures: &Value, as_json: bool) {
    if let Some(figures) = figures.as_object().filter(|_| !as_json) {
        for (name, value) in figures {
            println!("{name:<40} {value}");
        }
    } else {
        println!("{figures}");
    }
}
