//! The command line: `cargo run -- --help`.

mod command;

use std::{
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    process::ExitCode,
};

use planet::{
    Options, Storage,
    environment_files::{ENGINES_PORT, GATEWAY_PORT},
};

const USAGE: &str = "\
Planet on this machine, made from template.yaml.

  cargo run                        serve http://127.0.0.1:3000, data in .planet/
  cargo run -- --engines           serve DynamoDB, SQS, S3 and secrets alone, http://127.0.0.1:3001
  cargo run -- gateway             serve the payment gateway alone, http://127.0.0.1:3002
  cargo run -- gateway-credentials print what a stack must hold in its AlipaySecret to use that gateway
  cargo run -- journey [NAME]      play a story (or all) against a fresh world and print each step
  cargo run -- openapi             write docs/openapi.json from the code
  cargo run -- environment         write the environment files for functions that run outside

Options:
  --port N          another port; 0 takes any free one
  --memory          keep nothing
  --data DIR        keep everything in DIR
  --seed-demo       make a world to try things in: a partner, two rewards, a fan
  --template FILE   another template
  --host ADDRESS    with --engines and gateway: listen there, for functions in containers; whoever
                    reaches it can read and write everything
  --against URL     with journey: play against the stack at URL; its operator signs in with
                    PLANET_OPERATOR_EMAIL and PLANET_OPERATOR_PASSWORD, or as the demo's
  --accounts-table NAME
                    with --against: first make the demo world there, with the operator's role set in
                    this table by the AWS credentials of the environment
  --help            this text

LOG_LEVEL=debug shows more.
";

enum Command {
    Serve,
    Engines,
    Gateway,
    GatewayCredentials,
    Journey(Option<String>),
    OpenApi,
    Environment,
    Help,
}

struct Arguments {
    command: Command,
    host: IpAddr,
    port: Option<u16>,
    storage: Storage,
    seed_demo: bool,
    template: Option<PathBuf>,
    against: Option<String>,
    accounts_table: Option<String>,
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
        Ok(()) => ExitCode::SUCCESS,
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
        host: Ipv4Addr::LOCALHOST.into(),
        port: None,
        storage: Storage::Directory(PathBuf::from(".planet")),
        seed_demo: false,
        template: None,
        against: None,
        accounts_table: None,
    };
    while let Some(argument) = parser.next().map_err(wrong)? {
        match argument {
            Long("engines") => arguments.command = Command::Engines,
            Long("host") => {
                arguments.host = parser.value().and_then(|v| v.parse()).map_err(wrong)?;
            }
            Long("port") => {
                arguments.port = Some(parser.value().and_then(|v| v.parse()).map_err(wrong)?);
            }
            Long("memory") => arguments.storage = Storage::Memory,
            Long("data") => {
                arguments.storage = Storage::Directory(parser.value().map_err(wrong)?.into());
            }
            Long("seed-demo") => arguments.seed_demo = true,
            Long("template") => arguments.template = Some(parser.value().map_err(wrong)?.into()),
            Long("against") => {
                arguments.against = Some(parser.value().and_then(|v| v.string()).map_err(wrong)?);
            }
            Long("accounts-table") => {
                let name = parser.value().and_then(|v| v.string()).map_err(wrong)?;
                arguments.accounts_table = Some(name);
            }
            Long("help") | Short('h') => arguments.command = Command::Help,
            Value(word) => match (&arguments.command, word.to_str()) {
                (Command::Serve, Some("gateway")) => arguments.command = Command::Gateway,
                (Command::Serve, Some("gateway-credentials")) => {
                    arguments.command = Command::GatewayCredentials;
                }
                (Command::Serve, Some("journey")) => arguments.command = Command::Journey(None),
                (Command::Serve, Some("openapi")) => arguments.command = Command::OpenApi,
                (Command::Serve, Some("environment")) => arguments.command = Command::Environment,
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

async fn run(arguments: Arguments) -> Result<(), String> {
    match &arguments.command {
        Command::Help => {
            print!("{USAGE}");
            Ok(())
        }
        Command::GatewayCredentials => {
            println!("{}", sandbox::merchant_secret_json());
            Ok(())
        }
        Command::OpenApi => command::write::openapi(&arguments.template()?),
        Command::Environment => command::write::environment(&arguments.template()?),
        Command::Serve => {
            command::serve::platform(&arguments.options(3000)?, arguments.seed_demo).await
        }
        Command::Engines => {
            command::serve::engines(&arguments.options(ENGINES_PORT)?, arguments.host).await
        }
        Command::Gateway => {
            let port = arguments.port.unwrap_or(GATEWAY_PORT);
            command::serve::gateway(arguments.host, port).await
        }
        Command::Journey(name) => {
            let stories = command::journey::find(name.as_deref())?;
            match &arguments.against {
                None => command::journey::here(arguments.template()?, &stories).await,
                Some(url) => {
                    let table = arguments.accounts_table.as_deref();
                    command::journey::against(url, table, &stories).await
                }
            }
        }
    }
}

impl Arguments {
    fn options(&self, port: u16) -> Result<Options, String> {
        Ok(Options {
            template: self.template()?,
            storage: self.storage.clone(),
            port: self.port.unwrap_or(port),
        })
    }

    /// The template that was named, or the nearest.
    fn template(&self) -> Result<PathBuf, String> {
        if let Some(path) = &self.template {
            return Ok(path.clone());
        }
        let folder = std::env::current_dir()
            .map_err(|error| format!("the current folder cannot be read: {error}"))?;
        planet::find_template(&folder).ok_or_else(|| {
            "there is no template.yaml here or above; name one with --template".into()
        })
    }
}
