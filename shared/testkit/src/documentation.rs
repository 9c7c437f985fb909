//! What a context's document says of its routes.

use serde_json::Value;

/// The routes of an OpenAPI document with who may call them, such as `get /v1/things: signed in` or
/// `post /v1/things: anyone`, in order.
///
/// # Panics
/// If a route has no summary, or does not say what its errors look like.
pub fn documented_routes(document: &Value) -> Vec<String> {
    let mut routes = Vec::new();
    let paths = document["paths"].as_object().expect("it has paths");
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("a path has operations") {
            let route = format!("{method} {path}");
            assert!(operation["summary"].is_string(), "{route}");
            assert!(operation["responses"]["default"].is_object(), "{route}");
            let callers = match operation["security"] {
                Value::Array(_) => "signed in",
                _ => "anyone",
            };
            routes.push(format!("{route}: {callers}"));
        }
    }
    routes.sort();
    routes
}
