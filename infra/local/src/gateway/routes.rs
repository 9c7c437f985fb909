//! Which route of the template a request takes.

use std::{cmp::Reverse, collections::BTreeMap};

use engines::{gateway_event::decode, template::HttpRoute};

/// The routes of the API, each with the function it starts.
#[derive(Debug, Default)]
pub(crate) struct Routes(Vec<Route>);

#[derive(Debug)]
struct Route {
    method: String,
    segments: Vec<Segment>,
    key: String,
    function: String,
    authorizer: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Segment {
    Text(String),
    Parameter(String),
    Greedy(String),
}

/// The route that a request takes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Matched<'a> {
    /// Such as `ANY /v1/orders/{proxy+}`, or `$default`.
    pub(crate) key: &'a str,
    /// The function's logical id.
    pub(crate) function: &'a str,
    /// The authorizer's name, if the route has one.
    pub(crate) authorizer: Option<&'a str>,
    /// The variables of the path, decoded.
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Routes {
    /// Adds a route of the template.
    pub(crate) fn add(&mut self, function: &str, route: &HttpRoute) {
        let is_default = route.path == "$default";
        self.0.push(Route {
            method: route.method.clone(),
            segments: if is_default {
                Vec::new()
            } else {
                parse(&route.path)
            },
            key: if is_default {
                "$default".to_owned()
            } else {
                format!("{} {}", route.method, route.path)
            },
            function: function.to_owned(),
            authorizer: route.authorizer.clone(),
        });
    }

    /// The most specific route for the request: text before a parameter before a greedy one, segment
    /// by segment; then the method itself before `ANY`; `$default` last of all.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<Matched<'_>> {
        let candidates = self.0.iter().filter(|route| route.key != "$default");
        let best = candidates
            .filter(|route| route.method == "ANY" || route.method == method)
            .filter_map(|route| Some((route, bind(&route.segments, path)?)))
            .min_by_key(|(route, _)| {
                (specificity(&route.segments), Reverse(route.method != "ANY"))
            });
        let (route, parameters) = match best {
            Some(found) => found,
            None => {
                let default = self.0.iter().find(|route| route.key == "$default")?;
                (default, BTreeMap::new())
            }
        };
        Some(Matched {
            key: &route.key,
            function: &route.function,
            authorizer: route.authorizer.as_deref(),
            parameters,
        })
    }
}

fn parse(path: &str) -> Vec<Segment> {
    split(path)
        .map(|segment| {
            let variable = segment
                .strip_prefix('{')
                .and_then(|inner| inner.strip_suffix('}'));
            match variable.map(|name| (name.strip_suffix('+'), name)) {
                Some((Some(name), _)) => Segment::Greedy(name.to_owned()),
                Some((None, name)) => Segment::Parameter(name.to_owned()),
                None => Segment::Text(segment.to_owned()),
            }
        })
        .collect()
}

fn split(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

fn specificity(segments: &[Segment]) -> Vec<u8> {
    segments
        .iter()
        .map(|segment| match segment {
            Segment::Text(_) => 0,
            Segment::Parameter(_) => 1,
            Segment::Greedy(_) => 2,
        })
        .collect()
}

fn bind(segments: &[Segment], path: &str) -> Option<BTreeMap<String, String>> {
    let mut parameters = BTreeMap::new();
    let mut rest = split(path);
    for segment in segments {
        let part = rest.next()?;
        match segment {
            Segment::Text(text) => {
                if decode(part) != *text {
                    return None;
                }
            }
            Segment::Parameter(name) => {
                if part.is_empty() {
                    return None;
                }
                parameters.insert(name.clone(), decode(part));
            }
            Segment::Greedy(name) => {
                let parts: Vec<&str> = std::iter::once(part).chain(rest.by_ref()).collect();
                let value = parts.join("/");
                if value.is_empty() {
                    return None;
                }
                parameters.insert(name.clone(), decode(&value));
            }
        }
    }
    rest.next().is_none().then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes() -> Routes {
        let mut routes = Routes::default();
        for (method, path) in [
            ("POST", "/v1/accounts"),
            ("ANY", "/v1/accounts/{proxy+}"),
            ("ANY", "/v1/accounts/me/points"),
            ("ANY", "/v1/accounts/me/points/{proxy+}"),
            ("GET", "/v1/rewards"),
            ("ANY", "/v1/rewards"),
            ("GET", "/v1/rewards/{id}"),
            ("ANY", "/v1/rewards/{proxy+}"),
            ("ANY", "$default"),
        ] {
            let route = HttpRoute {
                event: String::new(),
                api: "Api".to_owned(),
                method: method.to_owned(),
                path: path.to_owned(),
                authorizer: None,
            };
            routes.add("F", &route);
        }
        routes
    }

    fn key(method: &str, path: &str) -> String {
        routes().find(method, path).unwrap().key.to_owned()
    }

    #[test]
    fn the_most_specific_route_wins() {
        assert_eq!(key("POST", "/v1/accounts"), "POST /v1/accounts");
        assert_eq!(key("GET", "/v1/accounts"), "$default");
        assert_eq!(key("GET", "/v1/accounts/me"), "ANY /v1/accounts/{proxy+}");
        assert_eq!(
            key("GET", "/v1/accounts/me/points"),
            "ANY /v1/accounts/me/points"
        );
        assert_eq!(
            key("GET", "/v1/accounts/me/points/entries"),
            "ANY /v1/accounts/me/points/{proxy+}"
        );
        assert_eq!(key("GET", "/v1/rewards"), "GET /v1/rewards");
        assert_eq!(key("POST", "/v1/rewards"), "ANY /v1/rewards");
        assert_eq!(key("GET", "/v1/rewards/r1"), "GET /v1/rewards/{id}");
        assert_eq!(key("POST", "/v1/rewards/r1"), "ANY /v1/rewards/{proxy+}");
        assert_eq!(key("GET", "/v1/rewards/"), "$default");
        assert_eq!(key("GET", "/"), "$default");
    }

    #[test]
    fn parameters_are_bound_and_decoded() {
        let routes = routes();
        let matched = routes.find("POST", "/v1/rewards/a%20b/c").unwrap();
        assert_eq!(matched.parameters["proxy"], "a b/c");
    }
}
