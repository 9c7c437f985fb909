//! A shop whose partner issues vouchers on demand.

use jiff::SignedDuration;
use kernel::{Id, kind};
use partner::{API_URL, Chain, Contract, Operation, Told, What};
use serde_json::{Value, json};
use testkit::{Answer, App};

use crate::{
    hooks::make_key,
    shop::{PRICE, Shop, id},
};

/// A shop, and a chain that makes vouchers for it when they are wanted.
pub(crate) struct OnDemand {
    pub(crate) shop: Shop,
    pub(crate) chain: Chain,
    pub(crate) sweeper: App,
    pub(crate) partner: Id<kind::Partner>,
    pub(crate) reward: String,
}

/// What the platform owes for one voucher, in fen.
pub(crate) const OWED: i64 = 1_500;

impl OnDemand {
    pub(crate) async fn open() -> Self {
        Self::with(json!({})).await
    }

    /// The reward has these fields besides the usual ones.
    pub(crate) async fn with(fields: Value) -> Self {
        let shop = Shop::open().await;
        let chain = shop.world.chain(&shop.api);
        let wanted = json!({ "name": "Golden Rooster", "api": { "base": API_URL } });
        let operator = shop.api.operator();
        let partner = id(&operator.post("/v1/partners", wanted).await);
        let exchange = make_key(&shop, &partner, json!({ "scopes": ["exchange"] })).await;
        let hooks = make_key(&shop, &partner, json!({ "scopes": ["vouchers"] })).await;
        let partner_id = partner.parse().unwrap();
        chain.agree(Contract {
            partner: partner_id,
            exchange: vec![exchange["secret"].as_str().unwrap().parse().unwrap()],
            hooks: hooks["secret"].as_str().unwrap().parse().unwrap(),
            webhooks: Vec::new(),
        });
        let mut reward = json!({
            "partner_id": partner,
            "supply": { "type": "on_demand", "product": "breakfast-set" },
            "unit_price": { "minor": OWED, "currency": "CNY" },
        });
        for (name, value) in fields.as_object().unwrap() {
            reward[name] = value.clone();
        }
        let reward = shop.reward(0, reward).await;
        let sweeper = shop.world.app("VouchersSweeper", vouchers::build).await;
        Self {
            shop,
            chain,
            sweeper,
            partner: partner_id,
            reward,
        }
    }

    /// Lets time pass and runs the sweeper.
    pub(crate) async fn minutes_later(&self, minutes: i64) {
        let minutes = SignedDuration::from_mins(minutes);
        self.shop.world.clock.advance(minutes).unwrap();
        self.sweep().await;
    }

    pub(crate) async fn sweep(&self) {
        let world = &self.shop.world;
        world.run_schedule(&self.sweeper, "end-and-ask").await;
    }

    /// How a member's voucher is shown to that member.
    pub(crate) async fn shown(&self, member: &str, answer: &Answer) -> Value {
        let voucher = answer.json()["id"].as_str().unwrap().to_owned();
        let member = self.shop.api.caller(crate::shop::account(member));
        let shown = member.get(&format!("/v1/vouchers/{voucher}")).await;
        assert_eq!(shown.status, 200, "{}", shown.text());
        shown.json()
    }

    /// What the chain was asked to do, in order.
    pub(crate) fn asked(&self) -> Vec<Operation> {
        let log = self.chain.log().into_iter();
        log.filter_map(|entry| match entry.what {
            What::Called { operation, .. } => Some(operation),
            _ => None,
        })
        .collect()
    }

    /// What the platform said to the chain's messages, in order.
    pub(crate) fn answers(&self) -> Vec<Option<u16>> {
        let log = self.chain.log().into_iter();
        log.filter_map(|entry| match entry.what {
            What::Told { status, .. } => Some(status),
            _ => None,
        })
        .collect()
    }

    /// Tells the platform of an issue, under a transaction of this name.
    pub(crate) async fn notice(&self, transaction: &str, reference: &str, code: &str) -> Told {
        let body = json!({
            "transaction_id": transaction,
            "reference": reference,
            "code": code,
            "unit_price": { "minor": OWED, "currency": "CNY" },
        });
        self.chain
            .tell(self.partner, "issues", &body)
            .await
            .unwrap()
    }

    /// That the points are spent, and the chain has issued just the code that the member sees.
    pub(crate) async fn assert_had(&self, member: &str, voucher: &Value) {
        assert_eq!(voucher["status"], "issued", "{voucher}");
        let issued = self.chain.vouchers();
        let codes: Vec<_> = issued.iter().map(|issued| issued.code.as_str()).collect();
        assert_eq!(codes, [voucher["code"].as_str().unwrap()]);
        assert_eq!(self.shop.points(member).await, 0);
        assert_eq!(self.shop.held(member).await, 0);
    }

    /// That the points are free, and the chain has issued nothing that is not void.
    pub(crate) async fn assert_failed(&self, member: &str, voucher: &Value) {
        assert_eq!(voucher["status"], "failed", "{voucher}");
        assert_eq!(voucher.get("code"), None);
        assert!(self.chain.vouchers().is_empty());
        let reference = voucher["id"].as_str().unwrap().parse().unwrap();
        assert!(self.chain.is_void(&reference));
        assert_eq!(self.shop.points(member).await, PRICE);
        assert_eq!(self.shop.held(member).await, 0);
    }
}
