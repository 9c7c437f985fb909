//! API Gateway on a laptop: from a socket to a function and back, as the template says.
//!
//! Invariant: a request reaches a function only by a route of the template, and a route with an
//! authorizer only after it was asked. Requests that carry an AWS signature are not the API's: they
//! go to the engines, which is how presigned uploads and the AWS CLI reach them.

mod authorize;
mod cors;
mod refusal;
mod routes;

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use engines::{
    Engines,
    gateway_event::{self, RequestContext},
    template::{HttpApi, Template},
};
use http::{HeaderName, HeaderValue, Request, Response, header, request::Parts};
use kernel::{Clock, Id, kind};

use self::{authorize::Gatekeeper, refusal::Refusal, routes::Routes};
use crate::{
    body::{self, Unread},
    functions::{Functions, InvocationFailure},
};

/// API Gateway's own limit on a request's body.
const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;
/// Lambda's own limit on the event that starts a function.
const MAX_EVENT_BYTES: usize = 6 * 1024 * 1024;

/// The one HTTP API of the template. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Gateway(Arc<Inner>);

struct Inner {
    api: HttpApi,
    routes: Routes,
    gatekeepers: BTreeMap<String, Gatekeeper>,
    functions: Functions,
    engines: Engines,
    clock: Clock,
}

/// Why the template's API cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ApiProblem {
    /// There is not exactly one.
    #[error("the template has {0} HTTP APIs; the local platform serves exactly one")]
    NotOne(usize),
    /// An authorizer that no function stands behind.
    #[error("the authorizer {0} names no function of the template")]
    NoAuthorizerFunction(String),
    /// A route that names an authorizer the API does not have.
    #[error("the route {route} wants the authorizer {authorizer}, which the API does not define")]
    UnknownAuthorizer {
        /// The route's key.
        route: String,
        /// The name.
        authorizer: String,
    },
}

impl Gateway {
    pub(crate) fn new(
        template: &Template,
        engines: Engines,
        functions: Functions,
        clock: Clock,
    ) -> Result<Self, ApiProblem> {
        let [api] = template.apis.as_slice() else {
            return Err(ApiProblem::NotOne(template.apis.len()));
        };
        let mut gatekeepers = BTreeMap::new();
        for (name, authorizer) in &api.authorizers {
            let function = template
                .function(&authorizer.function_arn)
                .ok_or_else(|| ApiProblem::NoAuthorizerFunction(name.clone()))?;
            let gatekeeper = Gatekeeper::new(
                authorizer.clone(),
                function.logical_id.clone(),
                clock.clone(),
            );
            gatekeepers.insert(name.clone(), gatekeeper);
        }
        let mut routes = Routes::default();
        for function in &template.functions {
            for route in &function.routes {
                if let Some(authorizer) = &route.authorizer
                    && !gatekeepers.contains_key(authorizer)
                {
                    return Err(ApiProblem::UnknownAuthorizer {
                        route: format!("{} {}", route.method, route.path),
                        authorizer: authorizer.clone(),
                    });
                }
                routes.add(&function.logical_id, route);
            }
        }
        Ok(Self(Arc::new(Inner {
            api: api.clone(),
            routes,
            gatekeepers,
            functions,
            engines,
            clock,
        })))
    }

    /// Answers one request from `peer`.
    pub(crate) async fn answer(
        &self,
        request: axum::extract::Request,
        peer: SocketAddr,
    ) -> Response<Bytes> {
        let request_id = Id::<kind::Request>::generate(&self.0.clock).to_string();
        let is_for_aws = self.0.engines.is_for_aws(&request);
        let (head, body) = request.into_parts();
        let limit = if is_for_aws {
            body::limit_for_aws(&head.headers)
        } else {
            MAX_BODY_BYTES
        };
        let mut response = match body::whole(body, limit).await {
            Ok(body) if is_for_aws => {
                let request = Request::from_parts(head.clone(), body);
                self.0.engines.serve(request).await
            }
            Ok(body) => {
                let result = self.invoke(head.clone(), body, peer, &request_id).await;
                result.unwrap_or_else(|refusal| refusal.respond(&request_id))
            }
            Err(Unread::TooLong) => Refusal::TooLarge.respond(&request_id),
            Err(Unread::Broken) => Refusal::Malformed.respond(&request_id),
        };
        cors::decorate(self.0.api.cors.as_ref(), &head, response.headers_mut());
        response
    }

    async fn invoke(
        &self,
        mut head: Parts,
        body: Bytes,
        peer: SocketAddr,
        request_id: &str,
    ) -> Result<Response<Bytes>, Refusal> {
        let inner = &self.0;
        if !names_a_host(&head) {
            return Err(Refusal::Malformed);
        }
        let found = inner.routes.find(head.method.as_str(), head.uri.path());
        let Some(matched) = found else {
            return if inner.api.cors.is_some() && cors::is_preflight(&head) {
                Ok(cors::preflight())
            } else {
                Err(Refusal::NotFound)
            };
        };
        forwarded(&mut head, peer);
        let mut context = RequestContext {
            request_id: request_id.to_owned(),
            route_key: matched.key.to_owned(),
            path_parameters: matched.parameters,
            source_ip: peer.ip().to_string(),
            time_epoch_ms: inner.clock.now_ms(),
            authorizer: None,
        };
        if let Some(gatekeeper) = matched
            .authorizer
            .and_then(|name| inner.gatekeepers.get(name))
        {
            let caller = gatekeeper.admit(&inner.functions, &head, &context).await?;
            context.authorizer = Some(caller);
        }
        let event = gateway_event::event_of(&Request::from_parts(head, body), &context);
        if event.len() > MAX_EVENT_BYTES {
            return Err(Refusal::TooLarge);
        }
        let answer = inner
            .functions
            .invoke(matched.function, event, request_id.to_owned())
            .await
            .map_err(|error| {
                tracing::error!(function = matched.function, %error, "no answer");
                match error {
                    InvocationFailure::Failed(_) => Refusal::Failed,
                    InvocationFailure::TimedOut(_) => Refusal::TimedOut,
                }
            })?;
        gateway_event::response_of(&answer).map_err(|problem| {
            tracing::error!(function = matched.function, problem, "no usable answer");
            Refusal::Failed
        })
    }
}

/// AWS's front door knows its hosts; a name that is none would not come this far.
fn names_a_host(head: &Parts) -> bool {
    let host = head
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    host.is_some_and(|host| {
        let named: Result<http::uri::Authority, _> = host.parse();
        named.is_ok_and(|authority| !authority.host().is_empty())
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
    })
}

/// The headers by which the gateway tells where a request came from. A caller's own are not believed.
fn forwarded(head: &mut Parts, peer: SocketAddr) {
    let host = head.headers.get(header::HOST);
    let port = host
        .and_then(|host| host.to_str().ok()?.rsplit_once(':'))
        .map_or("80", |(_, port)| port)
        .to_owned();
    let values = [
        ("x-forwarded-for", peer.ip().to_string()),
        ("x-forwarded-port", port),
        ("x-forwarded-proto", "http".to_owned()),
    ];
    for (name, value) in values {
        if let Ok(value) = HeaderValue::from_str(&value) {
            head.headers.insert(HeaderName::from_static(name), value);
        }
    }
}
