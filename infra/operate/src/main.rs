//! The binary of `operate`: it reads the arguments and says how it ended.

use std::process::ExitCode;

use operate::command::{self, Failure};

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(command::run(lexopt::Parser::from_env())),
        Err(error) => Err(Failure::Local(format!(
            "the runtime could not start: {error}"
        ))),
    };
    match outcome {
        Ok(done) => {
            print!("{}", done.printed);
            for note in done.notes {
                eprintln!("operate: {note}");
            }
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("operate: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}
