//! The command line.

use std::{ffi::OsString, path::PathBuf};

use lexopt::{
    Parser,
    prelude::{Long, Value, ValueExt},
};

use crate::costs::{Assumptions, Purpose};

pub(crate) const USAGE: &str = "\
usage: bench NAME [--json]

  accrual   read and write units per 1,000 plays, and what a replay costs
  checkout  round trips, read and write units per order
  costs     what 1,000,000 plays, 1,000 orders and an idle month cost on AWS
            --check FILE    fails unless the document shows just this
            --write FILE    writes it into the document
            --milliseconds-an-invocation N, --milliseconds-a-call N
                            how long functions are assumed to run
";

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) bench: Bench,
    pub(crate) as_json: bool,
    pub(crate) assumptions: Assumptions,
    check: Option<PathBuf>,
    write: Option<PathBuf>,
}

/// Which bench.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bench {
    Accrual,
    Checkout,
    Costs,
}

impl Arguments {
    /// Those that the process was started with.
    pub(crate) fn of_process() -> Result<Self, lexopt::Error> {
        Self::read(Parser::from_env())
    }

    fn read(mut parser: Parser) -> Result<Self, lexopt::Error> {
        let mut bench = None;
        let mut as_json = false;
        let mut assumptions = Assumptions::default();
        let (mut check, mut write) = (None, None);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("json") => as_json = true,
                Long("check") => check = Some(parser.value()?.into()),
                Long("write") => write = Some(parser.value()?.into()),
                Long("milliseconds-an-invocation") => {
                    assumptions.milliseconds_an_invocation = parser.value()?.parse()?;
                }
                Long("milliseconds-a-call") => {
                    assumptions.milliseconds_a_call = parser.value()?.parse()?;
                }
                Value(name) if bench.is_none() => bench = Some(named(name)?),
                _ => return Err(argument.unexpected()),
            }
        }
        Ok(Self {
            bench: bench.ok_or("no bench is named")?,
            as_json,
            assumptions,
            check,
            write,
        })
    }

    /// What is to be done with the cost sheets.
    pub(crate) fn purpose(&self) -> Purpose {
        match (&self.check, &self.write) {
            (Some(path), _) => Purpose::Check(path.clone()),
            (None, Some(path)) => Purpose::Write(path.clone()),
            (None, None) if self.as_json => Purpose::PrintJson,
            (None, None) => Purpose::Print,
        }
    }
}

fn named(name: OsString) -> Result<Bench, lexopt::Error> {
    match name.string()?.as_str() {
        "accrual" => Ok(Bench::Accrual),
        "checkout" => Ok(Bench::Checkout),
        "costs" => Ok(Bench::Costs),
        other => Err(format!("there is no bench {other:?}").into()),
    }
}
