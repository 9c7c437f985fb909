//! The partner that a test exchanges with, beside the functions.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use partner::Chain;
use platform::transport::{Transport, TransportError};

use crate::{App, World};

impl World {
    /// A chain on the world's internet that tells `planet`, the function of the partners' hooks, what
    /// happens. It has no contract yet ([`Chain::agree`]).
    pub fn chain(&self, planet: &App) -> Chain {
        let chain = Chain::new(
            self.clock.clone(),
            Arc::new(planet.clone()),
            crate::world::PUBLIC_URL,
        );
        chain.open(&self.internet);
        chain
    }
}

/// Somebody outside calls the function through the gateway, without credentials of it.
impl Transport for App {
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>> {
        let anyone = self.anonymous();
        Box::pin(async move {
            let path = request.uri().path_and_query();
            let path = path.map_or("/", |path| path.as_str());
            let mut asked = anyone.request(request.method().as_str(), path);
            for (name, value) in request.headers() {
                let value = value.to_str().expect("a header is text");
                asked = asked.header(name.as_str(), value);
            }
            let answer = asked.body(request.body().clone()).send().await;
            let mut response = http::Response::new(answer.body);
            *response.status_mut() =
                http::StatusCode::from_u16(answer.status).expect("a status is a status");
            *response.headers_mut() = answer.headers;
            Ok(response)
        })
    }
}
