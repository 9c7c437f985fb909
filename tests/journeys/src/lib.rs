//! The stories of the platform, told over HTTP against any address: the local platform's, or a
//! deployed stack's.
//!
//! A story prints each step with its request and its answer, and breaks at the first that does not
//! hold. `cargo run -- journey NAME` plays one; the tests of this crate play them all. Start at
//! [`Story`].

mod client;
mod codes;
mod concert;
mod first;
mod listening;
mod organization;
mod partner;
mod people;
mod rewards;
mod trade;
mod upload;

pub use client::{Answer, Client, ClientError};
pub use codes::CodeFile;

use std::{fmt, future::Future, pin::Pin, time::Duration};

/// The name of the first story.
pub const FIRST: &str = "first";

/// A story that can be played.
#[derive(Clone, Copy, Debug)]
pub struct Story {
    /// What it is called.
    pub name: &'static str,
    /// What it tells.
    pub about: &'static str,
    play: fn(Teller<'_>) -> Telling<'_>,
}

/// A story while it is told.
type Telling<'a> = Pin<Box<dyn Future<Output = Result<(), Broken>> + 'a>>;

/// Every story there is.
pub const STORIES: &[Story] = &[
    Story {
        name: FIRST,
        about: "A fan signs up, a scrobbler reports what she plays, points accrue and become a voucher.",
        play: |teller| Box::pin(first::play(teller)),
    },
    Story {
        name: "trade",
        about: "A label sells an album, tickets and a shirt; a fan buys from two shops, pays, receives, returns.",
        play: |teller| Box::pin(trade::play(teller)),
    },
    Story {
        name: "partner",
        about: "A restaurant chain gives vouchers for points and concert tickets for purchases; the books agree.",
        play: |teller| Box::pin(partner::play(teller)),
    },
];

/// Finds a story by its name.
pub fn find(name: &str) -> Option<Story> {
    STORIES.iter().copied().find(|story| story.name == name)
}

/// The names of all stories, for a person.
pub fn names() -> String {
    let names: Vec<_> = STORIES.iter().map(|story| story.name).collect();
    names.join(", ")
}

/// Where stories are played.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Where the API is, such as `http://127.0.0.1:3000`.
    pub url: String,
    /// Who reviews what is to be reviewed.
    pub operator: SignIn,
}

/// What an account signs in with.
#[derive(Clone)]
pub struct SignIn {
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Passwords are not for logs.
        write!(formatter, "SignIn({})", self.email)
    }
}

impl Story {
    /// Plays the story on `stage`; `print` gets every line.
    pub async fn play(self, stage: &Stage, print: &mut dyn FnMut(String)) -> Result<(), Broken> {
        print(self.about.to_owned());
        (self.play)(Teller {
            client: Client::new(&stage.url),
            operator: stage.operator.clone(),
            print,
            steps: 0,
        })
        .await
    }
}

/// Why a story broke.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// Something did not hold.
    #[error("{0}")]
    Expectation(String),
    /// No answer came.
    #[error("{0}")]
    Client(#[from] ClientError),
}

/// Tells a story: sends its requests and prints what happens.
pub(crate) struct Teller<'a> {
    pub(crate) client: Client,
    operator: SignIn,
    print: &'a mut dyn FnMut(String),
    steps: u32,
}

impl Teller<'_> {
    /// Begins a step.
    pub(crate) fn step(&mut self, sentence: &str) {
        self.steps += 1;
        (self.print)(format!("\n{}. {sentence}", self.steps));
    }

    /// Prints an exchange.
    pub(crate) fn show(&mut self, request: &Request, answer: &Answer) {
        (self.print)(format!("   → {request}"));
        (self.print)(format!(
            "   ← {} {}",
            answer.status,
            shortened(&answer.text())
        ));
    }

    /// Sends a request, shows it and its answer, and breaks unless the status is the expected one.
    pub(crate) async fn expect(&mut self, status: u16, request: Request) -> Result<Answer, Broken> {
        let answer = self.client.send(&request).await?;
        self.show(&request, &answer);
        if answer.status == status {
            Ok(answer)
        } else {
            Err(Broken::Expectation(format!(
                "{request} answered {} and not {status}",
                answer.status
            )))
        }
    }
}

/// How long something that travels through a queue may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks until the answer is as it should be, and shows that one.
pub(crate) async fn eventually(
    teller: &mut Teller<'_>,
    request: &Request,
    holds: impl Fn(&Answer) -> bool,
) -> Result<Answer, Broken> {
    let started = tokio::time::Instant::now();
    loop {
        let answer = teller.client.send(request).await?;
        if holds(&answer) {
            teller.show(request, &answer);
            return Ok(answer);
        }
        ensure(started.elapsed() <= PATIENCE, || {
            format!(
                "{request} still answers {} {} after {} s",
                answer.status,
                answer.text(),
                PATIENCE.as_secs()
            )
        })?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Asks until the answer, which others prepare meanwhile, is a good one and as it should be.
pub(crate) async fn eventually_good(
    teller: &mut Teller<'_>,
    request: &Request,
    holds: impl Fn(&Answer) -> bool,
) -> Result<Answer, Broken> {
    eventually(teller, request, |answer| {
        answer.status < 300 && holds(answer)
    })
    .await
}

/// Asks until the answer has this status.
pub(crate) async fn eventually_status(
    teller: &mut Teller<'_>,
    request: &Request,
    status: u16,
) -> Result<Answer, Broken> {
    eventually(teller, request, |answer| answer.status == status).await
}

/// Breaks the story unless `holds`.
pub(crate) fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds {
        Ok(())
    } else {
        Err(Broken::Expectation(what()))
    }
}

/// A request as it is told.
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) method: http::Method,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: bytes::Bytes,
}

impl Request {
    /// A request without a body; `target` is a path, or a whole URL for another server.
    pub fn new(method: http::Method, target: impl Into<String>) -> Self {
        Self {
            method,
            target: target.into(),
            headers: Vec::new(),
            body: bytes::Bytes::new(),
        }
    }

    /// `GET target`.
    pub fn get(target: impl Into<String>) -> Self {
        Self::new(http::Method::GET, target)
    }

    /// `POST target` with a JSON body.
    pub fn post(target: impl Into<String>, body: &serde_json::Value) -> Self {
        Self::new(http::Method::POST, target).json(body)
    }

    /// With a JSON body.
    pub fn json(mut self, body: &serde_json::Value) -> Self {
        self.body = body.to_string().into();
        self.header("content-type", "application/json")
    }

    /// With a body as it is.
    pub fn body(mut self, body: impl Into<bytes::Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// As the holder of an access token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }
}

impl fmt::Display for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, shortened(&self.target))?;
        if !self.body.is_empty() {
            let body = String::from_utf8_lossy(&self.body);
            write!(formatter, " {}", shortened(&body))?;
        }
        Ok(())
    }
}

/// Enough of a long text to follow the story.
fn shortened(text: &str) -> String {
    const MOST: usize = 300;
    let line = text.replace('\n', " ");
    if line.chars().count() <= MOST {
        return line;
    }
    let start: String = line.chars().take(MOST).collect();
    format!("{start} …")
}
