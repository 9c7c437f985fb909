//! Dead-letter queues.

use bytes::Bytes;
use http::Request;
use kernel::{Event, Id, kind};
use operate::dead_letters::{self, RedriveError};
use platform::{table::Write, transport::Transport};
use serde_json::{Value, json};
use testkit::World;

use crate::desk::Desk;

const STACK: &str = "planet";

fn listens(world: &World, account: Id<kind::Account>) -> String {
    let now_s = world.clock.now_seconds();
    let span = [now_s - 1_200, now_s];
    let data = json!({ "account": account, "received_at": now_s, "listens": [span] });
    let kind = "listening.listens_submitted";
    let event = Event::derived(kind, account.to_string(), 1, world.clock.now(), data);
    serde_json::to_string(&event.unwrap()).unwrap()
}

/// Sends a message with an attribute beside it.
async fn send_with_attribute(world: &World, queue: &str, body: &str, attribute: &str) {
    let url = format!("http://sqs.us-east-1.localhost/000000000000/{STACK}-{queue}");
    let input = json!({
        "QueueUrl": url,
        "MessageBody": body,
        "MessageAttributes": { "trace": { "DataType": "String", "StringValue": attribute } },
    });
    let request = Request::post("http://sqs.us-east-1.amazonaws.com/")
        .header("x-amz-target", "AmazonSQS.SendMessage")
        .header("content-type", "application/x-amz-json-1.0")
        .body(Bytes::from(input.to_string()));
    let answer = world.engines.call(request.unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn what_could_not_be_done_is_put_back_and_done_once_its_cause_is_gone() {
    let world = World::start().await;
    let worker = world.app("PointsWorker", points::build).await;
    let broken = Id::<kind::Account>::derive(&["broken"]);
    let table = world.table("WalletsTable");
    let garbage = json!({ "pk": broken, "v": "garbage" });
    table.write(Write::put(&table, &garbage)).await.unwrap();
    world.send("ListensQueue", listens(&world, broken)).await;
    world.drain("ListensQueue", &worker).await;
    assert_eq!(world.depth("ListensQueueDead").await, 1);
    let dead = dead_letters::all(&world.aws, STACK).await.unwrap();
    let full: Vec<&str> = dead
        .iter()
        .filter(|dead| dead.depth.ready > 0)
        .map(|dead| dead.queue.name())
        .collect();
    assert_eq!(full, ["planet-ListensQueueDead"]);

    let key = platform::table::Key::partition(broken.to_string());
    table.write(Write::delete(&table, key)).await.unwrap();
    let redriven = dead_letters::redrive(&world.aws, STACK, "ListensQueueDead", None, false);
    let redriven = redriven.await.unwrap();
    assert_eq!(
        (redriven.messages, redriven.to.as_str()),
        (1, "planet-ListensQueue")
    );
    assert_eq!(world.depth("ListensQueueDead").await, 0);
    world.drain("ListensQueue", &worker).await;
    assert_eq!(world.depth("ListensQueueDead").await, 0);
    let wallets = wallet::Wallets::new(table, world.clock.clone());
    let balance = wallets
        .load(broken)
        .await
        .unwrap()
        .balance(world.clock.now());
    assert_eq!(balance.available, 20);
}

#[tokio::test]
async fn body_and_attributes_stay_and_no_more_are_moved_than_asked() {
    let world = World::start().await;
    for number in 0..25 {
        let body = format!("message {number}");
        send_with_attribute(
            &world,
            "ListensQueueDead",
            &body,
            &format!("trace {number}"),
        )
        .await;
    }
    let redrive = async |most, is_rehearsal| {
        let name = "planet-ListensQueueDead";
        let done = dead_letters::redrive(&world.aws, STACK, name, most, is_rehearsal);
        done.await.unwrap().messages
    };
    assert_eq!(redrive(None, true).await, 25);
    assert_eq!(redrive(Some(12), true).await, 12);
    assert_eq!(
        world.depth("ListensQueueDead").await,
        25,
        "nothing was moved"
    );
    assert_eq!(redrive(Some(12), false).await, 12);
    assert_eq!(world.depth("ListensQueueDead").await, 13);
    assert_eq!(redrive(None, false).await, 13);
    assert_eq!(redrive(None, false).await, 0);

    let queue = world.engines.queue("ListensQueue").unwrap();
    let mut seen = Vec::new();
    loop {
        let received = queue
            .receive(10, std::time::Duration::ZERO, None)
            .await
            .unwrap();
        if received.is_empty() {
            break;
        }
        for message in received {
            let number = message.body.strip_prefix("message ").unwrap();
            let trace = &message.message_attributes["trace"]["stringValue"];
            assert_eq!(trace, &json!(format!("trace {number}")));
            seen.push(number.parse::<u32>().unwrap());
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..25).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_is_no_dead_letter_queue_is_refused() {
    let world = World::start().await;
    let refused = async |name| {
        let redriven = dead_letters::redrive(&world.aws, STACK, name, None, false).await;
        redriven.unwrap_err()
    };
    assert!(matches!(
        refused("ListensQueue").await,
        RedriveError::NotDead(_)
    ));
    assert!(matches!(
        refused("WalletsStreamDead").await,
        RedriveError::Stream(_)
    ));
    assert!(matches!(
        refused("Listens").await,
        RedriveError::Unknown { .. }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_say_what_is_dead_and_move_it() {
    let desk = Desk::open().await;
    let queue = desk.planet.engines().queue("ListensQueueDead").unwrap();
    queue.send("poison").await.unwrap();
    let dead = desk.type_stack(&["dead"]).await;
    assert_eq!(dead.code, 0, "{dead:?}");
    let line = format!("{:>8}  planet-ListensQueueDead", 1);
    assert!(
        dead.printed.lines().any(|printed| printed == line),
        "{dead:?}"
    );
    let words = ["redrive", "ListensQueueDead", "--dry-run", "--json"];
    let rehearsed = desk.type_stack(&words).await;
    let expected = json!({
        "from": "planet-ListensQueueDead",
        "to": "planet-ListensQueue",
        "messages": 1,
        "dry_run": true,
    });
    assert_eq!(rehearsed.json(), expected);
    let moved = desk.type_stack(&["redrive", "ListensQueueDead"]).await;
    let expected = "moved 1 messages from planet-ListensQueueDead to planet-ListensQueue\n";
    assert_eq!(moved.printed, expected, "{moved:?}");
    let dead: Value = desk.type_stack(&["dead", "--json"]).await.json();
    let of_listens = dead.as_array().unwrap().iter();
    let mut of_listens = of_listens.filter(|dead| dead["queue"] == "planet-ListensQueueDead");
    assert_eq!(of_listens.next().unwrap()["ready"], 0);
    // Whatever the environment says.
    let other = desk.type_stack(&["dead", "--stack", "planet-dev"]).await;
    let expected = "The stack planet-dev has no dead-letter queue.\n";
    assert_eq!(other.printed, expected, "{other:?}");
    let stream = desk.type_stack(&["redrive", "WalletsStreamDead"]).await;
    assert_eq!(stream.code, 1);
    assert!(stream.complaint.contains("redrive-stream"), "{stream:?}");
    desk.planet.stop().await.unwrap();
}
