//! A context's table of routes.

use axum::{Router, middleware::from_fn};
use utoipa::openapi::{
    Content, OpenApi, RefOr, Response, ResponseBuilder, path::Operation, schema::Ref,
    security::SecurityRequirement,
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::{error::Problem, middleware};

/// The name of the security scheme in the OpenAPI document.
const BEARER: &str = "bearer";

/// The routes of one context and their documentation, which cannot part.
#[derive(Clone)]
pub struct Api<S = ()> {
    open: OpenApiRouter<S>,
    guarded: OpenApiRouter<S>,
}

impl<S: Clone + Send + Sync + 'static> Default for Api<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Clone + Send + Sync + 'static> Api<S> {
    /// No routes yet.
    pub fn new() -> Self {
        Self {
            open: OpenApiRouter::new(),
            guarded: OpenApiRouter::new(),
        }
    }

    /// Adds a route for signed-in callers: others get 401 before the handler runs.
    pub fn route(mut self, routes: UtoipaMethodRouter<S>) -> Self {
        self.guarded = self.guarded.routes(routes);
        self
    }

    /// Adds a route for anyone, or one that authenticates in its own way.
    pub fn public(mut self, routes: UtoipaMethodRouter<S>) -> Self {
        self.open = self.open.routes(routes);
        self
    }

    /// The router that serves the routes.
    pub fn router(self, state: S) -> Router {
        let (open, _) = self.open.split_for_parts();
        let (guarded, _) = self.guarded.split_for_parts();
        let mut router = open;
        // A layer over no routes at all is a defect to axum; a context may have public ones only.
        if guarded.has_routes() {
            router = router.merge(guarded.route_layer(from_fn(middleware::require_caller)));
        }
        router
            .fallback(middleware::not_found)
            .method_not_allowed_fallback(middleware::method_not_allowed)
            .layer(from_fn(middleware::around))
            .with_state(state)
    }

    /// The routes' documentation.
    pub fn openapi(self) -> OpenApi {
        let (_, mut open) = self.open.split_for_parts();
        let (_, mut guarded) = self.guarded.split_for_parts();
        for operation in operations(&mut open) {
            describe_errors(operation);
        }
        for operation in operations(&mut guarded) {
            describe_errors(operation);
            operation.security = Some(vec![SecurityRequirement::new(BEARER, [] as [&str; 0])]);
        }
        open.merge(guarded);
        open
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
