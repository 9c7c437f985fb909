//! The command line: `cargo run -- --help`.

use std::{path::PathBuf, process::ExitCode};

use planet::{Options, Planet, Storage, demo, log};
use tracing::level_filters::LevelFilter;

const USAGE: &str = "\
Planet on this machine, made from template.yaml.

  cargo run                        serve http://127.0.0.1:3000, data in .planet/
  cargo run -- journey [NAME]      play a story against a fresh world and print each step
  cargo run -- openapi             write docs/openapi.json from the code

Options:
  --port N          another port; 0 takes any free one
  --memory          keep nothing
  --data DIR        keep everything in DIR
  --seed-demo       make a world to try things in: a partner, two rewards, a fan
  --template FILE   another template
  --help            this text

LOG_LEVEL=debug shows more.
";

enum Command {
    Serve,
    Journey(Option<String>),
    OpenApi,
    Help,
}

struct Arguments {
    command: Command,
    port: u16,
    storage: Storage,
    seed_demo: bool,
    template: Option<PathBuf>,
}

fn main() -> ExitCode {
    let outcome = parse(lexopt::Parser::from_env()).and_then(|arguments| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("the runtime could not start: {error}"))?;
        runtime.block_on(run(arguments))
    });
    match outcome {
        Ok(code) => code,
        Err(sentence) => {
            eprintln!("planet: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut parser: lexopt::Parser) -> Result<Arguments, String> {
    use lexopt::prelude::{Long, Short, Value, ValueExt};
    let wrong = |error: lexopt::Error| format!("{error}; see --help");
    let mut arguments = Arguments {
        command: Command::Serve,
        port: 3000,
        storage: Storage::Directory(PathBuf::from(".planet")),
        seed_demo: false,
        template: None,
    };
    while let Some(argument) = parser.next().map_err(wrong)? {
        match argument {
            Long("port") => {
                arguments.port = parser.value().and_then(|v| v.parse()).map_err(wrong)?;
            }
            Long("memory") => arguments.storage = Storage::Memory,
            Long("data") => {
                arguments.storage = Storage::Directory(parser.value().map_err(wrong)?.into());
            }
            Long("seed-demo") => arguments.seed_demo = true,
            Long("template") => arguments.template = Some(parser.value().map_err(wrong)?.into()),
            Long("help") | Short('h') => arguments.command = Command::Help,
            Value(word) => match (&arguments.command, word.to_str()) {
                (Command::Serve, Some("journey")) => arguments.command = Command::Journey(None),
                (Command::Serve, Some("openapi")) => arguments.command = Command::OpenApi,
                (Command::Journey(None), Some(name)) => {
                    arguments.command = Command::Journey(Some(name.to_owned()));
                }
                _ => return Err(format!("{} is no command; see --help", word.display())),
            },
            other => return Err(wrong(other.unexpected())),
        }
    }
    Ok(arguments)
}

async fn run(arguments: Arguments) -> Result<ExitCode, String> {
    match arguments.command {
        Command::Help => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        Command::OpenApi => write_openapi(),
        Command::Serve => serve(arguments).await,
        Command::Journey(name) => journey(arguments.template, name).await,
    }
}

fn template_or_nearest(template: Option<PathBuf>) -> Result<PathBuf, String> {
    if let Some(path) = template {
        return Ok(path);
    }
    let folder = std::env::current_dir()
        .map_err(|error| format!("the current folder cannot be read: {error}"))?;
    planet::find_template(&folder)
        .ok_or_else(|| "there is no template.yaml here or above; name one with --template".into())
}

async fn serve(arguments: Arguments) -> Result<ExitCode, String> {
    let level = std::env::var("LOG_LEVEL").ok();
    log::start(
        level
            .and_then(|level| level.parse().ok())
            .unwrap_or(LevelFilter::INFO),
    );
    let options = Options {
        template: template_or_nearest(arguments.template)?,
        storage: arguments.storage,
        port: arguments.port,
    };
    // Before anybody is told that it is ready: from then on it must stop cleanly.
    let stop = stop_asked().map_err(|error| format!("Ctrl-C cannot be awaited: {error}"))?;
    let planet = Planet::start(&options)
        .await
        .map_err(|error| error.to_string())?;
    let kept = match &options.storage {
        Storage::Memory => "nothing is kept".to_owned(),
        Storage::Directory(path) => format!("data in {}", path.display()),
    };
    if arguments.seed_demo {
        let world = demo::seed(&planet)
            .await
            .map_err(|error| error.to_string())?;
        println!("{world}");
    }
    println!(
        "Planet is ready at {} (docs at /docs, {kept}).",
        planet.url()
    );
    stop.await;
    println!("Stopping.");
    planet.stop().await.map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}

/// Ends when Ctrl-C is pressed or a process manager asks to stop; listens from this call on.
#[cfg(unix)]
fn stop_asked() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends when Ctrl-C is pressed; listens from this call on.
#[cfg(windows)]
fn stop_asked() -> std::io::Result<impl Future<Output = ()>> {
    let mut pressed = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        pressed.recv().await;
    })
}

async fn journey(template: Option<PathBuf>, name: Option<String>) -> Result<ExitCode, String> {
    let name = name.as_deref().unwrap_or(journeys::FIRST);
    let story = journeys::find(name).ok_or_else(|| {
        format!(
            "there is no journey {name}; there are: {}",
            journeys::names()
        )
    })?;
    log::start(LevelFilter::WARN);
    let options = Options {
        template: template_or_nearest(template)?,
        storage: Storage::Memory,
        port: 0,
    };
    let planet = Planet::start(&options)
        .await
        .map_err(|error| error.to_string())?;
    demo::seed(&planet)
        .await
        .map_err(|error| error.to_string())?;
    let outcome = story
        .play(&planet.url(), &mut |line| println!("{line}"))
        .await;
    planet.stop().await.map_err(|error| error.to_string())?;
    match outcome {
        Ok(()) => {
            println!("The journey {name} held.");
            Ok(ExitCode::SUCCESS)
        }
        Err(broken) => Err(format!("the journey {name} broke: {broken}")),
    }
}

fn write_openapi() -> Result<ExitCode, String> {
    let template = template_or_nearest(None)?;
    let path = template.with_file_name("docs").join("openapi.json");
    let document = planet::openapi()
        .to_pretty_json()
        .map_err(|error| format!("the document cannot be written as JSON: {error}"))?;
    std::fs::write(&path, document + "\n")
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    println!("{} is up to date.", path.display());
    Ok(ExitCode::SUCCESS)
}
