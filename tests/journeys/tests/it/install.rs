//! Installing what others wrote, pinned and unchanged, outside the tree.
//!
//! It comes from npm and PyPI, so tests of foreign clients need Node.js, Python and a network
//! (`.ci/run`). Where something is missing they [`skip`] loudly; in CI that is a failure.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

const CLIENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients");

/// Skips in a way nobody overlooks; in CI there is no skipping.
pub(crate) fn skip(why: &str) {
    assert!(
        std::env::var_os("CI").is_none(),
        "in CI nothing is skipped: {why}"
    );
    eprintln!("\n!!!!!! SKIPPED: a foreign client could not be tried: {why} !!!!!!\n");
}

/// Where `name` is among the scripts that use foreign clients.
pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(CLIENTS).join(name)
}

/// A command that runs `client.mjs` of `folder` beside the modules that its `package-lock.json` pins.
pub(crate) fn node(folder: &str) -> Result<Command, String> {
    let from = script(folder);
    let home = installed(
        &format!("{folder}-npm"),
        &from.join("package-lock.json"),
        |home| {
            for file in ["package.json", "package-lock.json"] {
                std::fs::copy(from.join(file), home.join(file)).map_err(in_words)?;
            }
            let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
            run(Command::new("npm").current_dir(home).args(arguments)).map(drop)
        },
    )?;
    // Modules are looked for beside the script.
    let copy = home.join("client.mjs");
    std::fs::copy(from.join("client.mjs"), &copy).map_err(in_words)?;
    let mut command = Command::new("node");
    command.arg(copy);
    Ok(command)
}

/// Python with the packages that `requirements.txt` of `folder` pins.
pub(crate) fn python(folder: &str) -> Result<Command, String> {
    let requirements = script(folder).join("requirements.txt");
    let home = installed(&format!("{folder}-python"), &requirements, |home| {
        run(Command::new("python3").args(["-m", "venv"]).arg(home))?;
        let arguments = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ];
        let mut install = Command::new(home.join("bin/python"));
        run(install.args(arguments).arg(&requirements)).map(drop)
    })?;
    Ok(Command::new(home.join("bin/python")))
}

/// The directory called `name`, filled once for each version of the file that pins what is in it.
fn installed(
    name: &str,
    pin: &Path,
    install: impl FnOnce(&Path) -> Result<(), String>,
) -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let pinned = std::fs::read_to_string(pin).map_err(in_words)?;
    let complete = home.join("complete");
    if std::fs::read_to_string(&complete).is_ok_and(|done| done == pinned) {
        return Ok(home);
    }
    std::fs::create_dir_all(&home).map_err(in_words)?;
    install(&home)?;
    std::fs::write(&complete, pinned).map_err(in_words)?;
    Ok(home)
}

/// Runs `command` to its end.
pub(crate) fn run(command: &mut Command) -> Result<Output, String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        Ok(output)
    } else {
        Err(format!(
            "{command:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ))
    }
}

fn in_words(error: std::io::Error) -> String {
    error.to_string()
}
