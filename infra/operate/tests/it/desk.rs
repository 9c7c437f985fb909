//! A platform, and people at their desks who type commands.

use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use journeys::{Client, Request};
use planet::{Options, Planet, Storage};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "planet on a laptop";

/// The platform with its demo world, and a folder for everybody's session.
pub(crate) struct Desk {
    pub(crate) planet: Planet,
    pub(crate) client: Client,
    folder: TempDir,
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) printed: String,
    pub(crate) complaint: String,
}

impl Desk {
    pub(crate) async fn open() -> Desk {
        let planet = Planet::start(&Options {
            template: concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml").into(),
            storage: Storage::Memory,
            port: 0,
        })
        .await
        .expect("the platform starts");
        planet.seed_demo().await.expect("the demo world is made");
        Desk {
            client: Client::new(&planet.url()),
            folder: tempfile::tempdir().unwrap(),
            planet,
        }
    }

    /// Where somebody's session is kept.
    pub(crate) fn session(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.json"))
    }

    /// Types a command as somebody, with the credentials of the stack.
    pub(crate) async fn type_as(&self, name: &str, words: &[&str]) -> Done {
        let session = self.session(name);
        let mut all: Vec<&str> = words.to_vec();
        all.extend(["--session", session.to_str().unwrap()]);
        self.run(&all, "").await
    }

    /// Types a command of the stack, with its name in the environment.
    pub(crate) async fn type_stack(&self, words: &[&str]) -> Done {
        self.run(words, "").await
    }

    async fn run(&self, words: &[&str], input: &str) -> Done {
        let mut command = operate(words);
        command
            .env("STACK", "planet")
            .env("AWS_ENDPOINT_URL", self.planet.url())
            .env("AWS_REGION", engines::REGION)
            .env("AWS_ACCESS_KEY_ID", engines::ACCESS_KEY_ID)
            .env("AWS_SECRET_ACCESS_KEY", engines::SECRET_ACCESS_KEY);
        outcome(command, input).await
    }

    pub(crate) async fn sign_in(&self, name: &str, email: &str, password: &str) -> Done {
        let (session, url) = (self.session(name), self.planet.url());
        let session = session.to_str().unwrap();
        let words = ["sign-in", email, "--url", &url, "--session", session];
        self.run(&words, &format!("{password}\n")).await
    }

    /// An account of that name; gives its id. Its password is [`PASSWORD`].
    pub(crate) async fn sign_up(&self, name: &str) -> String {
        let body = json!({
            "email": format!("{name}@example.com"),
            "password": PASSWORD,
            "display_name": name,
            "time_zone": "UTC",
            "acquisition_source": "organic",
        });
        let request = Request::post("/v1/accounts", &body);
        self.client.send(&request).await.unwrap().text_at("/id")
    }

    /// An operator of that name who is signed in; gives the account.
    pub(crate) async fn operator(&self, name: &str) -> String {
        let account = self.sign_up(name).await;
        let table = self.accounts_table();
        let words = ["operators", "add", &account, "--table", &table];
        let added = self.type_stack(&words).await;
        assert_eq!(added.code, 0, "{added:?}");
        let email = format!("{name}@example.com");
        let signed_in = self.sign_in(name, &email, PASSWORD).await;
        assert_eq!(signed_in.code, 0, "{signed_in:?}");
        account
    }

    pub(crate) fn accounts_table(&self) -> String {
        let table = self.planet.template().table("AccountsTable");
        table.unwrap().name.clone()
    }

    /// An access token of somebody who signs in without the command line.
    pub(crate) async fn token(&self, name: &str) -> String {
        let body = json!({ "email": format!("{name}@example.com"), "password": PASSWORD });
        let request = Request::post("/v1/sessions", &body);
        let answer = self.client.send(&request).await.unwrap();
        answer.text_at("/access_token")
    }
}

impl Done {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.printed).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The binary, without anything of this machine's settings.
pub(crate) fn operate(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_operate"));
    command
        .args(words)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) async fn outcome(mut command: Command, input: &str) -> Done {
    let input = input.to_owned();
    let run = move || -> Output {
        let mut child = command.spawn().expect("operate runs");
        let mut stdin = child.stdin.take().unwrap();
        // A command that reads nothing may have ended already.
        let _unread = stdin.write_all(input.as_bytes());
        drop(stdin);
        child.wait_with_output().unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    Done {
        code: output.status.code().unwrap(),
        printed: String::from_utf8(output.stdout).unwrap(),
        complaint: String::from_utf8(output.stderr).unwrap(),
    }
}
