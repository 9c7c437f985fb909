//! Every crash point of a redemption: whichever call is lost, or ends the whole task, in the end there
//! is exactly one of {points spent, one code issued} and {points intact, no code}.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use kernel::{Id, kind};
use platform::table::Query;
use serde_json::{Value, json};
use testkit::App;

use crate::{
    chain::OnDemand,
    seam::{FAULTS, Fault, Seam, Sweeper},
    shop::{PRICE, Shop, account, redeem},
};

/// How often a client asks again when it is told to.
const PATIENCE: usize = 4;
/// How often the sweeper runs at most until all is quiet, at intervals that reach beyond every wait.
const SWEEPS: usize = 8;
const INTERVAL: SignedDuration = SignedDuration::from_mins(8);

/// A shop behind the seam, its partner, and what has been issued in it so far.
struct Scene {
    on_demand: OnDemand,
    /// A function on a line without faults, to look at things with.
    calm: App,
    sweeper: Sweeper,
    seam: Seam,
    members: usize,
    issued: BTreeSet<String>,
}

impl Scene {
    async fn open() -> Self {
        let mut on_demand = OnDemand::with(json!({ "voucher_valid_days": 3_650 })).await;
        let calm = on_demand.shop.api.clone();
        let seam = Seam::default();
        seam.put_before(&mut on_demand.shop);
        on_demand.shop.api = on_demand
            .shop
            .world
            .app("VouchersApi", vouchers::build)
            .await;
        Self {
            calm,
            sweeper: Sweeper::of(&on_demand.shop).await,
            on_demand,
            seam,
            members: 0,
            issued: BTreeSet::new(),
        }
    }

    /// A member redeems, with a fault of the partner's and one of the seam's; the client repeats what
    /// a client would; time passes. Answers how many calls there were.
    async fn play(
        &mut self,
        partner: Option<partner::Fault>,
        fault: Option<(usize, Fault)>,
    ) -> usize {
        let what = format!("{partner:?}, {fault:?}");
        self.members += 1;
        let name = format!("member {}", self.members);
        let shop = &self.on_demand.shop;
        self.seam.arm(None);
        let member = shop.member(&name, PRICE).await;
        if let Some(fault) = partner {
            self.on_demand.chain.misbehave(fault);
        }
        self.seam.arm(fault);
        for _ in 0..PATIENCE {
            let asked = redeem(&member, &self.on_demand.reward, "k1");
            let answer = self.seam.run(asked).await;
            if answer.is_some_and(|answer| answer.status < 500) {
                break;
            }
        }
        for _ in 0..SWEEPS {
            let vouchers = self.vouchers(&name).await;
            if vouchers
                .iter()
                .all(|voucher| voucher["status"] != "pending")
            {
                break;
            }
            shop.world.clock.advance(INTERVAL).unwrap();
            self.seam.run(self.sweeper.sweep()).await;
        }
        let calls = self.seam.calls();
        self.seam.arm(None);
        self.assert_one_of_two(&name, &what).await;
        calls
    }

    async fn vouchers(&self, name: &str) -> Vec<Value> {
        let member = self.calm.caller(account(name));
        let vouchers = member.get("/v1/vouchers").await.json();
        vouchers["items"].as_array().unwrap().clone()
    }

    async fn assert_one_of_two(&mut self, name: &str, what: &str) {
        let shop = &self.on_demand.shop;
        let vouchers = self.vouchers(name).await;
        let state = |wanted: &str| {
            let vouchers = vouchers.iter();
            let of_state = vouchers.filter(|voucher| voucher["status"] == wanted);
            of_state.cloned().collect::<Vec<Value>>()
        };
        let (issued, failed) = (state("issued"), state("failed"));
        assert_eq!(
            issued.len() + failed.len(),
            vouchers.len(),
            "{what}: {vouchers:?}"
        );
        assert!(vouchers.len() <= 1, "{what}: {vouchers:?}");
        assert_eq!(shop.held(name).await, 0, "{what}");
        let points = shop.points(name).await;
        for voucher in &issued {
            assert_eq!(points, 0, "{what}");
            let reference = voucher["id"].as_str().unwrap().to_owned();
            let at_partner = self.on_demand.chain.voucher(&reference.parse().unwrap());
            let code = at_partner.map(|issued| issued.code.as_str().to_owned());
            assert_eq!(code.as_deref(), voucher["code"].as_str(), "{what}");
            assert!(shop.exchange(voucher, "charge").await.is_some(), "{what}");
            self.issued.insert(reference);
        }
        if issued.is_empty() {
            assert_eq!(points, PRICE, "{what}");
        }
        // The partner's log has what we have, and nothing that is ours besides.
        let at_partner = self.on_demand.chain.vouchers();
        let at_partner: BTreeSet<_> = at_partner
            .iter()
            .map(|issued| issued.reference.as_str().to_owned())
            .collect();
        assert_eq!(at_partner, self.issued, "{what}");
    }

    /// Plays it out without a fault of the seam's, then with every fault at every call.
    async fn play_all(partner: Option<partner::Fault>) {
        let mut scene = Self::open().await;
        let calls = scene.play(partner, None).await;
        assert!(calls > 10, "{calls}");
        for number in 0..calls {
            for fault in FAULTS {
                scene.play(partner, Some((number, fault))).await;
            }
        }
    }
}

#[tokio::test]
async fn at_every_crash_point_with_a_partner_that_behaves() {
    Scene::play_all(None).await;
}

#[tokio::test]
async fn at_every_crash_point_after_a_time_out_after_the_issue() {
    Scene::play_all(Some(partner::Fault::TimeoutAfter)).await;
}

#[tokio::test]
async fn at_every_crash_point_after_a_time_out_before_the_issue() {
    Scene::play_all(Some(partner::Fault::TimeoutBefore)).await;
}

#[tokio::test]
async fn at_every_crash_point_after_a_refusal() {
    Scene::play_all(Some(partner::Fault::Refuse)).await;
}

#[tokio::test]
async fn at_every_crash_point_after_another_price() {
    Scene::play_all(Some(partner::Fault::WrongAmount)).await;
}

#[tokio::test]
async fn at_every_crash_point_with_a_notice_before_the_answer() {
    Scene::play_all(Some(partner::Fault::NoticeFirst)).await;
}

#[tokio::test]
async fn at_every_crash_point_of_a_redemption_from_a_pool() {
    const CODES: usize = 200;
    let mut shop = Shop::open().await;
    let fields = json!({ "voucher_valid_days": 3_650 });
    let reward = shop.reward(CODES, fields).await;
    let seam = Seam::default();
    seam.put_before(&mut shop);
    shop.api = shop.world.app("VouchersApi", vouchers::build).await;
    let (mut members, mut issued, mut calls) = (0, 0, 1);
    let mut number = 0;
    while number < calls {
        for (fault, repeats) in FAULTS
            .into_iter()
            .flat_map(|fault| [(fault, true), (fault, false)])
        {
            let what = format!("{fault:?} at {number}, repeated: {repeats}");
            members += 1;
            let name = format!("member {members}");
            seam.arm(None);
            let member = shop.member(&name, PRICE).await;
            if members == 1 {
                // How many calls there are without a fault.
                let other = shop.member("first", PRICE).await;
                seam.arm(None);
                assert_eq!(redeem(&other, &reward, "k1").await.status, 201);
                calls = seam.calls();
                issued += 1;
            }
            seam.arm(Some((number, fault)));
            for _ in 0..if repeats { PATIENCE } else { 1 } {
                let answer = seam.run(redeem(&member, &reward, "k1")).await;
                if answer.is_some_and(|answer| answer.status < 500) {
                    break;
                }
            }
            seam.arm(None);
            let vouchers = member.get("/v1/vouchers").await.json();
            let had = vouchers["items"].as_array().unwrap().len();
            assert!(had <= 1 && (had == 1 || !repeats), "{what}");
            issued += had;
            let left = if had == 1 { 0 } else { PRICE };
            assert_eq!(shop.points(&name).await, left, "{what}");
            assert_eq!(free_codes(&shop, &reward).await, CODES - issued, "{what}");
            for voucher in vouchers["items"].as_array().unwrap() {
                assert!(shop.exchange(voucher, "charge").await.is_some(), "{what}");
            }
        }
        number += 1;
    }
    assert!(calls >= 7, "{calls}");
}

/// How many codes of a reward are free.
async fn free_codes(shop: &Shop, reward: &str) -> usize {
    let reward: Id<kind::Reward> = reward.parse().unwrap();
    let mut free = 0;
    for shard in 0..8 {
        let query = Query::prefix(format!("POOL#{reward}#{shard}"), "FREE#");
        free += shop
            .world
            .table("VouchersTable")
            .query(query)
            .await
            .unwrap()
            .items
            .len();
    }
    free
}
