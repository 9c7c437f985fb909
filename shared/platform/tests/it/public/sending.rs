use http::StatusCode;
use platform::public::Refusal;

use super::*;

const HOOK: &str = "https://hook.example/in?secret=1";
const METADATA: &str = "169.254.169.254";

fn inside(address: &str) -> Refusal {
    Refusal::NotPublic(address.parse().unwrap())
}

/// The refusal, after which nothing may have been dialled.
fn refused(answer: Result<Response<Bytes>, PublicError>, internet: &Internet) -> Refusal {
    assert_eq!(internet.dialled(), []);
    match answer.unwrap_err() {
        PublicError::Refused(refusal) => refusal,
        error => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_request_goes_once_to_the_first_address_of_its_name() {
    let (outbound, internet) = Internet::of(&[&[PUBLIC, "1.1.1.1"]]).outbound();
    let response = post(&outbound, HOOK).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(internet.asked(), ["hook.example"]);
    let dialled = internet.dialled.lock().unwrap();
    let [(address, request)] = dialled.as_slice() else {
        panic!("{} calls", dialled.len());
    };
    assert_eq!(*address, format!("{PUBLIC}:443").parse().unwrap());
    assert_eq!(request.method(), Method::POST);
    assert_eq!(request.uri(), HOOK);
    assert_eq!(request.headers()["webhook-id"], "evt_1");
    assert_eq!(request.body(), "hello");
    let limits = request.extensions().get::<OutboundLimits>().unwrap();
    assert_eq!(limits.max_response_bytes, LIMITS.max_response_bytes);
}

#[tokio::test]
async fn an_address_of_the_newer_kind_is_dialled_too() {
    let (outbound, internet) = Internet::of(&[&["2606:2800:21f::1"]]).outbound();
    post(&outbound, HOOK).await.unwrap();
    let expected = "[2606:2800:21f::1]:443".parse().unwrap();
    assert_eq!(internet.dialled(), [expected]);
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_dialled() {
    for address in ["127.0.0.1", "10.0.0.1", METADATA, "::1", "::ffff:10.0.0.1"] {
        let (outbound, internet) = Internet::of(&[&[address]]).outbound();
        let answer = post(&outbound, HOOK).await;
        assert_eq!(refused(answer, &internet), inside(address));
    }
}

#[tokio::test]
async fn a_name_with_a_public_and_a_private_address_is_not_dialled() {
    for addresses in [[PUBLIC, METADATA], [METADATA, PUBLIC]] {
        let (outbound, internet) = Internet::of(&[&addresses]).outbound();
        let answer = post(&outbound, HOOK).await;
        assert_eq!(refused(answer, &internet), inside(METADATA));
    }
}

#[tokio::test]
async fn a_name_is_resolved_once_for_each_call_so_that_rebinding_it_gains_nothing() {
    let (outbound, internet) = Internet::of(&[&[PUBLIC], &[METADATA]]).outbound();
    post(&outbound, HOOK).await.unwrap();
    assert_eq!(internet.asked().len(), 1);
    let judged = format!("{PUBLIC}:443").parse().unwrap();
    assert_eq!(internet.dialled(), [judged]);

    let again = post(&outbound, HOOK).await.unwrap_err();
    assert!(matches!(again, PublicError::Refused(refusal) if refusal == inside(METADATA)));
    assert_eq!(internet.dialled(), [judged]);
}

#[tokio::test]
async fn what_was_checked_is_judged_again_when_it_is_called() {
    let (outbound, internet) = Internet::of(&[&[PUBLIC], &[METADATA]]).outbound();
    let url: PublicUrl = HOOK.parse().unwrap();
    outbound.check(&url).await.unwrap();
    let answer = post(&outbound, HOOK).await;
    assert_eq!(refused(answer, &internet), inside(METADATA));
    let checked = outbound.check(&url).await.unwrap_err();
    assert!(matches!(checked, PublicError::Refused(refusal) if refusal == inside(METADATA)));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let mut internet = Internet::of(&[&[PUBLIC]]);
    internet.response = Response::builder()
        .status(StatusCode::TEMPORARY_REDIRECT)
        .header("location", format!("http://{METADATA}/latest/meta-data/"))
        .body(Bytes::new())
        .unwrap();
    let (outbound, internet) = internet.outbound();
    let response = post(&outbound, HOOK).await.unwrap();
    assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!((internet.asked().len(), internet.dialled().len()), (1, 1));
}

#[tokio::test]
async fn a_name_without_an_address_is_refused() {
    let (outbound, internet) = Internet::of(&[&[]]).outbound();
    let refusal = refused(post(&outbound, HOOK).await, &internet);
    assert_eq!(refusal, Refusal::Unresolved("it has none".into()));

    let silent = Internet {
        answers: Mutex::new([Err(TransportError::Timeout)].into()),
        ..Internet::default()
    };
    let (outbound, internet) = silent.outbound();
    let refusal = refused(post(&outbound, HOOK).await, &internet);
    let said = "no answer came in time".to_owned();
    assert_eq!(refusal, Refusal::Unresolved(said));
}

#[tokio::test]
async fn the_time_allowed_is_for_names_and_servers_together() {
    let hasty = OutboundLimits {
        timeout_ms: 40,
        ..LIMITS
    };
    let send = async |thinking_ms, working_ms| {
        let mut internet = Internet::of(&[&[PUBLIC]]);
        internet.thinking = Duration::from_millis(thinking_ms);
        internet.working = Duration::from_millis(working_ms);
        let (outbound, internet) = internet.outbound();
        let url: PublicUrl = HOOK.parse().unwrap();
        let (headers, body) = (HeaderMap::new(), Bytes::new());
        let answer = outbound.send(&url, Method::GET, headers, body, hasty).await;
        (answer.unwrap_err(), internet.dialled().len())
    };
    let (error, dialled) = send(100_000, 0).await;
    assert!(matches!(
        error,
        PublicError::Refused(Refusal::Unresolved(_))
    ));
    assert_eq!(dialled, 0);
    let (error, dialled) = send(0, 100_000).await;
    assert!(matches!(error, PublicError::NoAnswer(_)), "{error}");
    assert_eq!(dialled, 1);
    // Neither alone is too slow.
    send(30, 30).await;
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_refused() {
    let mut internet = Internet::of(&[&[PUBLIC]]);
    internet.response = Response::new(vec![b'a'; 101].into());
    let (outbound, _) = internet.outbound();
    let error = post(&outbound, HOOK).await.unwrap_err();
    assert!(matches!(error, PublicError::TooLarge(100)));

    let mut internet = Internet::of(&[&[PUBLIC]]);
    internet.response = Response::new(vec![b'a'; 100].into());
    let (outbound, _) = internet.outbound();
    assert_eq!(post(&outbound, HOOK).await.unwrap().body().len(), 100);
}

#[test]
fn an_error_says_whether_the_other_side_may_have_acted() {
    let not_sent = [
        PublicError::Refused(inside(METADATA)),
        PublicError::Refused(Refusal::Unresolved("no".into())),
        PublicError::Unsendable("no".into()),
    ];
    assert!(not_sent.iter().all(|error| !error.was_sent()));
    let sent = [PublicError::NoAnswer("no".into()), PublicError::TooLarge(1)];
    assert!(sent.iter().all(PublicError::was_sent));
}

#[test]
fn who_gave_a_name_is_not_told_which_address_inside_it_leads_to() {
    let error = PublicError::Refused(inside("10.1.2.3"));
    assert!(!error.to_string().contains("10.1.2.3"), "{error}");
}
