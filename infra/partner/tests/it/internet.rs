//! The internet: what is refused before it, and what is written down.

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use kernel::Clock;
use partner::Internet;
use platform::{
    public::{Dial, Names, PublicError, PublicUrl},
    transport::TransportError,
};

use crate::LIMITS;

fn internet() -> Internet {
    let internet = Internet::new(Clock::manual("2026-06-01T12:00:00Z".parse().unwrap()));
    for name in ["shop.example", "club.example"] {
        internet.serve(name, move |request: Request<Bytes>| async move {
            let seen = format!("{name} {} {}", request.method(), request.uri().path());
            Ok(Response::new(Bytes::from(seen)))
        });
    }
    internet
}

async fn get(internet: &Internet, url: &str) -> Result<Bytes, PublicError> {
    let url: PublicUrl = url.parse().unwrap();
    let outbound = internet.outbound();
    let sent = outbound.send(&url, Method::GET, HeaderMap::new(), Bytes::new(), LIMITS);
    sent.await.map(Response::into_body)
}

#[tokio::test]
async fn each_name_has_an_address_of_its_own_at_which_its_host_answers() {
    let internet = internet();
    for name in ["shop.example", "club.example"] {
        let seen = get(&internet, &format!("https://{name}/hook?n=1")).await;
        assert_eq!(seen.unwrap(), format!("{name} GET /hook"));
    }
    let dials = internet.dials();
    assert_eq!(
        dials
            .iter()
            .map(|dial| (dial.host.as_str(), dial.path.as_str()))
            .collect::<Vec<_>>(),
        [("shop.example", "/hook?n=1"), ("club.example", "/hook?n=1")]
    );
    assert_ne!(dials[0].address, dials[1].address);
    assert_eq!(internet.lookups(), ["shop.example", "club.example"]);
}

#[tokio::test]
async fn a_name_that_leads_inside_is_looked_up_and_never_dialled() {
    let internet = internet();
    let inside = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254));
    let public = IpAddr::V4(Ipv4Addr::new(93, 184, 0, 1));
    for addresses in [vec![inside], vec![public, inside], vec![]] {
        internet.resolve("shop.example", &addresses);
        let refused = get(&internet, "https://shop.example/").await;
        assert!(
            matches!(refused, Err(PublicError::Refused(_))),
            "{refused:?}"
        );
    }
    assert_eq!(internet.lookups().len(), 3);
    assert_eq!(internet.dials(), []);
}

#[tokio::test]
async fn a_name_has_an_address_also_if_nobody_answers_at_it() {
    let internet = internet();
    let url: PublicUrl = "https://nobody.example/".parse().unwrap();
    internet.outbound().check(&url).await.unwrap();
    let answer = get(&internet, "https://nobody.example/").await;
    assert!(
        matches!(answer, Err(PublicError::NoAnswer(_))),
        "{answer:?}"
    );
    assert_eq!(internet.dials().len(), 1);
}

#[tokio::test]
async fn a_host_answers_at_the_addresses_of_its_name_alone() {
    let internet = internet();
    let club = internet.addresses("club.example").await.unwrap()[0];
    let moved = IpAddr::V4(Ipv4Addr::new(93, 184, 9, 9));
    let knock = |address: IpAddr| {
        let request = Request::get("https://shop.example/");
        internet.call((address, 443).into(), request.body(Bytes::new()).unwrap())
    };
    assert!(knock(club).await.is_err());
    internet.resolve("shop.example", &[moved]);
    assert!(knock(moved).await.is_ok());
}

#[tokio::test]
async fn names_that_nobody_serves_lead_beyond() {
    let beyond = internet();
    let clock = Clock::manual("2026-06-01T12:00:00Z".parse().unwrap());
    let near = Internet::before(&beyond.outbound(), clock);
    near.serve("shop.example", |_: Request<Bytes>| async {
        Ok(Response::new(Bytes::from("here")))
    });
    assert_eq!(get(&near, "https://shop.example/").await.unwrap(), "here");
    let answer = get(&near, "https://club.example/").await;
    assert_eq!(answer.unwrap(), "club.example GET /");
    assert_eq!(beyond.lookups(), ["club.example"]);
    assert_eq!(beyond.dials().len(), 1);
}

#[tokio::test]
async fn a_host_can_break_the_connection() {
    let internet = internet();
    internet.serve("shop.example", |_: Request<Bytes>| async {
        Err(TransportError::Io("reset".to_owned()))
    });
    let answer = get(&internet, "https://shop.example/").await;
    assert!(
        matches!(answer, Err(PublicError::NoAnswer(_))),
        "{answer:?}"
    );
}
