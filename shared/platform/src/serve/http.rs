//! HTTP: an API Gateway event (payload format 2.0) through an axum router and back.

use std::collections::BTreeMap;

use lambda_http::{
    Adapter, LambdaEvent, Service as _,
    request::{LambdaRequest, RequestContext},
};
use tower::ServiceExt as _;

use super::{Invocation, InvokeError, answer};

/// What the gateway says about a request besides its HTTP: an extension of every request.
#[derive(Clone, Debug, Default)]
pub struct RequestInfo {
    /// Names the request in logs and in every error.
    pub request_id: String,
    /// The caller's address, as the gateway saw it.
    pub source_ip: String,
    /// What the authorizer handed on; empty on public routes.
    pub authorizer: BTreeMap<String, String>,
}

pub(super) async fn handle(
    router: axum::Router,
    payload: &str,
    invocation: &Invocation,
) -> Result<String, InvokeError> {
    let request: LambdaRequest =
        serde_json::from_str(payload).map_err(InvokeError::UnknownShape)?;
    let fallback_id = invocation.request_id.clone();
    let service = tower::service_fn(move |mut request: lambda_http::Request| {
        let info = info_of(&request, &fallback_id);
        request.extensions_mut().insert(info);
        router.clone().oneshot(request)
    });
    let mut context = lambda_runtime::Context::default();
    context.request_id.clone_from(&invocation.request_id);
    // The adapter is not held across the await: it is not `Sync`.
    let response = Adapter::from(service).call(LambdaEvent::new(request, context));
    let response = match response.await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    answer(&response)
}

fn info_of(request: &lambda_http::Request, fallback_id: &str) -> RequestInfo {
    let Some(RequestContext::ApiGatewayV2(context)) = request.extensions().get::<RequestContext>()
    else {
        return RequestInfo {
            request_id: fallback_id.to_owned(),
            ..RequestInfo::default()
        };
    };
    let authorizer = context
        .authorizer
        .iter()
        .flat_map(|authorizer| &authorizer.fields)
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect();
    RequestInfo {
        request_id: context
            .request_id
            .clone()
            .unwrap_or_else(|| fallback_id.to_owned()),
        source_ip: context.http.source_ip.clone().unwrap_or_default(),
        authorizer,
    }
}
