//! Commands that write files made from the code and the template.

use std::path::Path;

use planet::environment_files;

/// `docs/openapi.json` beside the template.
pub(crate) fn openapi(template: &Path) -> Result<(), String> {
    let document = planet::openapi()
        .to_pretty_json()
        .map_err(|error| format!("the document cannot be written as JSON: {error}"))?;
    write(template, "docs/openapi.json", &(document + "\n"))
}

/// The environment files of functions that run outside.
pub(crate) fn environment(template: &Path) -> Result<(), String> {
    let text = environment_files::env_file(template).map_err(|error| error.to_string())?;
    write(template, environment_files::ENV_FILE, &text)?;
    let text = environment_files::sam_file(template).map_err(|error| error.to_string())?;
    write(template, environment_files::SAM_FILE, &text)
}

fn write(template: &Path, file: &str, text: &str) -> Result<(), String> {
    let path = template.with_file_name(file);
    std::fs::write(&path, text)
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    println!("{} is up to date.", path.display());
    Ok(())
}
