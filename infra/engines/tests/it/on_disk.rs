use std::time::Duration;

use engines::{EngineError, Engines, Template};
use http::StatusCode;
use platform::transport::Transport;
use serde_json::json;

use crate::{
    sign,
    world::{TEMPLATE, ask, dynamodb, put, template},
};

#[tokio::test]
async fn a_restart_finds_everything_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let before = Engines::on_disk(&template(), folder.path()).await.unwrap();
    put(&before, 1).await;
    let object = sign::signed(
        "PUT",
        "s3.us-east-1.amazonaws.com",
        "/planet-media/a",
        "one",
    );
    assert_eq!(before.call(object).await.unwrap().status(), StatusCode::OK);
    let secret = json!({ "SecretId": "planet-SigningKey" });
    let (_, value) = ask(&before, "secretsmanager.GetSecretValue", secret.clone()).await;
    before.close().await.unwrap();
    drop(before);

    let after = Engines::on_disk(&template(), folder.path()).await.unwrap();
    let (_, body) = dynamodb(&after, "Scan", json!({ "TableName": "planet-Orders" })).await;
    assert_eq!(body["Count"], 1);
    let object = sign::signed("GET", "s3.us-east-1.amazonaws.com", "/planet-media/a", "");
    assert_eq!(after.call(object).await.unwrap().body(), "one");
    let (_, again) = ask(&after, "secretsmanager.GetSecretValue", secret).await;
    assert_eq!(value["SecretString"], again["SecretString"]);
}

#[tokio::test]
async fn messages_survive_a_restart_wherever_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let before = Engines::on_disk(&template(), folder.path()).await.unwrap();
    let work = before.queue("Work").unwrap();
    let now = Duration::ZERO;
    work.send("dead").await.unwrap();
    for _ in 0..3 {
        work.receive(1, now, Some(now)).await.unwrap();
    }
    work.send("deleted").await.unwrap();
    let received = work.receive(1, now, None).await.unwrap();
    work.delete(&received[0].receipt_handle).await.unwrap();
    work.send("in flight").await.unwrap();
    assert_eq!(work.receive(1, now, None).await.unwrap().len(), 1);
    work.send("waiting").await.unwrap();
    before.close().await.unwrap();
    drop(before);

    let after = Engines::on_disk(&template(), folder.path()).await.unwrap();
    let bodies = async |name: &str| {
        let queue = after.queue(name).unwrap();
        let received = queue.receive(10, now, None).await.unwrap();
        received
            .into_iter()
            .map(|each| each.body)
            .collect::<Vec<_>>()
    };
    assert_eq!(bodies("Work").await, ["in flight", "waiting"]);
    assert_eq!(bodies("Failed").await, ["dead"]);
}

#[tokio::test]
async fn a_reader_begins_where_it_last_kept_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let before = Engines::on_disk(&template(), folder.path()).await.unwrap();
    put(&before, 1).await;
    put(&before, 2).await;
    let mut stream = before.stream("Orders").unwrap();
    assert_eq!(stream.next(1).unwrap().len(), 1);
    stream.checkpoint().unwrap();
    assert_eq!(stream.next(1).unwrap().len(), 1);
    let mut other = before.stream_for("Orders", "other").unwrap();
    other.skip_to_latest().unwrap();
    other.checkpoint().unwrap();
    before.close().await.unwrap();
    drop((before, stream, other));

    let after = Engines::on_disk(&template(), folder.path()).await.unwrap();
    let mut stream = after.stream("Orders").unwrap();
    assert!(!stream.is_new());
    let records = stream.next(10).unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["dynamodb"]["NewImage"]["total"]["N"], "2");
    let mut other = after.stream_for("Orders", "other").unwrap();
    assert!(other.next(10).unwrap().is_empty());
}

#[tokio::test]
async fn a_copied_folder_is_a_world_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let original = Engines::on_disk(&template(), folder.path()).await.unwrap();
    put(&original, 1).await;
    original.close().await.unwrap();
    drop(original);
    let copy = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), copy.path());

    let copied = Engines::on_disk(&template(), copy.path()).await.unwrap();
    put(&copied, 2).await;
    let original = Engines::on_disk(&template(), folder.path()).await.unwrap();
    let scan = json!({ "TableName": "planet-Orders" });
    assert_eq!(dynamodb(&copied, "Scan", scan.clone()).await.1["Count"], 2);
    assert_eq!(dynamodb(&original, "Scan", scan).await.1["Count"], 1);
}

#[tokio::test]
async fn a_table_whose_keys_changed_is_refused_and_a_new_one_is_made() {
    let folder = tempfile::tempdir().unwrap();
    drop(Engines::on_disk(&template(), folder.path()).await.unwrap());
    let more = format!(
        "{TEMPLATE}  More:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      \
         AttributeDefinitions: [{{ AttributeName: pk, AttributeType: S }}]\n      \
         KeySchema: [{{ AttributeName: pk, KeyType: HASH }}]\n"
    );
    let parse = |text: &str| Template::parse(text, &Default::default()).unwrap();
    let engines = Engines::on_disk(&parse(&more), folder.path())
        .await
        .unwrap();
    let (status, _) = dynamodb(&engines, "Scan", json!({ "TableName": "planet-More" })).await;
    assert_eq!(status, StatusCode::OK);
    drop(engines);

    let changed = parse(&TEMPLATE.replace("by-due", "by-date"));
    match Engines::on_disk(&changed, folder.path()).await {
        Err(EngineError::Changed { table, .. }) => assert_eq!(table, "planet-Orders"),
        other => panic!("{:?}", other.map(|_| ())),
    }
}

#[tokio::test]
async fn a_folder_belongs_to_one_process_until_it_closes() {
    let folder = tempfile::tempdir().unwrap();
    let first = Engines::on_disk(&template(), folder.path()).await.unwrap();
    let second = Engines::on_disk(&template(), folder.path()).await;
    assert!(matches!(second, Err(EngineError::InUse { .. })));
    first.close().await.unwrap();
    first.close().await.unwrap();
    assert!(Engines::on_disk(&template(), folder.path()).await.is_ok());
}

#[tokio::test]
async fn a_restart_drops_records_that_are_old_and_read() {
    let folder = tempfile::tempdir().unwrap();
    let engines = Engines::on_disk(&template(), folder.path()).await.unwrap();
    put(&engines, 1).await;
    put(&engines, 2).await;
    let mut stream = engines.stream("Orders").unwrap();
    stream.next(1).unwrap();
    stream.checkpoint().unwrap();
    engines.close().await.unwrap();
    drop((engines, stream));
    let database = rusqlite::Connection::open(folder.path().join("dynamodb.sqlite")).unwrap();
    let count = || {
        let count = "SELECT COUNT(*) FROM _stream_records";
        database
            .query_row(count, (), |row| row.get::<_, i64>(0))
            .unwrap()
    };

    drop(Engines::on_disk(&template(), folder.path()).await.unwrap());
    assert_eq!(count(), 2);
    let age = "UPDATE _stream_records SET created_at = created_at - 90000";
    database.execute(age, ()).unwrap();
    drop(Engines::on_disk(&template(), folder.path()).await.unwrap());
    assert_eq!(count(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_secrets() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    drop(Engines::on_disk(&template(), folder.path()).await.unwrap());
    let file = std::fs::metadata(folder.path().join("secrets.json")).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
