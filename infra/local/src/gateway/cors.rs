//! Pages of other origins, as the template's `CorsConfiguration` lets them.

use bytes::Bytes;
use engines::template::CorsRules;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header, request::Parts,
};

/// Whether a browser asks what a page of another origin may do. Where no route takes such a request, the
/// gateway answers it by itself.
pub(crate) fn is_preflight(request: &Parts) -> bool {
    request.method == Method::OPTIONS
        && request.headers.contains_key(header::ORIGIN)
        && request
            .headers
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The gateway's own answer to such a request, without the headers that every answer gets.
pub(crate) fn preflight() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// Puts into a response what a page of another origin may do, and nothing that a function said of it.
pub(crate) fn decorate(rules: Option<&CorsRules>, request: &Parts, headers: &mut HeaderMap) {
    let Some(rules) = rules else { return };
    for name in [
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        header::ACCESS_CONTROL_ALLOW_METHODS,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        header::ACCESS_CONTROL_MAX_AGE,
    ] {
        headers.remove(name);
    }
    if !allow_origin(rules, request, headers) {
        return;
    }
    let exposed = &rules.exposed_headers;
    if !exposed.is_empty() {
        let name = header::ACCESS_CONTROL_EXPOSE_HEADERS;
        set(headers, name, &exposed.join(","));
    }
    if is_preflight(request) {
        let (methods, allowed) = (rules.methods.join(","), rules.headers.join(","));
        set(headers, header::ACCESS_CONTROL_ALLOW_METHODS, &methods);
        set(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, &allowed);
        if let Some(seconds) = rules.max_age_seconds {
            let name = header::ACCESS_CONTROL_MAX_AGE;
            set(headers, name, &seconds.to_string());
        }
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

    const ASKED: [(&str, &str); 2] = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "POST"),
    ];

    fn decorated(request: &Parts, function: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in function {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        decorate(Some(&rules()), request, &mut headers);
        headers
    }

    #[test]
    fn a_preflight_is_told_what_may_be_asked() {
        let asked = request("OPTIONS", &ASKED);
        assert!(is_preflight(&asked));
        let headers = decorated(&asked, &[]);
        assert_eq!(headers["access-control-allow-methods"], "GET,POST");
        assert_eq!(
            headers["access-control-allow-origin"],
            "https://app.example"
        );
        assert_eq!(headers["access-control-max-age"], "600");
    }

    #[test]
    fn a_strange_origin_gets_no_permission_not_even_from_a_function() {
        let asked = request("OPTIONS", &[("origin", "https://evil.example"), ASKED[1]]);
        let headers = decorated(&asked, &[("access-control-allow-origin", "*")]);
        assert!(headers.is_empty(), "{headers:?}");
    }

    #[test]
    fn other_requests_are_no_preflights() {
        for (method, headers) in [("OPTIONS", &ASKED[..1]), ("OPTIONS", &[]), ("POST", &ASKED)] {
            let asked = request(method, headers);
            assert!(!is_preflight(&asked));
            let headers = decorated(&asked, &[]);
            assert!(!headers.contains_key("access-control-allow-methods"));
        }
    }
}
