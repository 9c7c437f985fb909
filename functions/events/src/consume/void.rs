//! Makes the tickets of a concert void that was called off.
//!
//! The work is cut into messages: one for each shard of the concert's lines, which does a page and
//! asks for the next. Each can stop anywhere and run again; a line that is void stays so.

use kernel::{Event, Id, kind};
use platform::ServiceError;
use serde::{Deserialize, Serialize};

use super::{ConsumeError, MAX_TRIES};
use crate::{
    App,
    keys::LINE_SHARDS,
    line::{End, Line, State, TICKETS_PER_WRITE},
    origin::LineId,
    store::CommitError,
    ticket::{self, Ticket},
};

/// The kind of message that asks for the lines of one shard to become void.
pub(super) const LINES_VOID_ASKED: &str = "concert.lines_void_asked";

/// How many lines one message makes void: with ten messages in a batch, a few seconds of work.
const LINES_PER_MESSAGE: u32 = 25;

#[derive(Debug, Deserialize)]
struct Cancelled {
    concert: Id<kind::Concert>,
}

/// Which lines are to become void.
#[derive(Debug, Serialize, Deserialize)]
struct Part {
    concert: Id<kind::Concert>,
    shard: u8,
    /// Behind which line; from the first on if absent.
    after: Option<String>,
}

/// Cuts the work into parts.
pub(super) async fn begin(app: &App, event: &Event) -> Result<(), ConsumeError> {
    let cancelled = Cancelled::deserialize(&event.data)?;
    let parts = (0..LINE_SHARDS).map(|shard| Part {
        concert: cancelled.concert,
        shard,
        after: None,
    });
    let messages = parts.map(|part| message(event, &part));
    let messages = messages.collect::<Result<Vec<_>, _>>()?;
    Ok(app.events_queue.send_events(&messages).await?)
}

/// Does one part and asks for the next.
pub(super) async fn go_on(app: &App, event: &Event) -> Result<(), ConsumeError> {
    let part = Part::deserialize(&event.data)?;
    let page = app.store.lines_of(
        part.concert,
        part.shard,
        part.after.as_deref(),
        LINES_PER_MESSAGE,
    );
    let page = page.await?;
    for line in page.items {
        void_line(app, line).await?;
    }
    if page.next.is_some() {
        let next = Part {
            after: page.next,
            ..part
        };
        let message = message(event, &next)?;
        app.events_queue.send_event(&message).await?;
    }
    Ok(())
}

fn message(cause: &Event, part: &Part) -> Result<Event, serde_json::Error> {
    let after = part.after.as_deref().unwrap_or_default();
    let subject = format!("{}#{}#{after}", part.concert, part.shard);
    Event::derived(
        LINES_VOID_ASKED,
        subject,
        cause.version,
        cause.occurred_at,
        part,
    )
}

/// Makes one line void, with all its tickets that were not given back before.
pub(super) async fn void_line(app: &App, id: LineId) -> Result<(), ConsumeError> {
    for _ in 0..MAX_TRIES {
        let line = app.store.line(id).await?;
        let line = line.ok_or(ConsumeError::UnknownLine(id))?;
        let next = match line.state {
            State::Voided | State::Refused => return Ok(()),
            // From this write on the line gets no more tickets.
            State::Issuing | State::Issued => line.voiding(app.clock.now()),
            State::Voiding => {
                let end = void_tickets(app, &line).await?;
                line.voided(end, app.clock.now())
            }
        };
        match app.store.save_line(&next, &[]).await {
            // In the next round it is done, or the next step's turn.
            Ok(()) | Err(CommitError::Lost | CommitError::Repeated) => {}
            Err(CommitError::Service(error)) => return Err(error.into()),
        }
    }
    Err(ConsumeError::Overtaken)
}

/// Makes the tickets of a line void and answers what they come to.
async fn void_tickets(app: &App, line: &Line) -> Result<End, ConsumeError> {
    let ids: Vec<_> = line.tickets().collect();
    let part = usize::try_from(TICKETS_PER_WRITE).unwrap_or(1);
    let mut end = End::default();
    for ids in ids.chunks(part) {
        let of_part = void_part(app, ids).await?;
        end.voided += of_part.voided;
        end.attended |= of_part.attended;
    }
    Ok(end)
}

async fn void_part(app: &App, ids: &[Id<kind::Ticket>]) -> Result<End, ConsumeError> {
    for _ in 0..MAX_TRIES {
        let tickets = app.store.tickets(ids).await?;
        let writes: Vec<_> = tickets
            .iter()
            .filter(|ticket| ticket.state == ticket::State::Issued)
            .map(|ticket| app.store.save_ticket(&ticket.clone().voided()))
            .collect();
        let done = if writes.is_empty() {
            Ok(())
        } else {
            app.store.commit(writes).await
        };
        match done {
            Ok(()) => return end(&tickets),
            // Somebody was let in with one of them, or gave one away or back: look again.
            Err(CommitError::Lost | CommitError::Repeated) => {}
            Err(CommitError::Service(error)) => return Err(error.into()),
        }
    }
    Err(ConsumeError::Overtaken)
}

/// What tickets come to of which none is good any more. Those that were taken back before are not
/// among them.
fn end(tickets: &[Ticket]) -> Result<End, ConsumeError> {
    let kept = tickets.iter().filter(|ticket| !ticket.was_taken_back());
    let voided = u32::try_from(kept.clone().count());
    Ok(End {
        voided: voided.map_err(|error| ServiceError::malformed("the tickets of a line", error))?,
        attended: kept.clone().any(Ticket::is_used),
    })
}
