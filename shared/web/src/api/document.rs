//! What the OpenAPI document says of a context's routes.

use utoipa::openapi::{
    Content, OpenApi, RefOr, Response, ResponseBuilder, extensions::Extensions, path::Operation,
    schema::Ref, security::SecurityRequirement,
};

use super::{Api, table::Table};
use crate::{error::Problem, stage::Service};

/// The name of the security scheme in the OpenAPI document.
const BEARER: &str = "bearer";

impl<S: Clone + Send + Sync + 'static> Api<S> {
    /// The routes' documentation.
    pub fn openapi(self) -> OpenApi {
        let mut document = OpenApi::default();
        for group in self.earlier.into_iter().chain([self.group]) {
            document.merge(of_group(group.service, group.open, group.guarded));
        }
        document
    }
}

fn of_group<S: Clone + Send + Sync + 'static>(
    service: Service,
    open: Table<S>,
    guarded: Table<S>,
) -> OpenApi {
    let mut document = open.document();
    let mut guarded = guarded.document();
    for operation in operations(&mut guarded) {
        operation.security = Some(vec![SecurityRequirement::new(BEARER, [] as [&str; 0])]);
    }
    document.merge(guarded);
    for operation in operations(&mut document) {
        describe_errors(operation);
        describe_service(operation, service);
    }
    document
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
