//! A record of every message that is not deleted, so that a restart can send it again.
//!
//! rustack keeps messages in memory and its snapshots hold queues without them. What comes back
//! after a restart is a new message with the old content: a new id, received zero times. Consumers
//! bear that, since SQS delivers at least once anyway.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use rustack_sqs_model::{input::SendMessageInput, output::SendMessageOutput, types::Message};
use serde::{Deserialize, Serialize};

use super::name_of_url;

const MAXIMUM_DELAY_SECONDS: u64 = 900;

/// The messages, by id.
#[derive(Default)]
pub(super) struct Kept(Mutex<State>);

#[derive(Default)]
struct State {
    sent: u64,
    messages: HashMap<String, KeptMessage>,
}

#[derive(Clone, Serialize, Deserialize)]
struct KeptMessage {
    /// The queue it was last seen in: dead-letter queues change that.
    queue: String,
    /// Its place among all messages.
    order: u64,
    /// When it may first be received, in milliseconds since 1970.
    available_at_ms: u64,
    input: SendMessageInput,
}

/// What a file holds between two runs.
#[derive(Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Saved(Vec<KeptMessage>);

impl Kept {
    /// A message was sent. `default_delay_seconds` is asked where the message names no delay.
    pub(super) fn sent(
        &self,
        output: &SendMessageOutput,
        input: SendMessageInput,
        default_delay_seconds: impl FnOnce(&str) -> u32,
    ) {
        let Some(id) = output.message_id.clone() else {
            return;
        };
        let queue = name_of_url(&input.queue_url).to_owned();
        let delay_seconds = match input.delay_seconds {
            Some(seconds) => u64::try_from(seconds).unwrap_or(0),
            None => u64::from(default_delay_seconds(&queue)),
        };
        let mut state = self.state();
        state.sent += 1;
        let message = KeptMessage {
            queue,
            order: state.sent,
            available_at_ms: now_ms() + delay_seconds * 1_000,
            input,
        };
        // A duplicate in a FIFO queue has the first one's id, and that one stands.
        state.messages.entry(id).or_insert(message);
    }

    /// Messages were received from the queue at `url`.
    pub(super) fn received(&self, url: &str, messages: &[Message]) {
        let mut state = self.state();
        for id in messages.iter().filter_map(|each| each.message_id.as_ref()) {
            if let Some(message) = state.messages.get_mut(id) {
                message.queue = name_of_url(url).to_owned();
            }
        }
    }

    /// A message was deleted.
    pub(super) fn deleted(&self, message_id: &str) {
        self.state().messages.remove(message_id);
    }

    /// A queue was emptied.
    pub(super) fn purged(&self, queue: &str) {
        self.state()
            .messages
            .retain(|_, message| message.queue != queue);
    }

    /// All of them, as a file holds them.
    pub(super) fn saved(&self) -> Vec<u8> {
        let state = self.state();
        let messages: Vec<_> = state.messages.values().collect();
        serde_json::to_vec(&messages).unwrap_or_default()
    }

    /// Nothing that panics runs under the lock, and a count left half done does no harm.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Saved {
    /// What to send again and to which queue, in the order it was first sent.
    pub(super) fn into_inputs(mut self) -> Vec<(String, SendMessageInput)> {
        self.0.sort_by_key(|message| message.order);
        let now_ms = now_ms();
        self.0
            .into_iter()
            .map(|message| {
                let mut input = message.input;
                let (account, _) = input
                    .queue_url
                    .rsplit_once('/')
                    .unwrap_or((&input.queue_url, ""));
                input.queue_url = format!("{account}/{}", message.queue);
                // FIFO queues take no delay for single messages.
                if input.message_group_id.is_none() {
                    let left_ms = message.available_at_ms.saturating_sub(now_ms);
                    let left_seconds = left_ms.div_ceil(1_000).min(MAXIMUM_DELAY_SECONDS);
                    input.delay_seconds = i32::try_from(left_seconds).ok();
                }
                (message.queue, input)
            })
            .collect()
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}
