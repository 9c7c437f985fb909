//! Dead-letter queues: how much is in them, and putting it back.

use std::time::Duration;

use platform::{Aws, Depth, Queue, ServiceError};

/// How long a message is hidden while it is moved. A run that dies leaves it hidden for so long.
const WHILE_MOVING: Duration = Duration::from_secs(60);
/// How many messages one request takes.
const AT_ONCE: u32 = 10;
/// How often in a row no message may come although there should be some: queues of AWS answer from a
/// part of their servers.
const EMPTY_ANSWERS: u32 = 5;
/// What the names of dead-letter queues have in them, and of those that a table's stream writes to.
const DEAD: &str = "Dead";
const STREAM_DEAD: &str = "StreamDead";

/// Why messages were not put back.
#[derive(Debug, thiserror::Error)]
pub enum RedriveError {
    /// There is no such queue.
    #[error("the stack {stack} has no queue {name}")]
    Unknown {
        /// Which was asked for.
        name: String,
        /// Of which stack.
        stack: String,
    },
    /// It holds places in a stream, not messages.
    #[error(
        "{0} holds places in a table's stream and no messages; infra/operate/redrive-stream reads \
         the records again"
    )]
    Stream(String),
    /// Nothing ends in it.
    #[error("{0} is no queue's dead-letter queue")]
    NotDead(String),
    /// Several queues end in it, and a message does not say which it is from.
    #[error("{0} is the dead-letter queue of several queues")]
    Ambiguous(String),
    /// No answer to act on. What was moved until then stays moved.
    #[error("after {moved} messages")]
    Service {
        /// How many were moved before.
        moved: u64,
        /// What happened.
        #[source]
        cause: ServiceError,
    },
}

/// A dead-letter queue, and how many messages are in it.
#[derive(Debug)]
pub struct Dead {
    /// The queue.
    pub queue: Queue,
    /// How full it is.
    pub depth: Depth,
}

/// What a redrive is to do, or did.
#[derive(Debug, PartialEq, Eq)]
pub struct Redriven {
    /// From where.
    pub from: String,
    /// To where.
    pub to: String,
    /// How many messages; of a rehearsal, how many would be.
    pub messages: u64,
}

/// Every dead-letter queue of a stack.
///
/// # Errors
/// [`ServiceError`] if there is no answer.
pub async fn all(aws: &Aws, stack: &str) -> Result<Vec<Dead>, ServiceError> {
    let mut dead = Vec::new();
    for queue in aws.queues(&format!("{stack}-")).await? {
        if queue.name().contains(DEAD) {
            let depth = queue.depth().await?;
            dead.push(Dead { queue, depth });
        }
    }
    Ok(dead)
}

/// Moves messages of a dead-letter queue back to the queue they were in: at most `most`, or as many as
/// there are when it begins, so that what fails again is not moved again and again.
///
/// Each message is sent before it is removed, so that a crash between the two repeats it and loses
/// none; whoever takes it must stand it twice, as every consumer here does.
///
/// # Errors
/// [`RedriveError`] if there is nothing to move it to, or no answer.
pub async fn redrive(
    aws: &Aws,
    stack: &str,
    name: &str,
    most: Option<u64>,
    is_rehearsal: bool,
) -> Result<Redriven, RedriveError> {
    let unmoved = |cause| RedriveError::Service { moved: 0, cause };
    let dead = find(aws, stack, name).await?;
    let source = source(&dead).await?;
    let depth = dead.depth().await.map_err(unmoved)?;
    let wanted = most.unwrap_or(u64::MAX).min(depth.ready);
    let messages = if is_rehearsal {
        wanted
    } else {
        shift(&dead, &source, wanted).await?
    };
    Ok(Redriven {
        from: dead.name().to_owned(),
        to: source.name().to_owned(),
        messages,
    })
}

async fn shift(dead: &Queue, source: &Queue, wanted: u64) -> Result<u64, RedriveError> {
    let mut moved = 0;
    let mut empty_answers = 0;
    while moved < wanted && empty_answers < EMPTY_ANSWERS {
        let failed = |cause| RedriveError::Service { moved, cause };
        let most = u32::try_from(wanted - moved).unwrap_or(AT_ONCE);
        let taken = dead.take(most.min(AT_ONCE), WHILE_MOVING).await;
        let taken = taken.map_err(failed)?;
        empty_answers = if taken.is_empty() {
            empty_answers + 1
        } else {
            0
        };
        for message in taken {
            let failed = |cause| RedriveError::Service { moved, cause };
            source.put(&message).await.map_err(failed)?;
            dead.remove(&message).await.map_err(failed)?;
            moved += 1;
        }
    }
    Ok(moved)
}

/// The queue of this URL, name, or logical id in the template: CloudFormation names a queue for its
/// stack and its logical id, and may add letters of its own.
async fn find(aws: &Aws, stack: &str, name: &str) -> Result<Queue, RedriveError> {
    let queues = aws.queues(&format!("{stack}-")).await;
    let queues = queues.map_err(|cause| RedriveError::Service { moved: 0, cause })?;
    let logical = format!("{stack}-{name}");
    let generated = format!("{logical}-");
    let is_it = |queue: &Queue| {
        [queue.url(), queue.name()].contains(&name)
            || queue.name() == logical
            || queue.name().starts_with(&generated)
    };
    queues
        .into_iter()
        .find(is_it)
        .ok_or_else(|| RedriveError::Unknown {
            name: name.to_owned(),
            stack: stack.to_owned(),
        })
}

async fn source(dead: &Queue) -> Result<Queue, RedriveError> {
    let sources = dead.sources().await;
    let mut sources = sources
        .map_err(|cause| RedriveError::Service { moved: 0, cause })?
        .into_iter();
    let name = || dead.name().to_owned();
    match (sources.next(), sources.next()) {
        (Some(source), None) => Ok(source),
        (Some(_), Some(_)) => Err(RedriveError::Ambiguous(name())),
        (None, _) if dead.name().contains(STREAM_DEAD) => Err(RedriveError::Stream(name())),
        (None, _) => Err(RedriveError::NotDead(name())),
    }
}
