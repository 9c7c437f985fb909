//! The ways out of the process in the shape that the SDK wants: a [`Connector`] on AWS, a [`Transport`]
//! on a laptop and in tests.

use std::{fmt, sync::Arc};

use aws_smithy_runtime_api::client::{
    connection::{CaptureSmithyConnection, ConnectionMetadata},
    http::{
        HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};

use crate::{
    connector::{self, Connector},
    transport::{Transport, TransportError},
};

/// Sends everything through `connector`. How long a connection may take is the same for every client, so
/// that the SDK's own word on it is not asked.
pub(crate) fn client_over(connector: impl HttpConnector + 'static) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(connector);
    http_client_fn(move |_, _| connector.clone())
}

/// The network.
#[derive(Debug)]
pub(crate) struct NetworkClient(pub(crate) Connector);

impl HttpConnector for NetworkClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.0.clone();
        HttpConnectorFuture::new(async move {
            let mut request = request
                .try_into_http1x()
                .map_err(|error| ConnectorError::user(error.into()))?;
            let connection = capture_connection(&mut request);
            // By which the SDK says that the next try is to be made on another connection.
            if let Some(captured) = request.extensions().get::<CaptureSmithyConnection>() {
                captured.set_connection_retriever(move || metadata(&connection));
            }
            let response = connector.send(request).await.map_err(|error| {
                if connector::is_timeout(&error) {
                    ConnectorError::timeout(error.into())
                } else if connector::is_unsendable(&error) {
                    ConnectorError::user(error.into())
                } else {
                    ConnectorError::io(error.into())
                }
            })?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

fn metadata(connection: &CaptureConnection) -> Option<ConnectionMetadata> {
    connection.connection_metadata().as_ref()?;
    let connection = connection.clone();
    let metadata = ConnectionMetadata::builder()
        .proxied(false)
        .poison_fn(move || {
            if let Some(connected) = connection.connection_metadata().as_ref() {
                connected.poison();
            }
        })
        .build();
    Some(metadata)
}

/// Whatever carries calls instead; an answer is read whole.
pub(crate) struct TransportClient(pub(crate) Arc<dyn Transport>);

impl fmt::Debug for TransportClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TransportClient")
    }
}

impl HttpConnector for TransportClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let transport = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move {
            let request = request
                .try_into_http1x()
                .map_err(|error| ConnectorError::user(error.into()))?;
            let (head, body) = request.into_parts();
            let body = body
                .collect()
                .await
                .map_err(ConnectorError::user)?
                .to_bytes();
            let response = transport
                .call(http::Request::from_parts(head, body))
                .await
                .map_err(|error| match error {
                    TransportError::Io(_) => ConnectorError::io(error.into()),
                    TransportError::Timeout => ConnectorError::timeout(error.into()),
                    TransportError::Other(_) => ConnectorError::other(error.into(), None),
                })?;
            HttpResponse::try_from(response.map(SdkBody::from))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}
