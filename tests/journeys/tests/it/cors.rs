//! Pages of other origins may call every route: a browser asks first, and is not refused.

use http::Method;
use journeys::{Client, Request};

use crate::demo_planet;

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_may_ask_about_every_route_without_a_token() {
    let planet = demo_planet().await;
    let client = Client::new(&planet.url());
    let document = client.send(&Request::get("/openapi.json")).await.unwrap();
    let document = document.json();
    let paths = document["paths"].as_object().unwrap();
    let routes = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(|method| (path.replace(['{', '}'], ""), method.to_uppercase()))
    });
    let mut asked = 0;
    for (path, method) in routes {
        let request = Request::new(Method::OPTIONS, &path)
            .header("origin", "https://app.example")
            .header("access-control-request-method", &method)
            .header("access-control-request-headers", "authorization");
        let answer = client.send(&request).await.unwrap();
        assert_eq!(answer.status, 204, "{method} {path}: {}", answer.text());
        for (header, granted) in [
            ("access-control-allow-origin", "*"),
            ("access-control-allow-methods", method.as_str()),
            ("access-control-allow-headers", "authorization"),
        ] {
            let value = answer.header(header).unwrap_or_default();
            assert!(
                value.split(',').any(|granting| granting == granted),
                "{method} {path}: {header} is {value:?}"
            );
        }
        asked += 1;
    }
    assert!(asked > 100, "{asked} routes");
    planet.stop().await.unwrap();
}
