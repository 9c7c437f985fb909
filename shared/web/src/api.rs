//! A context's table of routes.

use std::collections::BTreeMap;

use axum::{Router, middleware::from_fn};
use utoipa::openapi::{
    Content, OpenApi, RefOr, Response, ResponseBuilder, extensions::Extensions, path::Operation,
    schema::Ref, security::SecurityRequirement,
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::{
    error::Problem,
    middleware,
    stage::{Capability, Gate, Service, Stage},
};

/// The name of the security scheme in the OpenAPI document.
const BEARER: &str = "bearer";

/// The routes of one context and their documentation, which cannot part.
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
    open: OpenApiRouter<S>,
    guarded: OpenApiRouter<S>,
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
    pub fn route(mut self, routes: UtoipaMethodRouter<S>) -> Self {
        self.group.guarded = self.group.guarded.routes(routes);
        self
    }

    /// Adds a route for anyone, or one that authenticates in its own way.
    pub fn public(mut self, routes: UtoipaMethodRouter<S>) -> Self {
        self.group.open = self.group.open.routes(routes);
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
            let (open, _) = group.open.split_for_parts();
            let (guarded, _) = group.guarded.split_for_parts();
            router = router.merge(behind(gate, open));
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

    /// The routes' documentation.
    pub fn openapi(self) -> OpenApi {
        let mut document = OpenApi::default();
        for group in self.earlier.into_iter().chain([self.group]) {
            let (_, mut open) = group.open.split_for_parts();
            let (_, mut guarded) = group.guarded.split_for_parts();
            for operation in operations(&mut guarded) {
                operation.security = Some(vec![SecurityRequirement::new(BEARER, [] as [&str; 0])]);
            }
            open.merge(guarded);
            for operation in operations(&mut open) {
                describe_errors(operation);
                describe_service(operation, group.service);
            }
            document.merge(open);
        }
        document
    }
}

impl<S: Clone + Send + Sync + 'static> Group<S> {
    fn of(service: Service) -> Self {
        Self {
            service,
            open: OpenApiRouter::new(),
            guarded: OpenApiRouter::new(),
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

fn operations(document: &mut OpenApi) -> impl Iterator<Item = &mut Operation> {
    document.paths.paths.values_mut().flat_map(|item| {
        [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.patch,
            &mut item.delete,
        ]
        .into_iter()
        .flatten()
    })
}

/// Every operation can fail, and every failure has the one shape.
fn describe_errors(operation: &mut Operation) {
    let problem: Response = ResponseBuilder::new()
        .description("Every error has this shape; `code` says which.")
        .content(
            "application/problem+json",
            Content::new(Some(Ref::from_schema_name(
                <Problem as utoipa::ToSchema>::name(),
            ))),
        )
        .build();
    operation
        .responses
        .responses
        .entry("default".to_owned())
        .or_insert(RefOr::T(problem));
}

/// Which capability an operation belongs to, and from which stage on it is served.
fn describe_service(operation: &mut Operation, service: Service) {
    let Service::From(capability, from, because) = service else {
        return;
    };
    // One extension, since several would stand in another order each time: they are kept in a hash map.
    let mut said = serde_json::Map::new();
    if let Some(because) = because {
        said.insert("because".to_owned(), because.into());
    }
    said.insert("name".to_owned(), capability.as_str().into());
    said.insert("served_from".to_owned(), from.as_str().into());
    let said = Extensions::from_iter([("x-capability", said)]);
    operation.extensions.get_or_insert_default().merge(said);
}
