use platform::public::PublicUrlError::{
    self, Authority, Fragment, InsideName, Malformed, NotAName, Scheme, TooLong,
};

use super::*;

/// Addresses with which other people's servers were made to call what they should not, and what is
/// said about each.
const HOSTILE: [(&str, PublicUrlError); 118] = [
    // Not an absolute address.
    ("", Malformed),
    ("hook.example", Malformed),
    ("/in", Malformed),
    ("//hook.example/in", Malformed),
    ("https", Malformed),
    ("https://", Malformed),
    // Other schemes.
    ("http://hook.example/", Scheme),
    ("http://169.254.169.254/latest/meta-data/", Scheme),
    ("ftp://hook.example/", Scheme),
    ("file:///etc/passwd", Scheme),
    ("gopher://hook.example:6379/_FLUSHALL", Scheme),
    ("dict://hook.example:11211/", Scheme),
    ("ldap://hook.example/", Scheme),
    ("ws://hook.example/", Scheme),
    ("wss://hook.example/", Scheme),
    ("unix:/var/run/docker.sock", Scheme),
    ("javascript:alert(1)", Scheme),
    ("data:text/plain,hello", Scheme),
    ("view-source:https://hook.example/", Scheme),
    // Slashes that a lenient reader puts right.
    ("https:hook.example/", Authority),
    ("https:/hook.example/", Authority),
    ("https:///hook.example/", Authority),
    ("https:////hook.example/", Authority),
    ("https:\\\\hook.example\\", Malformed),
    ("https:/\\hook.example/", Malformed),
    ("https://hook.example\\@169.254.169.254/", Malformed),
    ("https://169.254.169.254\\@hook.example/", Malformed),
    // Users and passwords, behind which the host is another one.
    ("https://user@hook.example/", Authority),
    ("https://user:password@hook.example/", Authority),
    ("https://@hook.example/", Authority),
    ("https://:@hook.example/", Authority),
    ("https://169.254.169.254@hook.example/", Authority),
    ("https://169.254.169.254:443@hook.example/", Authority),
    ("https://hook.example@169.254.169.254/", NotAName),
    ("https://hook.example:443@169.254.169.254/", NotAName),
    ("https://hook.example%40169.254.169.254/", Malformed),
    ("https://hook.example@@169.254.169.254/", NotAName),
    ("https://hook.example%2f@169.254.169.254/", NotAName),
    // IPv4, in every notation.
    ("https://93.184.215.14/", NotAName),
    ("https://127.0.0.1/", NotAName),
    ("https://127.0.0.1:443/", NotAName),
    ("https://127.0.0.1./", NotAName),
    ("https://127.1/", NotAName),
    ("https://127.0.1/", NotAName),
    ("https://0/", NotAName),
    ("https://0x7f.1/", NotAName),
    ("https://0x7f000001/", NotAName),
    ("https://2130706433/", NotAName),
    ("https://017700000001/", NotAName),
    ("https://169.254.169.254/latest/meta-data/", NotAName),
    ("https://169.254.170.2/v2/credentials/", NotAName),
    ("https://100.100.100.200/latest/meta-data/", NotAName),
    ("https://2852039166/", NotAName),
    ("https://0xA9FEA9FE/", NotAName),
    ("https://0xa9.0xfe.0xa9.0xfe/", NotAName),
    ("https://025177524776/", NotAName),
    ("https://0251.0376.0251.0376/", NotAName),
    ("https://0251.0xfe.43518/", NotAName),
    ("https://00000169.254.169.254/", Malformed),
    ("https://256.256.256.256/", Malformed),
    ("https://1.2.3.4.5/", Malformed),
    ("https://4294967296/", Malformed),
    ("https://hook.1/", Malformed),
    ("https://hook.0x7f000001/", Malformed),
    // IPv6, and IPv4 in its clothes.
    ("https://[::1]/", NotAName),
    ("https://[::]/", NotAName),
    ("https://[2606:2800:21f::1]/", NotAName),
    ("https://[::ffff:169.254.169.254]/", NotAName),
    ("https://[::ffff:a9fe:a9fe]/", NotAName),
    ("https://[0:0:0:0:0:ffff:7f00:1]/", NotAName),
    ("https://[::127.0.0.1]/", NotAName),
    ("https://[64:ff9b::169.254.169.254]/", NotAName),
    ("https://[fd00:ec2::254]/latest/meta-data/", NotAName),
    ("https://[fe80::1%25eth0]/", Malformed),
    // Brackets around what is no address.
    ("https://[hook.example]/", Malformed),
    ("https://[169.254.169.254]/", Malformed),
    ("https://[[::1]]/", Malformed),
    ("https://hook.example]/", Malformed),
    ("https://[::1]hook.example/", Malformed),
    // Other ports, and the one in other spellings.
    ("https://hook.example:80/", Authority),
    ("https://hook.example:8443/", Authority),
    ("https://hook.example:22/", Authority),
    ("https://hook.example:0/", Authority),
    ("https://hook.example:/", Authority),
    ("https://hook.example:0443/", Authority),
    ("https://hook.example:65979/", Malformed),
    ("https://hook.example:+443/", Malformed),
    ("https://hook.example:443:80/", Malformed),
    // Dots at the end, and dots of other scripts.
    ("https://hook.example./", InsideName),
    ("https://localhost./", InsideName),
    ("https://hook..example/", InsideName),
    ("https://.hook.example/", InsideName),
    ("https://hook。example/", Malformed),
    ("https://hook．example/", Malformed),
    ("https://hook｡example/", Malformed),
    ("https://１６９.２５４.１６９.２５４/", Malformed),
    ("https://①②⑦.0.0.1/", Malformed),
    ("https://ⓛocalhost/", Malformed),
    ("https://hook\u{ad}.example/", Malformed),
    // Hosts in percent.
    ("https://%68ook.example/", Authority),
    ("https://hook%2Eexample/", Authority),
    ("https://hook%E3%80%82example/", Authority),
    ("https://127%2e0%2e0%2e1/", NotAName),
    ("https://%31%36%39.254.169.254/", NotAName),
    ("https://hook.example%00.local/", Malformed),
    // What a lenient reader drops.
    (" https://hook.example/", Malformed),
    ("https://hook.example/ ", Malformed),
    ("ht\ttps://hook.example/", Malformed),
    ("https://ho\nok.example/", Malformed),
    ("https://hook.example/\r\nhost: inside", Malformed),
    ("https://hook.example/\0", Malformed),
    // Fragments, behind which the host seems another one.
    ("https://hook.example/#in", Fragment),
    ("https://hook.example#@169.254.169.254/", Fragment),
    ("https://hook.example/#", Fragment),
    // Names that are no names of the internet.
    ("https://ho_ok.example/", InsideName),
    ("https://*.example/", InsideName),
    ("https://-hook.example/", InsideName),
    ("https://hook-.example/", InsideName),
];

/// Names that only the inside knows.
const INSIDE: [&str; 17] = [
    "hook",
    "localhost",
    "hook.localhost",
    "LOCALHOST",
    "localhost.localdomain",
    "printer.local",
    "metadata.google.internal",
    "instance-data.ec2.internal",
    "ip-10-0-0-1.eu-west-1.compute.internal",
    "kubernetes.default.svc.cluster.local",
    "1.0.0.127.in-addr.arpa",
    "hook.home.arpa",
    "router.lan",
    "wiki.corp",
    "wiki.intranet",
    "db.private",
    "something.onion",
];

/// Names that anybody may register, and where theirs leads.
const LEADING_INSIDE: [(&str, &str); 8] = [
    ("127.0.0.1.nip.io", "127.0.0.1"),
    ("localtest.me", "::1"),
    ("a9fea9fe.example", "169.254.169.254"),
    ("credentials.example", "169.254.170.2"),
    ("alibaba.example", "100.100.100.200"),
    ("mapped.example", "::ffff:169.254.169.254"),
    ("nat64.example", "64:ff9b::a9fe:a9fe"),
    ("aws.example", "fd00:ec2::254"),
];

fn parse(text: &str) -> Result<PublicUrl, PublicUrlError> {
    text.parse()
}

#[test]
fn what_is_wrong_with_a_hostile_address_is_said() {
    for (text, error) in HOSTILE {
        assert_eq!(parse(text), Err(error), "{text:?}");
    }
    for host in INSIDE {
        let text = format!("https://{host}/");
        assert_eq!(parse(&text), Err(InsideName), "{text}");
    }
}

/// The two together: whatever a text is read as, and wherever it leads, nothing inside is dialled.
#[tokio::test]
async fn no_hostile_address_leads_to_a_dial() {
    let mut tried = 0;
    let hosts = INSIDE.iter().map(|host| (*host, "10.0.0.1"));
    let hosts = hosts.chain(LEADING_INSIDE);
    let texts = hosts.map(|(host, address)| (format!("https://{host}/"), address));
    let hostile = HOSTILE.map(|(text, _)| (text.to_owned(), "169.254.169.254"));
    for (text, address) in hostile.into_iter().chain(texts) {
        let (outbound, internet) = Internet::of(&[&[address]]).outbound();
        if parse(&text).is_ok() {
            assert!(!post(&outbound, &text).await.unwrap_err().was_sent());
        }
        assert_eq!(internet.dialled(), [], "{text:?}");
        tried += 1;
    }
    assert!(tried >= 60, "{tried} addresses");
}

#[test]
fn an_address_is_printed_in_its_one_form() {
    let forms = [
        ("https://hook.example", "https://hook.example/"),
        ("https://hook.example/", "https://hook.example/"),
        ("HTTPS://Hook.Example/In", "https://hook.example/In"),
        ("https://hook.example:443/in", "https://hook.example/in"),
        ("https://hook.example?a=b", "https://hook.example/?a=b"),
        (
            "https://hook.example?@10.0.0.1/",
            "https://hook.example/?@10.0.0.1/",
        ),
        (
            "https://hook.example/@10.0.0.1/",
            "https://hook.example/@10.0.0.1/",
        ),
        (
            "https://hook.example/a/../b/./c",
            "https://hook.example/b/c",
        ),
        ("https://hook.example/%2e%2e/a", "https://hook.example/a"),
        (
            "https://hook.example/%E9%9F%B3",
            "https://hook.example/%E9%9F%B3",
        ),
        (
            "https://hook.example/\"<>",
            "https://hook.example/%22%3C%3E",
        ),
        ("https://1.hook-2.example/", "https://1.hook-2.example/"),
        (
            "https://xn--fsqu00a.xn--0zwm56d/",
            "https://xn--fsqu00a.xn--0zwm56d/",
        ),
        ("https://127.0.0.1.nip.io/", "https://127.0.0.1.nip.io/"),
    ];
    for (text, printed) in forms {
        let url = parse(text).unwrap();
        assert_eq!(url.to_string(), printed);
        assert_eq!(parse(printed), Ok(url), "{printed}");
    }
}

#[test]
fn an_address_has_at_most_2048_bytes_before_and_after_it_is_written() {
    let start = "https://hook.example/";
    let of = |length: usize, with: &str| parse(&format!("{start}{}", with.repeat(length)));
    let left = 2_048 - start.len();
    assert_eq!(of(left, "a").unwrap().as_str().len(), 2_048);
    assert_eq!(of(left + 1, "a"), Err(TooLong));
    // Each of these is written as three.
    assert_eq!(of(left / 3, "<").unwrap().as_str().len(), 2_046);
    assert_eq!(of(left / 3 + 1, "<"), Err(TooLong));
}

#[test]
fn a_name_is_as_long_as_names_are() {
    let label = |length: usize| "a".repeat(length);
    assert!(parse(&format!("https://{}.example/", label(63))).is_ok());
    let long = format!("https://{}.example/", label(64));
    assert!(parse(&long).is_err());
    let host = |last: usize| format!("{}{}", format!("{}.", label(61)).repeat(4), label(last));
    assert_eq!(host(5).len(), 253);
    assert!(parse(&format!("https://{}/", host(5))).is_ok());
    assert!(parse(&format!("https://{}/", host(6))).is_err());
}

#[test]
fn what_is_below_an_address_is_joined_to_it() {
    for base in [
        "https://chain.example/planet",
        "https://chain.example/planet/",
    ] {
        let base = parse(base).unwrap();
        for path in ["vouchers/vch_1", "/vouchers/vch_1"] {
            let joined = base.join(path).unwrap();
            assert_eq!(
                joined.as_str(),
                "https://chain.example/planet/vouchers/vch_1"
            );
        }
    }
    let root = parse("https://chain.example").unwrap();
    assert_eq!(root.join("a").unwrap().as_str(), "https://chain.example/a");
}

#[test]
fn what_is_not_below_an_address_is_not_joined_to_it() {
    let base = parse("https://chain.example/planet").unwrap();
    let wrong = [
        "..",
        "../a",
        "a/../../b",
        "%2e%2e/a",
        "a/.",
        "a?b=c",
        "a%2fb",
        "a b",
        "a#b",
        "a\\b",
        "a\nb",
        "<a>",
        "音",
    ];
    for path in wrong {
        assert!(base.join(path).is_err(), "{path}");
    }
    let with_query = parse("https://chain.example/planet?a=b").unwrap();
    assert!(with_query.join("vouchers").is_err());
    assert!(base.join(&"a".repeat(2_048)).is_err());
}

#[test]
fn an_address_is_text_in_json_and_hides_its_secrets_from_logs() {
    let url = parse("https://hook.example/in?token=secret").unwrap();
    let json = serde_json::to_string(&url).unwrap();
    assert_eq!(json, r#""https://hook.example/in?token=secret""#);
    assert_eq!(serde_json::from_str::<PublicUrl>(&json).unwrap(), url);
    let error = serde_json::from_str::<PublicUrl>(r#""http://hook.example/""#).unwrap_err();
    assert!(error.to_string().contains("https://"), "{error}");
    assert_eq!(format!("{url:?}"), "PublicUrl at hook.example");
    assert_eq!(url.host(), "hook.example");
}
