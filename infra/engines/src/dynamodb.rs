//! DynamoDB: dynoxide, an emulator on SQLite, called without a socket.
//!
//! Operations run on the caller's thread. One takes some 100 µs behind a single lock, so a thread
//! pool would add a hand-over to every call and win nothing.

mod open;
mod streams;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use dynoxide::{Database, DynoxideError};
use http::{Response, StatusCode};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::watch;

pub use self::streams::StreamReader;
use crate::{
    answer,
    error::EngineError,
    template::{Table, Template},
};

/// The tables.
pub(crate) struct DynamoDb {
    database: Database,
    /// Tables with a stream, and for each a count of the writes that may have touched it.
    streams: BTreeMap<String, Stream>,
    /// Where readers keep their place, if anywhere.
    folder: Option<PathBuf>,
}

/// What readers of a table's stream need to know of it.
struct Stream {
    table: Table,
    writes: watch::Sender<u64>,
}

impl DynamoDb {
    /// Tables that are gone with the process.
    pub(crate) fn memory(template: &Template) -> Result<Self, EngineError> {
        let database = open::memory(&template.tables)?;
        Ok(Self::over(database, template, None))
    }

    /// Tables kept in `folder`.
    pub(crate) fn on_disk(template: &Template, folder: &Path) -> Result<Self, EngineError> {
        let database = open::on_disk(&template.tables, folder)?;
        Ok(Self::over(database, template, Some(folder.to_owned())))
    }

    fn over(database: Database, template: &Template, folder: Option<PathBuf>) -> Self {
        let streams = template
            .tables
            .iter()
            .filter(|table| table.stream.is_some())
            .map(|table| {
                let stream = Stream {
                    table: table.clone(),
                    writes: watch::Sender::new(0),
                };
                (table.name.clone(), stream)
            })
            .collect();
        Self {
            database,
            streams,
            folder,
        }
    }

    /// Answers one request; says whether it may have written something.
    pub(crate) fn answer(&self, operation: &str, body: &[u8]) -> (Response<Bytes>, bool) {
        let Some(result) = perform(&self.database, operation, body) else {
            return (answer::unknown_operation(operation), false);
        };
        match result {
            Ok(json) => {
                let writes = is_write(operation);
                if writes {
                    self.wake_readers(operation, body);
                }
                (answer::json(StatusCode::OK, json), writes)
            }
            Err(error) => {
                let status = StatusCode::from_u16(error.status_code())
                    .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                (answer::json(status, error.to_json()), false)
            }
        }
    }

    /// Wakes the readers of every table that a write mentions. A name that stands in some value
    /// wakes a reader for nothing, which costs it one look.
    fn wake_readers(&self, operation: &str, body: &[u8]) {
        let Ok(text) = std::str::from_utf8(body) else {
            return;
        };
        if operation == "BatchWriteItem" {
            // Here the names are keys.
            let mentioned = |name: &str| text.contains(&format!("\"{name}\""));
            for (_, stream) in self.streams.iter().filter(|(name, _)| mentioned(name)) {
                stream.wake();
            }
            return;
        }
        const FIELD: &str = "\"TableName\"";
        for (start, _) in text.match_indices(FIELD) {
            let value = text[start + FIELD.len()..].trim_start().strip_prefix(':');
            let name = value.and_then(|value| value.split('"').nth(1));
            if let Some(stream) = name.and_then(|name| self.streams.get(name)) {
                stream.wake();
            }
        }
    }

    /// Removes the items whose time is over; says how many.
    pub(crate) fn sweep_ttl(&self) -> Result<usize, EngineError> {
        let swept = self
            .database
            .sweep_ttl()
            .map_err(|error| EngineError::Database(Box::new(error)))?;
        if swept > 0 {
            self.streams.values().for_each(Stream::wake);
        }
        Ok(swept)
    }

    /// A reader of the stream of `table` (a name, logical id or stream ARN) that keeps its place
    /// under `reader`.
    pub(crate) fn stream(&self, table: &str, reader: &str) -> Result<StreamReader, EngineError> {
        let stream = self
            .streams
            .values()
            .find(|stream| stream.is_called(table))
            .ok_or_else(|| EngineError::Unknown {
                kind: "table with a stream",
                name: table.to_owned(),
            })?;
        StreamReader::open(
            self.database.clone(),
            &stream.table,
            stream.writes.subscribe(),
            self.folder.as_deref(),
            reader,
        )
    }
}

impl Stream {
    fn wake(&self) {
        self.writes.send_modify(|count| *count += 1);
    }

    fn is_called(&self, name: &str) -> bool {
        self.table.name == name
            || self.table.logical_id == name
            || self.table.stream_arn().as_deref() == Some(name)
    }
}

/// Every operation that dynoxide has a typed method for and that a program of ours may use.
fn perform(
    database: &Database,
    operation: &str,
    body: &[u8],
) -> Option<Result<Vec<u8>, DynoxideError>> {
    macro_rules! operations {
        ($($name:literal => $method:ident),* $(,)?) => {
            match operation {
                $($name => Some(
                    read(body)
                        .and_then(|request| database.$method(request))
                        .and_then(|response| write(&response)),
                ),)*
                _ => None,
            }
        };
    }
    operations! {
        "BatchGetItem" => batch_get_item,
        "BatchWriteItem" => batch_write_item,
        "CreateTable" => create_table,
        "DeleteItem" => delete_item,
        "DeleteTable" => delete_table,
        "DescribeTable" => describe_table,
        "DescribeTimeToLive" => describe_time_to_live,
        "GetItem" => get_item,
        "ListTables" => list_tables,
        "PutItem" => put_item,
        "Query" => query,
        "Scan" => scan,
        "TransactGetItems" => transact_get_items,
        "TransactWriteItems" => transact_write_items,
        "UpdateItem" => update_item,
        "UpdateTimeToLive" => update_time_to_live,
    }
}

fn is_write(operation: &str) -> bool {
    matches!(
        operation,
        "BatchWriteItem" | "DeleteItem" | "PutItem" | "TransactWriteItems" | "UpdateItem"
    )
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, DynoxideError> {
    serde_json::from_slice(body).map_err(|error| unreadable(&error.to_string()))
}

fn write(response: &impl Serialize) -> Result<Vec<u8>, DynoxideError> {
    serde_json::to_vec(response)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// dynoxide tells the class of a request that cannot be read by a marker before the message, and
/// serde_json adds a position behind it; neither belongs on the wire.
fn unreadable(message: &str) -> DynoxideError {
    let message = match message.rfind(" at line ") {
        Some(end) => &message[..end],
        None => message,
    };
    match message.split_once(':') {
        Some((marker, rest)) if marker.starts_with("VALIDATION") => {
            DynoxideError::ValidationException(rest.to_owned())
        }
        Some((marker, rest)) if marker.starts_with("SERIALIZATION") => {
            DynoxideError::SerializationException(rest.to_owned())
        }
        _ if message.contains("missing field") || message.contains("unknown variant") => {
            DynoxideError::ValidationException(message.to_owned())
        }
        _ => DynoxideError::SerializationException(message.to_owned()),
    }
}
