//! Making the database: its tables, their time to live, and the index that streams need.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Mutex, PoisonError},
};

use dynoxide::{Database, DynoxideError};
use rusqlite::Connection;
use serde_json::{Map, Value, json};

use super::streams;
use crate::{error::EngineError, files, template::Table};

/// dynoxide finds a stream's next sequence number by reading all of the table's records, so that
/// writes become slower with every write. With this index both that and reading on are look-ups.
const STREAM_INDEX: &str = "CREATE INDEX IF NOT EXISTS stream_seq \
     ON _stream_records(table_name, CAST(sequence_number AS INTEGER))";

/// AWS drops a stream's records after a day. Here that happens at the start, and only to those which
/// every reader has behind it: a laptop may well sleep for longer than a day.
const TRIM: &str = "DELETE FROM _stream_records WHERE table_name = ?1 \
     AND CAST(sequence_number AS INTEGER) <= ?2 AND created_at < unixepoch() - 86400";

const DATABASE_FILE: &str = "dynamodb.sqlite";
const TABLES_FILE: &str = "tables.json";

/// Prepared databases in this process's memory, by the tables they hold. A connection keeps each of
/// them alive.
static PREPARED: Mutex<Option<HashMap<String, Prepared>>> = Mutex::new(None);

struct Prepared {
    uri: String,
    _connection: Connection,
}

/// A database in memory. The first for a set of tables makes them in a database that a second
/// connection can reach, to add the index; it and all later ones are copies of that, which takes
/// about 2 ms and lets every test have a world of its own.
pub(super) fn memory(tables: &[Table]) -> Result<Database, EngineError> {
    let fingerprint = fingerprint(tables).to_string();
    let mut prepared = PREPARED.lock().unwrap_or_else(PoisonError::into_inner);
    let prepared = prepared.get_or_insert_default();
    if !prepared.contains_key(&fingerprint) {
        let uri = format!(
            "file:planet-tables-{}?mode=memory&cache=shared",
            prepared.len()
        );
        let entry = prepare(uri, tables)?;
        prepared.insert(fingerprint.clone(), entry);
    }
    let database = Database::memory().map_err(unprepared)?;
    if let Some(entry) = prepared.get(&fingerprint) {
        database.restore_from(&entry.uri).map_err(unprepared)?;
    }
    Ok(database)
}

fn prepare(uri: String, tables: &[Table]) -> Result<Prepared, EngineError> {
    let connection = Connection::open(&uri).map_err(unprepared)?;
    let database = Database::new(&uri).map_err(unprepared)?;
    for table in tables {
        create(&database, table)?;
    }
    drop(database);
    connection.execute_batch(STREAM_INDEX).map_err(unprepared)?;
    Ok(Prepared {
        uri,
        _connection: connection,
    })
}

/// The database kept in `folder`, with every table that it lacks.
pub(super) fn on_disk(tables: &[Table], folder: &Path) -> Result<Database, EngineError> {
    let path = folder.join(DATABASE_FILE);
    let tables_path = folder.join(TABLES_FILE);
    let mut made: Map<String, Value> = files::read_json(&tables_path)?.unwrap_or_default();
    let database = Database::new(&path.to_string_lossy()).map_err(unprepared)?;
    // Despite its name: it asks SQLite to sync at checkpoints and not at every write, which is some
    // ten times as fast. A crash of the process loses nothing, one of the machine the last moment.
    database.disable_bulk_loading().map_err(unprepared)?;
    for table in tables {
        match made.get(&table.name) {
            Some(request) if *request == table.create_request() => {
                expire(&database, table)?;
            }
            Some(_) => {
                return Err(EngineError::Changed {
                    table: table.name.clone(),
                    folder: folder.to_owned(),
                });
            }
            None => create(&database, table)?,
        }
        made.insert(table.name.clone(), table.create_request());
        files::replace(
            &tables_path,
            Value::Object(made.clone()).to_string().as_bytes(),
        )?;
    }
    let connection = Connection::open(&path).map_err(unprepared)?;
    connection.execute_batch(STREAM_INDEX).map_err(unprepared)?;
    for table in tables.iter().filter(|table| table.stream.is_some()) {
        if let Some(position) = streams::least_checkpoint(folder, &table.name)? {
            connection
                .execute(TRIM, (&table.name, position))
                .map_err(unprepared)?;
        }
    }
    Ok(database)
}

/// What the tables are made of, by name.
fn fingerprint(tables: &[Table]) -> Value {
    tables
        .iter()
        .map(|table| (table.name.clone(), table.create_request()))
        .collect::<Map<_, _>>()
        .into()
}

fn create(database: &Database, table: &Table) -> Result<(), EngineError> {
    request(table.create_request())
        .and_then(|request| database.create_table(request))
        .map_err(EngineError::table(&table.name))?;
    expire(database, table)
}

/// Turns expiry on where the template wants it. It may be on already, which is as good.
fn expire(database: &Database, table: &Table) -> Result<(), EngineError> {
    let Some(attribute) = &table.time_to_live_attribute else {
        return Ok(());
    };
    let description = request(json!({ "TableName": table.name }))
        .and_then(|request| database.describe_time_to_live(request))
        .map_err(EngineError::table(&table.name))?;
    let description = serde_json::to_value(&description).unwrap_or_default();
    if description.pointer("/TimeToLiveDescription/AttributeName") == Some(&json!(attribute)) {
        return Ok(());
    }
    request(json!({
        "TableName": table.name,
        "TimeToLiveSpecification": { "Enabled": true, "AttributeName": attribute },
    }))
    .and_then(|request| database.update_time_to_live(request))
    .map_err(EngineError::table(&table.name))?;
    Ok(())
}

fn request<T: serde::de::DeserializeOwned>(body: Value) -> Result<T, DynoxideError> {
    super::read(body.to_string().as_bytes())
}

fn unprepared(error: impl std::error::Error + Send + Sync + 'static) -> EngineError {
    EngineError::Database(Box::new(error))
}
