//! A password, from the terminal or from standard input; never from the command line, where others
//! see it.

use std::{
    io::{self, BufRead, IsTerminal, Write},
    process::{Command, Stdio},
};

/// Asks for a password on the terminal without showing it, or reads the first line of standard input
/// if that is no terminal.
///
/// # Errors
/// If nothing can be read.
pub fn read() -> io::Result<String> {
    let input = io::stdin();
    let is_terminal = input.is_terminal();
    let hidden = if is_terminal {
        eprint!("Password: ");
        io::stderr().flush()?;
        Some(Hidden::begin()?)
    } else {
        None
    };
    let mut line = String::new();
    let read = input.lock().read_line(&mut line);
    if hidden.is_some() {
        drop(hidden);
        eprintln!();
    }
    read?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "there is no password on standard input",
        ));
    }
    Ok(password.to_owned())
}

/// A terminal that does not show what is typed; it does again once this is dropped.
struct Hidden;

impl Hidden {
    fn begin() -> io::Result<Hidden> {
        // A terminal that goes on showing would show the password.
        if echo("-echo")? {
            Ok(Hidden)
        } else {
            Err(io::Error::other("the terminal cannot hide what is typed"))
        }
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if !echo("echo").unwrap_or(false) {
            eprintln!("operate: type `stty echo` to see again what you type");
        }
    }
}

fn echo(how: &str) -> io::Result<bool> {
    let status = Command::new("stty")
        .arg(how)
        .stdin(Stdio::inherit())
        .status()?;
    Ok(status.success())
}
