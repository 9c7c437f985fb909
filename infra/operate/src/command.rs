//! The grammar, and what each command does.

use accounts::{OperatorError, Operators};
use http::Method;
use kernel::{Id, Kind, id::IdError, kind};
use platform::{Aws, ConfigError, Environment, ServiceError, logging};
use serde_json::{Value, json};

use crate::{
    address::{Address, AddressError},
    api::{Answer, Api, ApiError},
    arguments::Arguments,
    dead_letters::{self, RedriveError},
    decision::{self, Decision, DecisionError},
    password,
    session::{SessionError, SessionFile},
    waiting,
};

const USAGE: &str = "\
What a person must do to operate Planet.

Through the API, signed in as an operator:
  operate sign-in EMAIL --url URL      the password comes from the terminal or standard input; the
                                       URL begins with https://, except of this machine
  operate sign-out
  operate waiting                      everything in a list that waits for a person
  operate show ID                      an organization, shop, adjustment of points, rights case,
                                       order, dispute or partner, as operators see it; of a listing:
  operate show SHOP LISTING
  operate approve ID                   an organization, shop, listing, or adjustment of points
  operate reject ID --reason TEXT      the same
  operate suspend ID [--reason TEXT]   an organization, shop, listing, partner; or by the id of a
                                       rights case the listing that it is about
  operate reinstate ID                 an organization, shop, listing or partner
  operate take-down LISTING            for good
  operate terminate SHOP --reason TEXT for good
  operate go-live PARTNER
  operate uphold|dismiss CASE --reason TEXT
  operate release DISPUTE              the seller keeps the money
  operate retry ORDER REFUND           a refund that failed
  operate paid ORDER REFUND --reference TEXT
                                       the same, and the buyer has got the money on another way
  operate adjust ACCOUNT POINTS --reason TEXT [--reference TEXT]
                                       proposes; another operator approves within seven days
  operate send METHOD PATH [JSON]      whatever else the API has for operators; see its /docs

Of the stack, with AWS credentials in the environment (AWS_REGION, AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, and AWS_ENDPOINT_URL for an emulator):
  operate operators add|remove ACCOUNT --table NAME    the name of the table of accounts
  operate dead --stack NAME            how many messages each dead-letter queue holds
  operate redrive QUEUE --stack NAME [--most N] [--dry-run]
                                       moves messages back to the queue they were in

Options:
  --session FILE    where the session is kept; by default in the user's folder for settings
  --stack NAME      such as planet-prod; where it is not given, STACK of the environment
  --json            prints what the API or the queues say, for a machine
  --help            this text

A command can be repeated: the same decision is the same request, and where the API remembers it, what
is printed says that nothing new was done. The exit code is 0 if it was done, 1 if it was not, 2 if it
was not understood.
";

/// What is said of an answer to a request that had its effect before.
const REPLAYED: &str = "as before; nothing new was done";

/// What a command says once it is done.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// What was asked for.
    pub printed: String,
    /// What a person should know beside it and a machine that reads the rest should not: sentences.
    pub notes: Vec<String>,
}

impl From<String> for Done {
    fn from(printed: String) -> Done {
        let notes = Vec::new();
        Done { printed, notes }
    }
}

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It was not understood.
    #[error("{0}; see --help")]
    Usage(String),
    /// The API did not do it.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// Who is signed in cannot be found out or kept.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// An operator's role was not changed.
    #[error("{}", logging::causes(.0))]
    Operator(#[from] OperatorError),
    /// Messages were not put back.
    #[error("{}", logging::causes(.0))]
    Redrive(#[from] RedriveError),
    /// AWS gave no answer.
    #[error("{}", logging::causes(.0))]
    Service(#[from] ServiceError),
    /// The environment has no credentials.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Something on this machine.
    #[error("{0}")]
    Local(String),
}

impl Failure {
    /// With what the process ends.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Usage(_) => 2,
            _ => 1,
        }
    }
}

impl From<DecisionError> for Failure {
    fn from(error: DecisionError) -> Failure {
        Failure::Usage(error.to_string())
    }
}

impl From<AddressError> for Failure {
    fn from(error: AddressError) -> Failure {
        Failure::Usage(error.to_string())
    }
}

/// Does what the command line says; answers what is to be printed.
///
/// # Errors
/// [`Failure`], in a sentence.
pub async fn run(parser: lexopt::Parser) -> Result<Done, Failure> {
    let mut arguments = Arguments::parse(parser)?;
    if arguments.has("help") {
        return Ok(USAGE.to_owned().into());
    }
    let as_json = arguments.has("json");
    let words: Vec<String> = arguments.words().into_iter().map(str::to_owned).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["operators", what @ ("add" | "remove"), account] => {
            let table = arguments.need("table")?;
            arguments.finish()?;
            Ok(change_role(what, account, table).await?.into())
        }
        ["dead"] => {
            let stack = stack(&mut arguments)?;
            arguments.finish()?;
            Ok(list_dead(&stack, as_json).await?.into())
        }
        ["redrive", queue] => Ok(redrive(queue, arguments, as_json).await?.into()),
        _ => through_the_api(&words, arguments, as_json).await,
    }
}

async fn through_the_api(
    words: &[&str],
    mut arguments: Arguments,
    as_json: bool,
) -> Result<Done, Failure> {
    let file = SessionFile::of(arguments.take("session"));
    match *words {
        ["sign-in", email] => {
            let address: Address = arguments.need("url")?.parse()?;
            arguments.finish()?;
            let password = password::read().map_err(|error| Failure::Local(error.to_string()))?;
            Api::sign_in(file?, &address, email, &password).await?;
            Ok(format!("{email} is signed in at {address}.\n").into())
        }
        ["sign-out"] => {
            arguments.finish()?;
            Api::sign_out(file?).await?;
            Ok("Nobody is signed in.\n".to_owned().into())
        }
        ["waiting"] => {
            arguments.finish()?;
            let (items, off) = waiting::all(&Api::open(file?).await?).await?;
            Ok(shown_waiting(&items, &off, as_json))
        }
        ["show", id] => {
            arguments.finish()?;
            let path = decision::read_path(id).ok_or(DecisionError::Unknown)?;
            Ok(pretty(&Api::open(file?).await?.get(&path).await?).into())
        }
        ["show", shop, listing] => {
            arguments.finish()?;
            let shop = id::<kind::Shop>(shop)?;
            let listing = id::<kind::Listing>(listing)?;
            let path = format!("/v1/shops/{shop}/listings/{listing}");
            Ok(pretty(&Api::open(file?).await?.get(&path).await?).into())
        }
        ["retry", order, refund] => {
            arguments.finish()?;
            let order = id::<kind::Order>(order)?;
            let refund = id::<kind::Refund>(refund)?;
            let path = format!("/v1/orders/{order}/refunds/{refund}/retry");
            let api = Api::open(file?).await?;
            let answer = api.call(Method::POST, &path, Some(&json!({}))).await?;
            Ok(shown(&refund.to_string(), &answer, as_json))
        }
        ["paid", order, refund] => {
            let order = id::<kind::Order>(order)?;
            let refund = id::<kind::Refund>(refund)?;
            let body = json!({ "reference": arguments.need("reference")? });
            arguments.finish()?;
            let path = format!("/v1/orders/{order}/refunds/{refund}/paid-elsewhere");
            let api = Api::open(file?).await?;
            let answer = api.call(Method::POST, &path, Some(&body)).await?;
            Ok(shown(&refund.to_string(), &answer, as_json))
        }
        ["adjust", account, points] => {
            let account = id::<kind::Account>(account)?;
            let no_number = |_| Failure::Usage(format!("{points} is no number of points"));
            let points: i64 = points.parse().map_err(no_number)?;
            let mut body = json!({
                "account": account,
                "points": points,
                "reason": arguments.need("reason")?,
            });
            if let Some(reference) = arguments.take("reference") {
                body["reference"] = reference.into();
            }
            arguments.finish()?;
            let api = Api::open(file?).await?;
            let path = "/v1/points/adjustments";
            let answer = api.call(Method::POST, path, Some(&body)).await?;
            let id = answer.body["id"].as_str().unwrap_or_default().to_owned();
            Ok(shown(&id, &answer, as_json))
        }
        ["send", method, path] => {
            arguments.finish()?;
            send(file, method, path, None).await
        }
        ["send", method, path, body] => {
            arguments.finish()?;
            send(file, method, path, Some(body)).await
        }
        [verb, id] if decision::is_verb(verb) => {
            let decision = Decision::of(verb, id)?;
            let body = decision.body(arguments.take("reason"))?;
            arguments.finish()?;
            let api = Api::open(file?).await?;
            let path = decision.path_for(id);
            let answer = api.call(Method::POST, &path, Some(&body)).await?;
            Ok(shown(id, &answer, as_json))
        }
        [] => Err(Failure::Usage("there is no command".to_owned())),
        _ => Err(Failure::Usage(format!("{} is no command", words.join(" ")))),
    }
}

async fn send(
    file: Result<SessionFile, SessionError>,
    method: &str,
    path: &str,
    body: Option<&str>,
) -> Result<Done, Failure> {
    let usage = |sentence: String| Failure::Usage(sentence);
    let known = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ];
    let mut known = known.into_iter();
    let named = known.find(|known| known.as_str().eq_ignore_ascii_case(method));
    let method = named.ok_or_else(|| usage(format!("{method} is no method")))?;
    if !path.starts_with("/v1/") {
        return Err(usage(format!("{path} is no path of the API")));
    }
    let body: Option<Value> = body
        .map(serde_json::from_str)
        .transpose()
        .map_err(|error: serde_json::Error| usage(format!("the body is no JSON: {error}")))?;
    let api = Api::open(file?).await?;
    Ok(whole(&api.call(method, path, body.as_ref()).await?))
}

async fn change_role(what: &str, account: &str, table: String) -> Result<String, Failure> {
    let account = id::<kind::Account>(account)?;
    let operators = Operators::new(aws()?.table(table));
    if what == "add" {
        operators.add(account).await?;
        Ok(format!(
            "{account} is an operator, from the next access token on.\n"
        ))
    } else {
        operators.remove(account).await?;
        Ok(format!(
            "{account} is no operator any more. An access token that is out is good until it ends.\n"
        ))
    }
}

async fn list_dead(stack: &str, as_json: bool) -> Result<String, Failure> {
    let dead = dead_letters::all(&aws()?, stack).await?;
    if as_json {
        let queues = dead.iter().map(|dead| {
            json!({
                "queue": dead.queue.name(),
                "ready": dead.depth.ready,
                "hidden": dead.depth.hidden,
            })
        });
        return Ok(pretty(&queues.collect()));
    }
    if dead.is_empty() {
        return Ok(format!("The stack {stack} has no dead-letter queue.\n"));
    }
    let lines = dead.iter().map(|dead| {
        let (ready, hidden) = (dead.depth.ready, dead.depth.hidden);
        let hidden = match hidden {
            0 => String::new(),
            _ => format!("  (and {hidden} hidden)"),
        };
        format!("{ready:>8}  {}{hidden}\n", dead.queue.name())
    });
    Ok(lines.collect())
}

async fn redrive(queue: &str, mut arguments: Arguments, as_json: bool) -> Result<String, Failure> {
    let stack = stack(&mut arguments)?;
    let most = arguments.take("most").map(|most| {
        let no_number = |_| Failure::Usage(format!("{most} is no number of messages"));
        most.parse::<u64>().map_err(no_number)
    });
    let most = most.transpose()?;
    let is_rehearsal = arguments.has("dry-run");
    arguments.finish()?;
    let done = dead_letters::redrive(&aws()?, &stack, queue, most, is_rehearsal).await?;
    if as_json {
        return Ok(pretty(&json!({
            "from": done.from,
            "to": done.to,
            "messages": done.messages,
            "dry_run": is_rehearsal,
        })));
    }
    let verb = if is_rehearsal { "would move" } else { "moved" };
    let (messages, from, to) = (done.messages, done.from, done.to);
    Ok(format!("{verb} {messages} messages from {from} to {to}\n"))
}

fn id<K: Kind>(word: &str) -> Result<Id<K>, Failure> {
    let no_id = |error: IdError| Failure::Usage(format!("{word} is no such id: {error}"));
    word.parse::<Id<K>>().map_err(no_id)
}

/// The stack that is named, or that of the environment, as the runbook sets it. None is meant unless
/// it is said: the name of one begins with that of another.
fn stack(arguments: &mut Arguments) -> Result<String, Failure> {
    let named = arguments.take("stack");
    let of_environment = || Environment::of_process().get("STACK").map(str::to_owned);
    let stack = named.or_else(of_environment);
    let missing = || Failure::Usage("this needs --stack, or STACK in the environment".to_owned());
    stack.filter(|stack| !stack.is_empty()).ok_or_else(missing)
}

fn aws() -> Result<Aws, Failure> {
    Ok(Aws::of_environment(&Environment::of_process())?)
}

fn shown_waiting(items: &[waiting::Item], off: &[waiting::Off], as_json: bool) -> Done {
    if as_json {
        let items = items
            .iter()
            .map(|item| json!({ "kind": item.kind, "item": item.whole }));
        let notes = off
            .iter()
            .map(|off| format!("the list of kind {} is off: {}", off.kind, off.why));
        return Done {
            printed: pretty(&items.collect()),
            notes: notes.collect(),
        };
    }
    let lines = items.iter().map(|item| {
        let (kind, id, since, about) = (item.kind, &item.id, &item.since, &item.about);
        format!("{kind:<12}  {id}  {since:<20}  {about}\n")
    });
    let mut printed: String = lines.collect();
    if items.is_empty() {
        printed += match off {
            [] => "Nothing waits.\n",
            _ => "Nothing waits in the lists that are not off.\n",
        };
    }
    for off in off {
        printed += &format!("{:<12}  this list is off: {}\n", off.kind, off.why);
    }
    printed.into()
}

/// What became of something: in a line, as far as the answer says.
fn shown(id: &str, answer: &Answer, as_json: bool) -> Done {
    if as_json {
        return whole(answer);
    }
    let before = if answer.is_replayed {
        format!(" ({REPLAYED})")
    } else {
        String::new()
    };
    let line = match answer.body["state"].as_str() {
        Some(state) => format!("{id} is {state}{before}.\n"),
        None => format!("{id}: done{before}.\n"),
    };
    line.into()
}

/// All that an answer says, for a machine.
fn whole(answer: &Answer) -> Done {
    let note = answer.is_replayed.then(|| REPLAYED.to_owned());
    Done {
        printed: pretty(&answer.body),
        notes: note.into_iter().collect(),
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}
