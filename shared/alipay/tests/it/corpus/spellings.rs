//! What is written otherwise than Alipay writes it, or can be read in two ways.

use alipay::{FormError, NotifyError};

use super::{Case, Verdict::Refused, genuine, said, saying, tampered};

pub(super) fn forms() -> Vec<Case> {
    let form = |error| Refused(NotifyError::Form(error));
    let folded = genuine().replace(
        "&trade_status=TRADE_SUCCESS",
        "%26trade_status%3DTRADE_SUCCESS",
    );
    vec![
        (
            "a parameter folded into its neighbour, under a signature that still verifies",
            folded.into_bytes(),
            form(FormError::Ambiguous),
        ),
        (
            "a subject that pretends to be parameters",
            said(&[(
                "subject",
                b"x&total_amount=100.00&trade_status=TRADE_SUCCESS",
            )]),
            form(FormError::Ambiguous),
        ),
        (
            "such a subject unfolded",
            {
                let form = saying(&[
                    ("subject", b"x&total_amount=100.00"),
                    ("total_amount", b"0.01"),
                ]);
                form.encode()
                    .replace("x%26total_amount%3D100.00", "x&total_amount=100.00")
                    .into_bytes()
            },
            form(FormError::Duplicate),
        ),
        (
            "a key twice, alike",
            tampered("&version=1.0", "&version=1.0&version=1.0"),
            form(FormError::Duplicate),
        ),
        (
            "a key twice, the other total first",
            format!("total_amount=0.01&{}", genuine()).into_bytes(),
            form(FormError::Duplicate),
        ),
        (
            "a key twice, the other total last",
            format!("{}&total_amount=0.01", genuine()).into_bytes(),
            form(FormError::Duplicate),
        ),
        (
            "a key twice, once in escapes",
            format!("{}&total%5Famount=0.01", genuine()).into_bytes(),
            form(FormError::Duplicate),
        ),
        (
            "sign twice",
            format!("{}&sign=x", genuine()).into_bytes(),
            form(FormError::Duplicate),
        ),
        (
            "sign_type twice",
            format!("{}&sign_type=RSA", genuine()).into_bytes(),
            form(FormError::Duplicate),
        ),
        (
            "a key as of an array",
            format!("{}&a[]=1", genuine()).into_bytes(),
            form(FormError::Key),
        ),
        (
            "a bare percent sign",
            tampered("100%25", "100%"),
            form(FormError::Encoding),
        ),
        (
            "a percent sign at the end",
            format!("{}%", genuine()).into_bytes(),
            form(FormError::Encoding),
        ),
        (
            "half an escape",
            tampered("100%25", "100%2"),
            form(FormError::Encoding),
        ),
        (
            "an escape that is none",
            tampered("100%25", "100%zz"),
            form(FormError::Encoding),
        ),
        (
            "an escape of a wide character",
            tampered("100%25", "100%u4E13"),
            form(FormError::Encoding),
        ),
        (
            "an unescaped Chinese subject",
            tampered("%E4%B8%93", "专"),
            form(FormError::Encoding),
        ),
        (
            "a bare space",
            tampered("100%25%20", "100%25 "),
            form(FormError::Encoding),
        ),
        (
            "a line break at the end",
            format!("{}\r\n", genuine()).into_bytes(),
            form(FormError::Encoding),
        ),
        (
            "a zero byte",
            format!("{}\0", genuine()).into_bytes(),
            form(FormError::Encoding),
        ),
        (
            "an ampersand at the end",
            format!("{}&", genuine()).into_bytes(),
            form(FormError::NoPair),
        ),
        (
            "semicolons",
            genuine().replace('&', ";").into_bytes(),
            form(FormError::Ambiguous),
        ),
        (
            "JSON",
            br#"{"trade_status":"TRADE_SUCCESS"}"#.to_vec(),
            form(FormError::NoPair),
        ),
        (
            "XML",
            b"<notify><total_fee>100.00</total_fee></notify>".to_vec(),
            form(FormError::NoPair),
        ),
    ]
}

/// The right amount in a wrong spelling, under the gateway's signature.
pub(super) fn amounts() -> Vec<Case> {
    let spellings = [
        ("a total of whole yuan", "100"),
        ("a total with one decimal", "100.0"),
        ("a total with three decimals", "100.000"),
        ("a total with a zero before it", "0100.00"),
        ("a total with a plus sign", "+100.00"),
        ("a total below nothing", "-100.00"),
        ("a total in powers of ten", "1e2"),
        ("a total with a comma", "100,00"),
        ("a total with its currency", "¥100.00"),
        ("a total with a space", "100.00 "),
        ("a total in wide digits", "１００.００"),
        ("a total with a zero byte", "100.00\0"),
        ("a total in hexadecimal", "0x64.00"),
        ("a total beyond all", "92233720368547758.08"),
    ];
    let spelled = |(name, total): (&'static str, &str)| {
        let body = said(&[("total_amount", total.as_bytes())]);
        (name, body, Refused(NotifyError::Parameter("total_amount")))
    };
    spellings.into_iter().map(spelled).collect()
}
