//! A context's table of routes.

use std::collections::BTreeMap;

use axum::{Router, middleware::from_fn};

use crate::{
    middleware,
    stage::{Capability, Gate, Service, Stage},
};

#[cfg(feature = "document")]
mod document;
mod table;

pub use table::Routes;
use table::Table;

/// The routes of one context and, with the feature `document`, what is said of them, which cannot part.
#[derive(Clone)]
pub struct Api<S = ()> {
    earlier: Vec<Group<S>>,
    /// Takes the routes that follow.
    group: Group<S>,
    stages: BTreeMap<Capability, Stage>,
}

/// Routes that are served under the same stages.
#[derive(Clone)]
struct Group<S> {
    service: Service,
    open: Table<S>,
    guarded: Table<S>,
}

impl<S: Clone + Send + Sync + 'static> Default for Api<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Clone + Send + Sync + 'static> Api<S> {
    /// No routes yet; those that follow belong to no capability.
    pub fn new() -> Self {
        Self {
            earlier: Vec::new(),
            group: Group::of(Service::Always),
            stages: BTreeMap::new(),
        }
    }

    /// The routes that follow belong to `capability`: where it is not open, callers get 403
    /// `capability_off` before their handlers run. While operators try it out, they pass; a public
    /// route knows nobody, so it is closed to them, too.
    pub fn capability(self, capability: Capability) -> Self {
        self.serving(Service::From(capability, Stage::Open, None))
    }

    /// The routes that follow belong to `capability` and are served whatever its stage, because they
    /// finish what was begun; `because` says what that is.
    pub fn whatever_stage(self, capability: Capability, because: &'static str) -> Self {
        self.serving(Service::From(capability, Stage::Off, Some(because)))
    }

    /// The routes that follow belong to `capability` and are served while operators try it out,
    /// whoever calls; `because` says why nobody comes there uninvited.
    pub fn by_invitation(self, capability: Capability, because: &'static str) -> Self {
        self.serving(Service::From(capability, Stage::Operators, Some(because)))
    }

    fn serving(mut self, service: Service) -> Self {
        let earlier = std::mem::replace(&mut self.group, Group::of(service));
        self.earlier.push(earlier);
        self
    }

    /// Adds a route for signed-in callers: others get 401 before the handler runs.
    pub fn route(mut self, routes: Routes<S>) -> Self {
        self.group.guarded.add(routes);
        self
    }

    /// Adds a route for anyone, or one that authenticates in its own way.
    pub fn public(mut self, routes: Routes<S>) -> Self {
        self.group.open.add(routes);
        self
    }

    /// Says how far `capability` is open in this deployment. One of which nothing is said is off.
    pub fn stage(mut self, capability: Capability, stage: Stage) -> Self {
        self.stages.insert(capability, stage);
        self
    }

    /// The router that serves the routes.
    pub fn router(self, state: S) -> Router {
        let stage_of = |capability| self.stages.get(&capability).copied().unwrap_or_default();
        let mut router = Router::new();
        for group in self.earlier.into_iter().chain([self.group]) {
            let gate = group.service.gate(stage_of);
            let guarded = group.guarded.router();
            router = router.merge(behind(gate, group.open.router()));
            // A layer over no routes at all is a defect to axum.
            if guarded.has_routes() {
                // Who is calling is asked first.
                let guarded = behind(gate, guarded);
                router = router.merge(guarded.route_layer(from_fn(middleware::require_caller)));
            }
        }
        router
            .fallback(middleware::not_found)
            .method_not_allowed_fallback(middleware::method_not_allowed)
            .layer(from_fn(middleware::around))
            .with_state(state)
    }
}

impl<S: Clone + Send + Sync + 'static> Group<S> {
    fn of(service: Service) -> Self {
        Self {
            service,
            open: Table::new(),
            guarded: Table::new(),
        }
    }
}

fn behind<S: Clone + Send + Sync + 'static>(gate: Option<Gate>, router: Router<S>) -> Router<S> {
    match gate {
        Some(gate) if router.has_routes() => {
            router.route_layer(from_fn(move |request, next| gate.pass(request, next)))
        }
        _ => router,
    }
}
