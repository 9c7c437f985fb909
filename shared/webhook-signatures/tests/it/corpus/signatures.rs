use super::{NO_MATCH, SIGNATURE, SIGNATURE_FORM, TOO_MANY, Wrong};

/// What follows `v1,` in the vector.
fn encoded() -> &'static str {
    SIGNATURE.trim_start_matches("v1,")
}

pub(super) fn wrong() -> Vec<Wrong> {
    formless()
        .into_iter()
        .chain(lists())
        .chain(judged())
        .collect()
}

fn formless() -> Vec<Wrong> {
    let good = encoded();
    let (head, tail) = good.split_at(43);
    let short_a = format!("v1a,{}=", "A".repeat(43));
    vec![
        ("no signature", String::new()),
        ("a space for a signature", " ".into()),
        ("no version", good.to_owned()),
        ("an empty version", format!(",{good}")),
        ("a version alone", "v1".into()),
        ("a version and a comma", "v1,".into()),
        ("a space for the comma", format!("v1 {good}")),
        ("an equals sign for the comma", format!("v1={good}")),
        ("a colon for the comma", format!("v1:{good}")),
        ("a wide comma", format!("v1，{good}")),
        ("two commas", format!("v1,,{good}")),
        ("a space after the comma", format!("v1, {good}")),
        ("a space before it", format!(" {SIGNATURE}")),
        ("a space after it", format!("{SIGNATURE} ")),
        ("a tab after it", format!("{SIGNATURE}\t")),
        ("a line end after it", format!("{SIGNATURE}\n")),
        (
            "a line end within it",
            format!("v1,{}\n{}", &good[..20], &good[20..]),
        ),
        ("a zero byte after it", format!("{SIGNATURE}\0")),
        ("in quotes", format!("v1,\"{good}\"")),
        ("without padding", format!("v1,{head}")),
        ("too much padding", format!("v1,{good}=")),
        ("padding for a letter", format!("v1,{}==", &good[..42])),
        ("padding in the middle", format!("v1,={head}")),
        ("padding alone", format!("v1,{}", "=".repeat(44))),
        // The last letter holds two bits that belong to no byte.
        ("a bit to spare", format!("v1,{}x{tail}", &good[..42])),
        (
            "the alphabet of addresses",
            SIGNATURE.replace('/', "_").replace('+', "-"),
        ),
        ("an escaped plus", SIGNATURE.replace('+', "%2B")),
        ("a plus read as a space", SIGNATURE.replace('+', " ")),
        ("31 bytes in 44 letters", format!("v1,{}==", "A".repeat(42))),
        ("33 bytes in 44 letters", format!("v1,{}", "A".repeat(44))),
        (
            "as many letters as a hash in hexadecimal",
            format!("v1,{}", "b5".repeat(32)),
        ),
        ("a letter less", format!("v1,{}", &good[1..])),
        ("a letter more", format!("v1,A{good}")),
        ("twice in one", format!("v1,{good}{good}")),
        ("another letter within", SIGNATURE.replace('I', "!")),
        ("a letter of another script", SIGNATURE.replace('I', "І")),
        ("64 bytes as v1", format!("v1,{}==", "A".repeat(86))),
        ("32 bytes as v1a", short_a),
        ("v1a without padding", format!("v1a,{}", "A".repeat(86))),
        (
            "v1a with a bit to spare",
            format!("v1a,{}B==", "A".repeat(85)),
        ),
        ("v1a with nothing", "v1a,".into()),
        ("a million letters", format!("v1,{}", "A".repeat(1_000_000))),
    ]
    .into_iter()
    .map(|(why, signature)| (why, signature, SIGNATURE_FORM))
    .collect()
}

/// More than one, of which one or all are good: the list as a whole is wrong.
fn lists() -> Vec<Wrong> {
    let nine = [SIGNATURE; 9].join(" ");
    let others = ["v2,abc"; 8].join(" ");
    vec![
        (
            "commas between them",
            format!("{SIGNATURE},{SIGNATURE}"),
            SIGNATURE_FORM,
        ),
        (
            "two spaces between them",
            format!("{SIGNATURE}  {SIGNATURE}"),
            SIGNATURE_FORM,
        ),
        (
            "a tab between them",
            format!("{SIGNATURE}\t{SIGNATURE}"),
            SIGNATURE_FORM,
        ),
        (
            "as joined headers are",
            format!("{SIGNATURE}, {SIGNATURE}"),
            SIGNATURE_FORM,
        ),
        (
            "one that is none",
            format!("{SIGNATURE} something"),
            SIGNATURE_FORM,
        ),
        (
            "one too short",
            format!("{SIGNATURE} v1,AAAA"),
            SIGNATURE_FORM,
        ),
        (
            "one of v1a too short",
            format!("v1a,AAAA {SIGNATURE}"),
            SIGNATURE_FORM,
        ),
        ("nine good ones", nine, TOO_MANY),
        (
            "a good one after eight of another version",
            format!("{others} {SIGNATURE}"),
            TOO_MANY,
        ),
        ("a space after eight", format!("{others} "), TOO_MANY),
        (
            "a hundred thousand",
            vec!["v2,a"; 100_000].join(" "),
            TOO_MANY,
        ),
    ]
}

fn judged() -> Vec<Wrong> {
    let good = encoded();
    let zeros = format!("v1,{}=", "A".repeat(43));
    vec![
        ("a capital version", format!("V1,{good}")),
        ("a version to come", format!("v2,{good}")),
        ("a version that begins as one", format!("v10,{good}")),
        ("a version that ends as one", format!("xv1,{good}")),
        ("no version one", format!("1,{good}")),
        ("a tab before the version", format!("\tv1,{good}")),
        ("another version of 44 letters", format!("v1b,{good}")),
        ("all zeros", zeros.clone()),
        ("all zeros eight times", [zeros.as_str(); 8].join(" ")),
        ("the first bit changed", format!("v1,1{}", &good[1..])),
        ("the last letter changed", format!("v1,{}s=", &good[..42])),
        (
            "in small letters",
            format!("v1,{}8=", good[..42].to_lowercase()),
        ),
        (
            "of another message",
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".into(),
        ),
        ("v1a of zeros", format!("v1a,{}==", "A".repeat(86))),
    ]
    .into_iter()
    .map(|(why, signature)| (why, signature, NO_MATCH))
    .collect()
}
