//! Messages of partners: what proves that they are theirs, and what does not.

use testkit::Answer;
use webhook_signatures::{Headers, Message, Signer, SymmetricKey, sign};

use crate::{hooks::Hook, shop::Shop};

pub(crate) const ID: &str = "msg_1";
/// A message that any partner may send, as often as it likes: to link a member.
pub(crate) const BODY: &str = r#"{"transaction_id":"T-1","member":"M-1"}"#;

/// A world with one partner that signs.
pub(crate) struct Post {
    pub(crate) shop: Shop,
    pub(crate) hook: Hook,
}

impl Post {
    pub(crate) async fn open() -> Self {
        let shop = Shop::open().await;
        let hook = Hook::open(&shop).await;
        Self { shop, hook }
    }

    pub(crate) fn now_s(&self) -> i64 {
        self.shop.world.clock.now_seconds()
    }

    /// The three headers of the usual message, properly signed.
    pub(crate) fn headers(&self) -> Headers {
        self.hook.headers(ID, self.now_s(), BODY)
    }

    pub(crate) async fn send(&self, headers: &Headers) -> Answer {
        let anyone = self.shop.api.anonymous();
        self.hook.send(&anyone, "links", headers, BODY).await
    }

    /// Sends the usual message under whatever headers there are.
    pub(crate) async fn send_raw(&self, headers: &[(&str, &str)]) -> Answer {
        let anyone = self.shop.api.anonymous();
        let path = format!("/v1/partner-hooks/{}/links", self.hook.partner);
        let mut request = anyone.request("POST", &path);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.body(BODY).send().await
    }
}

pub(crate) fn signed_with(signer: Signer<'_>, timestamp_s: i64, body: &str) -> Headers {
    let message = Message {
        id: ID,
        timestamp_s,
        body: body.as_bytes(),
    };
    sign(&[signer], &message)
}

/// Every refusal is this one, so that it tells nothing.
pub(crate) fn assert_refused(answer: &Answer, why: &str) {
    assert_eq!(answer.status, 401, "{why}: {}", answer.text());
    assert_eq!(answer.problem_code(), "signature_invalid", "{why}");
    let problem = answer.json();
    let members: Vec<_> = problem.as_object().unwrap().keys().collect();
    assert!(
        !members.iter().any(|member| *member == "detail"),
        "{why}: {problem}"
    );
}

pub(crate) fn assert_accepted(answer: &Answer, why: &str) {
    assert!(
        [200, 201].contains(&answer.status),
        "{why}: {}",
        answer.text()
    );
}

#[tokio::test]
async fn a_message_with_a_header_that_is_not_as_specified_is_refused() {
    let post = Post::open().await;
    let good = post.headers();
    let now = good.timestamp.clone();
    let long_id = "m".repeat(257);
    let padded = format!("00{now}");
    let half = format!("{now}.5");
    let (space_before, space_after) = (format!("\t{now}"), format!("{now} "));
    let signs = [format!("+{now}"), format!("-{now}"), format!("{now},{now}")];
    let mut cases = vec![
        ("webhook-id", ""),
        ("webhook-id", "a.b"),
        ("webhook-id", "a b"),
        ("webhook-id", &long_id),
        ("webhook-id", "msg_2"),
        ("webhook-timestamp", ""),
        ("webhook-timestamp", "1e9"),
        ("webhook-timestamp", "0x6a1d7a40"),
        ("webhook-timestamp", "now"),
        ("webhook-timestamp", &padded),
        ("webhook-timestamp", &half),
        ("webhook-timestamp", &space_before),
        ("webhook-timestamp", &space_after),
    ];
    cases.extend(
        signs
            .iter()
            .map(|sign| ("webhook-timestamp", sign.as_str())),
    );
    for (name, value) in cases {
        let mut headers = Vec::from(good.iter());
        for header in &mut headers {
            if header.0 == name {
                header.1 = value.to_owned();
            }
        }
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let answer = post.send_raw(&headers).await;
        assert_refused(&answer, &format!("{name}: {value:?}"));
    }
    assert_accepted(&post.send(&good).await, "the message as it was");
}

#[tokio::test]
async fn a_message_with_a_signature_that_is_not_in_its_one_spelling_is_refused() {
    let post = Post::open().await;
    let good = post.headers();
    let base64 = good.signature.strip_prefix("v1,").unwrap().to_owned();
    assert_eq!(base64.len(), 44);
    // The last letter before the padding carries two bits that mean nothing and must be zero.
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let last = letters.find(&base64[42..43]).unwrap();
    let stray = format!("{}{}=", &base64[..42], &letters[last + 1..last + 2]);
    let zeros = format!("v1,{}=", "A".repeat(43));
    let nine = vec![zeros.clone(); 8].join(" ") + " " + &good.signature;
    for signature in [
        "".to_owned(),
        "v1".to_owned(),
        "v1,".to_owned(),
        "v1,AAAA".to_owned(),
        base64.clone(),
        format!("V1,{base64}"),
        format!("v2,{base64}"),
        format!("v1a,{base64}"),
        format!("v1,{}", base64.trim_end_matches('=')),
        format!("v1,{base64}="),
        format!("v1,{base64}AAAA"),
        format!("v1, {base64}"),
        format!("v1,{stray}"),
        zeros.clone(),
        nine,
    ] {
        let headers = Headers {
            signature: signature.clone(),
            ..post.headers()
        };
        assert_refused(&post.send(&headers).await, &signature);
    }
    let eight = vec![zeros; 7].join(" ") + " " + &good.signature;
    let headers = Headers {
        signature: eight,
        ..post.headers()
    };
    assert_accepted(&post.send(&headers).await, "the last of eight signatures");
}

#[tokio::test]
async fn a_message_without_one_of_its_headers_or_with_one_twice_is_refused() {
    let post = Post::open().await;
    let good = post.headers();
    let good = good.iter();
    for left_out in 0..3 {
        let mut headers: Vec<_> = good
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let (name, value) = headers.remove(left_out);
        assert_refused(&post.send_raw(&headers).await, &format!("no {name}"));
        headers.extend([(name, value), (name, value)]);
        assert_refused(&post.send_raw(&headers).await, &format!("{name} twice"));
    }
    assert_refused(&post.send_raw(&[]).await, "no header at all");
}

#[tokio::test]
async fn a_message_is_good_for_five_minutes_and_not_a_second_longer() {
    let post = Post::open().await;
    let now = post.now_s();
    for (timestamp_s, is_good) in [
        (now - 301, false),
        (now + 301, false),
        (now - 300, true),
        (now + 300, true),
        (0, false),
        (99_999_999_999, false),
    ] {
        let answer = post.send(&post.hook.headers(ID, timestamp_s, BODY)).await;
        match is_good {
            true => assert_accepted(&answer, &timestamp_s.to_string()),
            false => assert_refused(&answer, &timestamp_s.to_string()),
        }
    }
}

#[tokio::test]
async fn a_message_that_was_altered_by_one_bit_is_refused() {
    let post = Post::open().await;
    let good = post.headers();
    let anyone = post.shop.api.anonymous();
    for place in 0..BODY.len() {
        let mut altered = BODY.as_bytes().to_vec();
        altered[place] ^= 1;
        let altered = String::from_utf8(altered).unwrap();
        let answer = post.hook.send(&anyone, "links", &good, &altered).await;
        assert_refused(&answer, &altered);
    }
    for altered in [
        format!("{BODY} "),
        BODY[..BODY.len() - 1].to_owned(),
        String::new(),
    ] {
        let answer = post.hook.send(&anyone, "links", &good, &altered).await;
        assert_refused(&answer, &altered);
    }
    let later = Headers {
        timestamp: (post.now_s() + 1).to_string(),
        ..post.headers()
    };
    assert_refused(&post.send(&later).await, "another time");
}

#[tokio::test]
async fn a_partner_that_is_not_there_looks_like_one_whose_signature_is_wrong() {
    let post = Post::open().await;
    let keyless = post.shop.partner().await;
    let stranger = SymmetricKey::generate().unwrap();
    let refused = post
        .send(&signed_with(
            Signer::Symmetric(&stranger),
            post.now_s(),
            BODY,
        ))
        .await;
    for partner in [
        "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
        "x",
        "%20",
        "%ff",
        &keyless,
    ] {
        let hook = Hook {
            partner: partner.to_owned(),
            key: post.hook.key.clone(),
            clock: post.hook.clock.clone(),
        };
        let anyone = post.shop.api.anonymous();
        let answer = hook.send(&anyone, "links", &post.headers(), BODY).await;
        assert_refused(&answer, partner);
        assert_eq!(answer.body, refused.body);
    }
}

#[tokio::test]
async fn only_what_is_proved_to_be_the_partners_is_read() {
    let post = Post::open().await;
    let anyone = post.shop.api.anonymous();
    for (body, code) in [
        ("", "malformed_request"),
        ("{", "malformed_request"),
        ("[]", "validation_failed"),
        (r#"{"transaction_id":"T-1"}"#, "validation_failed"),
        (
            r#"{"transaction_id":"T 1","member":"M-1"}"#,
            "validation_failed",
        ),
        (
            r#"{"transaction_id":"T-1","member":""}"#,
            "validation_failed",
        ),
        (
            r#"{"transaction_id":"T-1","member":"M-1","vip":true}"#,
            "validation_failed",
        ),
    ] {
        let unsigned = post
            .hook
            .send(&anyone, "links", &post.headers(), body)
            .await;
        assert_refused(&unsigned, body);
        let headers = post.hook.headers(ID, post.now_s(), body);
        let answer = post.hook.send(&anyone, "links", &headers, body).await;
        assert_eq!(answer.problem_code(), code, "{body}");
    }
    let large = format!("{BODY}{}", " ".repeat(20_001 - BODY.len()));
    let headers = post.hook.headers(ID, post.now_s(), &large);
    let answer = post.hook.send(&anyone, "links", &headers, &large).await;
    assert_eq!(answer.problem_code(), "payload_too_large");
    let most = &large[..20_000];
    let headers = post.hook.headers(ID, post.now_s(), most);
    let answer = post.hook.send(&anyone, "links", &headers, most).await;
    assert_accepted(&answer, "20,000 bytes");
}
