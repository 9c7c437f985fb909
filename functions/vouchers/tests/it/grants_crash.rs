//! Every crash point of the inbound exchange: whichever call is lost, or ends the whole task, in the
//! end there is exactly one of {charged once, one grant honoured} and {nothing charged, the unit
//! free}.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use kernel::Event;
use serde_json::{Value, json};
use testkit::{Answer, App};

use crate::{
    box_office::{BoxOffice, TICKET_PRICE, news, points, records, tickets},
    seam::{FAULTS, Fault, Seam, Sweeper},
    shop::{account, id},
};

/// How often somebody asks again who is told to, or hears nothing.
const PATIENCE: usize = 4;
/// How often what is on its way is carried before it has to have arrived.
const ROUNDS: usize = 12;
const UNITS: u32 = 600;
const POINTS: i64 = 100;
const POINTS_PRICE: i64 = 50;

/// What happens to a grant, as long as nothing goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    /// It is claimed, and everybody repeats what was not answered.
    Claimed,
    /// The same, but who gets no answer goes away and never comes back.
    ClaimedInHaste,
    /// Nobody claims it.
    NeverClaimed,
    /// It is claimed, and then taken back.
    Revoked,
}

/// A box office behind the seam, and what has been honoured in it so far.
struct Scene {
    office: BoxOffice,
    sweeper: Sweeper,
    seam: Seam,
    /// What the table's stream has to tell next.
    changes: Box<dyn FnMut() -> Vec<Value>>,
    allotment: String,
    of_points: bool,
    plays: usize,
    honoured: u32,
}

impl Scene {
    async fn open(of_points: bool) -> Self {
        let mut office = BoxOffice::with(json!({ "claim_days": 1 })).await;
        let fields = json!({ "units": UNITS, "closes_at": office.starts_at });
        let allotment = id(&office.offer("k1", fields).await);
        let path = format!("allotments/{allotment}/accept");
        let accepted = office.hook(&path, json!({ "transaction_id": "a1" })).await;
        assert_eq!(accepted.status, 200, "{}", accepted.text());

        let seam = Seam::default();
        seam.put_before(&mut office.shop);
        let world = &office.shop.world;
        let (api, worker, stream) = tokio::join!(
            world.app("VouchersApi", vouchers::build),
            world.app("VouchersWorker", vouchers::build),
            world.app("VouchersStream", vouchers::build),
        );
        let mut reader = world.engines.stream("VouchersTable").unwrap();
        let changes = Box::new(move || reader.next(100).unwrap());
        let sweeper = Sweeper::of(&office.shop).await;
        (office.shop.api, office.shop.worker, office.stream) = (api, worker, stream);
        let mut scene = Self {
            office,
            sweeper,
            seam,
            changes,
            allotment,
            of_points,
            plays: 0,
            honoured: 0,
        };
        scene.settle("before anything").await;
        scene
    }

    /// Plays a course with a fault. Answers how many calls there were.
    async fn play(&mut self, course: Course, fault: Option<(usize, Fault)>) -> usize {
        let what = format!("{course:?}, {fault:?}");
        self.plays += 1;
        let name = format!("member {}", self.plays);
        let transaction = format!("t{}", self.plays);
        let patience = match course {
            Course::ClaimedInHaste => 1,
            Course::Claimed | Course::NeverClaimed | Course::Revoked => PATIENCE,
        };
        self.seam.arm(fault);
        let wish = if self.of_points {
            points(&transaction, POINTS)
        } else {
            tickets(&transaction, &self.allotment, 1)
        };
        let granted = self
            .insist(patience, async || self.office.grant(wish.clone()).await)
            .await;
        let granted = granted.map(|answer| answer.json());
        if let Some(granted) = granted.as_ref().filter(|_| course != Course::NeverClaimed) {
            let code = &granted["claim_code"];
            self.insist(patience, async || self.office.claim(&name, code).await)
                .await;
        }
        self.settle(&what).await;
        if let Some(granted) = granted.filter(|_| course == Course::Revoked) {
            let grant = granted["id"].as_str().unwrap();
            let again = format!("r{}", self.plays);
            self.insist(patience, async || self.office.revoke(grant, &again).await)
                .await;
            self.settle(&what).await;
        }
        // Longer than anything waits to be claimed, and a second run for what the first one missed.
        let day = SignedDuration::from_hours(25);
        self.office.shop.world.clock.advance(day).unwrap();
        for _ in 0..2 {
            self.seam.run(self.sweeper.sweep()).await;
        }
        self.settle(&what).await;
        let calls = self.seam.calls();
        self.seam.arm(None);
        self.assert_one_of_two(course, &name, &what).await;
        calls
    }

    /// Asks until there is an answer that is one.
    async fn insist(&self, patience: usize, ask: impl AsyncFn() -> Answer) -> Option<Answer> {
        for _ in 0..patience {
            match self.seam.run(ask()).await {
                Some(answer) if answer.status < 500 => {
                    assert!(answer.status < 300, "{}", answer.text());
                    return Some(answer);
                }
                _ => {}
            }
        }
        None
    }

    /// Carries what is on its way until nothing is: changes to the stream's function, news to
    /// `events` and back, messages to the worker. What fails comes again.
    async fn settle(&mut self, what: &str) {
        for _ in 0..ROUNDS {
            let changes = (self.changes)();
            self.carry(&self.office.stream, &json!({ "Records": changes }), what)
                .await;
            let world = &self.office.shop.world;
            let asked = world.messages("EventsQueue").await;
            let told = world.messages("VouchersQueue").await;
            world.messages("WebhooksQueue").await;
            if changes.is_empty() && asked.is_empty() && told.is_empty() {
                return;
            }
            let told = told
                .into_iter()
                .map(|event| serde_json::from_value(event).unwrap());
            let batch: Vec<Event> = asked.iter().map(answered).chain(told).collect();
            self.carry(&self.office.shop.worker, &records(&batch), what)
                .await;
        }
        panic!("{what}: it never ends");
    }

    /// Delivers a batch until all of it is done.
    async fn carry(&self, to: &App, batch: &Value, what: &str) {
        if batch["Records"] == json!([]) {
            return;
        }
        for _ in 0..PATIENCE {
            let failed = self.seam.run(to.deliver(batch)).await;
            if failed.is_some_and(|failed| failed.is_empty()) {
                return;
            }
        }
        panic!("{what}: a batch is never done: {batch}");
    }

    async fn assert_one_of_two(&mut self, course: Course, name: &str, what: &str) {
        let member = self.office.shop.api.caller(account(name));
        let grants = member.get("/v1/partner-grants").await.json();
        let grants = grants["items"].as_array().unwrap().clone();
        let honoured: Vec<_> = grants
            .iter()
            .filter(|grant| {
                let done = if self.of_points {
                    "claimed"
                } else {
                    "ticket_issued"
                };
                grant["state"] == done
            })
            .collect();
        assert!(honoured.len() <= 1, "{what}: {grants:?}");
        match course {
            Course::Claimed => assert_eq!(honoured.len(), 1, "{what}: {grants:?}"),
            Course::NeverClaimed => assert!(grants.is_empty(), "{what}: {grants:?}"),
            Course::Revoked => assert!(honoured.is_empty(), "{what}: {grants:?}"),
            Course::ClaimedInHaste => {}
        }
        let is_honoured = !honoured.is_empty();
        self.honoured += u32::from(is_honoured);

        // Every unit, every fen and every point is where the grants that were honoured put it.
        let (units, price) = if self.of_points {
            (0, POINTS_PRICE)
        } else {
            (u64::from(self.honoured), TICKET_PRICE)
        };
        assert_eq!(
            self.office.units(&self.allotment).await,
            (units, 0),
            "{what}"
        );
        assert_eq!(self.office.committed().await, UNITS, "{what}");
        let owed = i64::from(self.honoured) * price;
        assert_eq!(self.office.exposure().await, owed, "{what}");
        assert_eq!(self.cleared().await, owed, "{what}");
        let credited = self.office.shop.points(name).await;
        let expected = if self.of_points && is_honoured {
            POINTS
        } else {
            0
        };
        assert_eq!(credited, expected, "{what}");
    }

    /// How many fen the partner owes by the last line of its clearing account.
    async fn cleared(&self) -> i64 {
        let path = format!("/v1/partners/{}/balance", self.office.hook.partner);
        let balance = self.office.shop.api.operator().get(&path).await.json();
        balance["balance"]["minor"].as_i64().unwrap()
    }

    /// Plays a course without a fault, then with every fault at every call.
    async fn play_all(course: Course, of_points: bool) {
        let mut scene = Self::open(of_points).await;
        let calls = scene.play(course, None).await;
        assert!(calls > 10, "{calls}");
        for number in 0..calls {
            for fault in FAULTS {
                scene.play(course, Some((number, fault))).await;
            }
        }
        let outcomes = BTreeSet::from([scene.honoured == 0, scene.honoured < plays(&scene)]);
        match course {
            Course::Claimed => assert_eq!(outcomes, BTreeSet::from([false])),
            // Both happen, or the faults were not where they were meant to be.
            Course::ClaimedInHaste => assert_eq!(outcomes, BTreeSet::from([false, true])),
            Course::NeverClaimed | Course::Revoked => assert_eq!(outcomes, BTreeSet::from([true])),
        }
    }
}

fn plays(scene: &Scene) -> u32 {
    u32::try_from(scene.plays).unwrap()
}

/// What `events` answers to what it is asked.
fn answered(asked: &Value) -> Event {
    let grant = asked["subject"].as_str().unwrap();
    match asked["type"].as_str().unwrap() {
        "partner_grant.claimed" => news("issued", grant),
        "partner_grant.recall_asked" => news("recalled", grant),
        other => panic!("events does not listen to {other}"),
    }
}

#[tokio::test]
async fn at_every_crash_point_of_a_grant_of_tickets_that_is_claimed() {
    Scene::play_all(Course::Claimed, false).await;
}

#[tokio::test]
async fn at_every_crash_point_of_a_grant_of_tickets_whose_people_give_up() {
    Scene::play_all(Course::ClaimedInHaste, false).await;
}

#[tokio::test]
async fn at_every_crash_point_of_a_grant_of_tickets_that_nobody_claims() {
    Scene::play_all(Course::NeverClaimed, false).await;
}

#[tokio::test]
async fn at_every_crash_point_of_a_grant_of_tickets_that_is_taken_back() {
    Scene::play_all(Course::Revoked, false).await;
}

#[tokio::test]
async fn at_every_crash_point_of_a_grant_of_points_that_is_claimed() {
    Scene::play_all(Course::Claimed, true).await;
}

#[tokio::test]
async fn at_every_crash_point_of_a_grant_of_points_that_is_taken_back() {
    Scene::play_all(Course::Revoked, true).await;
}
