//! Pages of other origins, as the template's `CorsConfiguration` lets them.

use bytes::Bytes;
use engines::template::CorsRules;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header, request::Parts,
};

/// The answer to a preflight request. The gateway gives it itself; no function is asked.
pub(crate) fn preflight(rules: Option<&CorsRules>, request: &Parts) -> Option<Response<Bytes>> {
    let is_preflight = request.method == Method::OPTIONS
        && request.headers.contains_key(header::ORIGIN)
        && request
            .headers
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let rules = rules.filter(|_| is_preflight)?;
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if allow_origin(rules, request, response.headers_mut()) {
        let headers = response.headers_mut();
        set(
            headers,
            header::ACCESS_CONTROL_ALLOW_METHODS,
            &rules.methods.join(","),
        );
        set(
            headers,
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            &rules.headers.join(","),
        );
        if let Some(seconds) = rules.max_age_seconds {
            set(
                headers,
                header::ACCESS_CONTROL_MAX_AGE,
                &seconds.to_string(),
            );
        }
    }
    Some(response)
}

/// Adds to a response what a page of another origin needs to read it.
pub(crate) fn decorate(rules: Option<&CorsRules>, request: &Parts, headers: &mut HeaderMap) {
    if let Some(rules) = rules
        && allow_origin(rules, request, headers)
        && !rules.exposed_headers.is_empty()
    {
        let exposed = rules.exposed_headers.join(",");
        set(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, &exposed);
    }
}

fn allow_origin(rules: &CorsRules, request: &Parts, headers: &mut HeaderMap) -> bool {
    let Some(origin) = request
        .headers
        .get(header::ORIGIN)
        .and_then(|origin| origin.to_str().ok())
    else {
        return false;
    };
    let any = rules.origins.iter().any(|allowed| allowed == "*");
    if !any && !rules.origins.iter().any(|allowed| allowed == origin) {
        return false;
    }
    set(
        headers,
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        if any { "*" } else { origin },
    );
    if rules.allows_credentials {
        set(headers, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    true
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = http::Request::builder().method(method).uri("/v1/x");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    fn rules() -> CorsRules {
        CorsRules {
            origins: vec!["https://app.example".to_owned()],
            methods: vec!["GET".to_owned(), "POST".to_owned()],
            headers: vec!["authorization".to_owned()],
            max_age_seconds: Some(600),
            ..CorsRules::default()
        }
    }

    #[test]
    fn a_preflight_is_answered_here() {
        let asked = request(
            "OPTIONS",
            &[
                ("origin", "https://app.example"),
                ("access-control-request-method", "POST"),
            ],
        );
        let response = preflight(Some(&rules()), &asked).unwrap();
        assert_eq!(response.status(), 204);
        assert_eq!(
            response.headers()["access-control-allow-methods"],
            "GET,POST"
        );
        assert_eq!(
            response.headers()["access-control-allow-origin"],
            "https://app.example"
        );
    }

    #[test]
    fn a_strange_origin_gets_no_permission() {
        let asked = request(
            "OPTIONS",
            &[
                ("origin", "https://evil.example"),
                ("access-control-request-method", "POST"),
            ],
        );
        let response = preflight(Some(&rules()), &asked).unwrap();
        assert!(
            !response
                .headers()
                .contains_key("access-control-allow-origin")
        );
    }

    #[test]
    fn plain_options_requests_are_no_preflight() {
        assert!(preflight(Some(&rules()), &request("OPTIONS", &[])).is_none());
    }
}
