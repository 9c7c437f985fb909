//! Reading a table's stream, in the shape that Lambda gives a function.

use std::path::{Path, PathBuf};

use dynoxide::{
    Database,
    actions::{
        get_records::{GetRecordsRequest, Record},
        get_shard_iterator::{decode_shard_iterator, encode_shard_iterator},
    },
    streams::shard_id,
};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{
    error::EngineError,
    files,
    template::{REGION, Table},
};

/// Lambda's limit for one batch of a stream.
const MAXIMUM_RECORDS: usize = 10_000;
/// DynamoDB's limit for one look.
const MAXIMUM_LOOK: usize = 1_000;

/// Reads a table's stream from where it, or the reader of the same name before it, stopped.
///
/// [`next`](Self::next) moves on at once; [`checkpoint`](Self::checkpoint) is what a restart
/// begins from. A reader that has no checkpoint begins at the oldest record.
pub struct StreamReader {
    database: Database,
    table: String,
    stream_arn: String,
    view: &'static str,
    position: i64,
    checkpoint: Option<PathBuf>,
    writes: watch::Receiver<u64>,
}

impl StreamReader {
    pub(super) fn open(
        database: Database,
        table: &Table,
        writes: watch::Receiver<u64>,
        folder: Option<&Path>,
        reader: &str,
    ) -> Result<Self, EngineError> {
        let checkpoint = match folder {
            None => None,
            Some(folder) => {
                let folder = checkpoints(folder, &table.name);
                files::create_folder(&folder)?;
                Some(folder.join(reader))
            }
        };
        let position = match &checkpoint {
            None => 0,
            Some(path) => files::read_json(path)?.unwrap_or(0),
        };
        Ok(Self {
            database,
            table: table.name.clone(),
            stream_arn: table.stream_arn().unwrap_or_default(),
            view: table.stream.map_or("", |view| view.as_str()),
            position,
            checkpoint,
            writes,
        })
    }

    /// Up to `maximum` records after the last one given, oldest first; none if there are none yet.
    pub fn next(&mut self, maximum: usize) -> Result<Vec<Value>, EngineError> {
        // Marked before looking, so that what is written meanwhile wakes the reader again.
        self.writes.mark_unchanged();
        let maximum = maximum.min(MAXIMUM_RECORDS);
        let mut records = Vec::new();
        while records.len() < maximum {
            let limit = (maximum - records.len()).min(MAXIMUM_LOOK);
            let found = self.look(limit)?;
            let is_last = found.len() < limit;
            records.extend(found);
            if is_last {
                break;
            }
        }
        Ok(records)
    }

    fn look(&mut self, limit: usize) -> Result<Vec<Value>, EngineError> {
        let shard = shard_id(&self.table);
        let response = self
            .database
            .get_records(GetRecordsRequest {
                shard_iterator: encode_shard_iterator(&self.table, &shard, self.position),
                limit: Some(limit),
            })
            .map_err(EngineError::table(&self.table))?;
        let records = response
            .records
            .iter()
            .map(|record| self.lambda_shape(record))
            .collect();
        if let Some((_, _, position)) = response
            .next_shard_iterator
            .and_then(|iterator| decode_shard_iterator(&iterator))
        {
            self.position = position;
        }
        Ok(records)
    }

    /// Waits until the table may have been written to since the last [`next`](Self::next).
    pub async fn changed(&mut self) {
        // An error means that the engines are gone, after which nothing is ever written.
        if self.writes.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Goes to the end, past everything written so far, as a trigger does that starts at `LATEST`.
    pub fn skip_to_latest(&mut self) -> Result<(), EngineError> {
        while !self.next(MAXIMUM_RECORDS)?.is_empty() {}
        Ok(())
    }

    /// Whether this is the first time that a reader of this name reads: there is no checkpoint.
    pub fn is_new(&self) -> bool {
        self.position == 0
    }

    /// Keeps the place: everything given so far has been dealt with. In memory there is nothing to
    /// keep it for, and nothing happens.
    pub fn checkpoint(&self) -> Result<(), EngineError> {
        match &self.checkpoint {
            None => Ok(()),
            Some(path) => files::replace(path, self.position.to_string().as_bytes()),
        }
    }

    /// The stream's ARN.
    pub fn stream_arn(&self) -> &str {
        &self.stream_arn
    }

    fn lambda_shape(&self, record: &Record) -> Value {
        let data = &record.dynamodb;
        let mut dynamodb = json!({
            "ApproximateCreationDateTime": data.approximate_creation_date_time,
            "Keys": data.keys,
            "SequenceNumber": data.sequence_number,
            "SizeBytes": data.size_bytes,
            "StreamViewType": self.view,
        });
        for (name, image) in [("NewImage", &data.new_image), ("OldImage", &data.old_image)] {
            if let Some(image) = image {
                dynamodb[name] = json!(image);
            }
        }
        let mut shaped = json!({
            "eventID": record.event_id,
            "eventName": record.event_name,
            "eventVersion": record.event_version,
            "eventSource": "aws:dynamodb",
            "awsRegion": REGION,
            "dynamodb": dynamodb,
            "eventSourceARN": self.stream_arn,
        });
        // Only expiry acts on its own account; functions tell such removals by it.
        if let Some(identity) = &record.user_identity {
            shaped["userIdentity"] = json!({
                "type": identity.identity_type,
                "principalId": identity.principal_id,
            });
        }
        shaped
    }
}

/// Where the readers of a table's stream keep their places, a file for each.
fn checkpoints(folder: &Path, table: &str) -> PathBuf {
    folder.join("streams").join(table)
}

/// The place that every reader of the table's stream has reached; `None` if none has kept one.
pub(super) fn least_checkpoint(folder: &Path, table: &str) -> Result<Option<i64>, EngineError> {
    let folder = checkpoints(folder, table);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(EngineError::file(folder)(error)),
    };
    let mut least = None;
    for entry in entries {
        let path = entry.map_err(EngineError::file(&folder))?.path();
        let position: i64 = files::read_json(&path)?.unwrap_or(0);
        least = Some(least.map_or(position, |least: i64| least.min(position)));
    }
    Ok(least)
}
