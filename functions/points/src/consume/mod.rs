//! Messages of other contexts: listens, and what accounts tell of themselves.
//!
//! A batch is put together by member before anything is read: all plays of a member and the latest
//! of their time zones become one change of one wallet. Each message is read alone; one that cannot
//! be is reported alone. A wallet that could not be written fails the messages of its member and no
//! others.

mod message;

use std::{collections::BTreeMap, convert::Infallible};

use futures_util::{StreamExt, stream};
use kernel::{Id, kind};
use platform::{
    logging,
    serve::{Failures, Message},
};
use wallet::{CommitError, Play, Rules, Zone};

use crate::App;
use message::News;

/// How many wallets are changed at the same time.
const AT_ONCE: usize = 8;

/// What the messages of a batch say of one member.
#[derive(Default)]
struct Member {
    messages: Vec<String>,
    plays: Vec<Play>,
    zone: Option<(u64, Zone)>,
}

/// Does what the messages of a batch ask for; answers which of them were not done.
pub(crate) async fn consume(app: &App, batch: Vec<Message>) -> Failures {
    let mut failures = Failures::none();
    let mut members: BTreeMap<Id<kind::Account>, Member> = BTreeMap::new();
    for Message { id, body } in batch {
        match message::read(&body) {
            Ok((account, news)) => members.entry(account).or_default().add(id, news),
            Err(error) => {
                tracing::error!(message_id = id, %error, "a message cannot be read");
                failures.add(id);
            }
        }
    }
    if members.is_empty() {
        return failures;
    }
    let rules = match app.earn_rules.recent().await {
        Ok(rules) => rules,
        Err(error) => {
            let error = logging::causes(&error);
            tracing::error!(error, "the earn rule could not be read");
            let messages = members.into_values().flat_map(|member| member.messages);
            messages.for_each(|message| failures.add(message));
            return failures;
        }
    };
    let mut changes = stream::iter(members)
        .map(|(account, member)| change(app, &rules, account, member))
        .buffer_unordered(AT_ONCE);
    while let Some(undone) = changes.next().await {
        undone.into_iter().for_each(|message| failures.add(message));
    }
    failures
}

/// Changes a member's wallet; answers the messages that were not done, which are all or none.
async fn change(
    app: &App,
    rules: &Rules,
    account: Id<kind::Account>,
    member: Member,
) -> Vec<String> {
    let now = app.clock.now();
    let changed = app.wallets.commit(account, |wallet| {
        if let Some((version, zone)) = &member.zone {
            wallet.set_time_zone(zone.clone(), *version, now);
        }
        wallet.mark(&member.plays, rules, now);
        Ok::<_, Infallible>(())
    });
    match changed.await {
        Ok(()) => Vec::new(),
        Err(CommitError::Refused(never)) => match never {},
        Err(error @ (CommitError::Contended | CommitError::Service(_))) => {
            let error = logging::causes(&error);
            tracing::error!(%account, error, "a wallet was not changed");
            member.messages
        }
    }
}

impl Member {
    fn add(&mut self, message: String, news: News) {
        self.messages.push(message);
        match news {
            News::Listens(plays) => self.plays.extend(plays),
            News::Zone { version, zone } => {
                let known = self.zone.as_ref().map(|(version, _)| *version);
                if known < Some(version) {
                    self.zone = Some((version, zone));
                }
            }
        }
    }
}
