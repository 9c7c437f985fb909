//! What stands on the command line: words, and options that each mean something to some commands.

use std::{collections::BTreeMap, ffi::OsStr};

use crate::command::Failure;

/// Options with a value.
const VALUES: [&str; 7] = [
    "url",
    "session",
    "reason",
    "reference",
    "table",
    "stack",
    "most",
];
/// Options without.
const FLAGS: [&str; 3] = ["json", "dry-run", "help"];

/// The words and options of one command.
#[derive(Debug, Default)]
pub struct Arguments {
    words: Vec<String>,
    options: BTreeMap<&'static str, String>,
}

impl Arguments {
    /// Reads all of them.
    ///
    /// # Errors
    /// [`Failure::Usage`] for what is no option, or is given twice.
    pub fn parse(mut parser: lexopt::Parser) -> Result<Arguments, Failure> {
        use lexopt::prelude::{Long, Short, Value};
        let usage = |error: lexopt::Error| Failure::Usage(error.to_string());
        let mut arguments = Arguments::default();
        while let Some(argument) = next(&mut parser).map_err(usage)? {
            match argument {
                Value(word) => {
                    let word = word.into_string();
                    let word = word.map_err(|_| Failure::Usage("a word is no text".to_owned()))?;
                    arguments.words.push(word);
                }
                Short('h') => arguments.set("help", String::new())?,
                Long(name) => {
                    if let Some(flag) = FLAGS.into_iter().find(|flag| *flag == name) {
                        arguments.set(flag, String::new())?;
                    } else if let Some(option) = VALUES.into_iter().find(|value| *value == name) {
                        let value = parser.value().map_err(usage)?.into_string();
                        let value =
                            value.map_err(|_| Failure::Usage(format!("--{option} is no text")))?;
                        arguments.set(option, value)?;
                    } else {
                        return Err(Failure::Usage(format!("there is no option --{name}")));
                    }
                }
                other @ Short(_) => return Err(usage(other.unexpected())),
            }
        }
        Ok(arguments)
    }

    fn set(&mut self, name: &'static str, value: String) -> Result<(), Failure> {
        match self.options.insert(name, value) {
            None => Ok(()),
            Some(_) => Err(Failure::Usage(format!("--{name} is given twice"))),
        }
    }

    /// The words.
    #[must_use]
    pub fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    /// Takes an option's value.
    pub fn take(&mut self, name: &'static str) -> Option<String> {
        self.options.remove(name)
    }

    /// Takes an option that must be there.
    ///
    /// # Errors
    /// [`Failure::Usage`] if it is not.
    pub fn need(&mut self, name: &'static str) -> Result<String, Failure> {
        let missing = || Failure::Usage(format!("this needs --{name}"));
        self.take(name).ok_or_else(missing)
    }

    /// Whether a flag is set; takes it.
    pub fn has(&mut self, name: &'static str) -> bool {
        self.take(name).is_some()
    }

    /// That nothing is left which this command does not know.
    ///
    /// # Errors
    /// [`Failure::Usage`] names what is left.
    pub fn finish(&self) -> Result<(), Failure> {
        match self.options.keys().next() {
            None => Ok(()),
            Some(name) => Err(Failure::Usage(format!("--{name} means nothing here"))),
        }
    }
}

/// The next argument, where a number below zero is a word and no option.
fn next(parser: &mut lexopt::Parser) -> Result<Option<lexopt::Arg<'_>>, lexopt::Error> {
    let is_negative = |word: &OsStr| {
        let digits = word.to_str().and_then(|word| word.strip_prefix('-'));
        digits.is_some_and(|digits| digits.starts_with(|first: char| first.is_ascii_digit()))
    };
    let word = parser
        .try_raw_args()
        .and_then(|mut raw| raw.next_if(is_negative));
    match word {
        Some(word) => Ok(Some(lexopt::Arg::Value(word))),
        None => parser.next(),
    }
}
