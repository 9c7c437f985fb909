//! What is too long, in another charset, or lacks something.

use alipay::{FormError, MAX_NOTIFY_BYTES, NotifyError};

use super::{Case, Verdict::Refused, gbk, genuine, said};

pub(super) fn cases() -> Vec<Case> {
    let lacks = |name| Refused(NotifyError::Parameter(name));
    let subject = gbk("专辑");
    vec![
        ("nothing at all", Vec::new(), Refused(NotifyError::SignType)),
        (
            "1 MB",
            format!("{}&body={}", genuine(), "x".repeat(1024 * 1024)).into_bytes(),
            Refused(NotifyError::TooLong),
        ),
        (
            "1 MB that is signed",
            said(&[("body", "x".repeat(1024 * 1024).as_bytes())]),
            Refused(NotifyError::TooLong),
        ),
        (
            "a byte over the limit",
            {
                let body = genuine();
                let rest = MAX_NOTIFY_BYTES + 1 - body.len() - "&body=".len();
                format!("{body}&body={}", "x".repeat(rest)).into_bytes()
            },
            Refused(NotifyError::TooLong),
        ),
        (
            "a hundred thousand ampersands",
            "&".repeat(60_000).into_bytes(),
            Refused(NotifyError::Form(FormError::NoPair)),
        ),
        (
            "a thousand parameters",
            (0..1_000)
                .map(|n| format!("k{n}=1"))
                .collect::<Vec<_>>()
                .join("&")
                .into_bytes(),
            Refused(NotifyError::Form(FormError::TooMany)),
        ),
        (
            "GBK that claims UTF-8",
            said(&[("subject", &subject)]),
            Refused(NotifyError::NoText),
        ),
        (
            "GBK without a charset",
            said(&[("charset", b""), ("subject", &subject)]),
            Refused(NotifyError::NoText),
        ),
        (
            "half a character of GBK",
            said(&[("charset", b"GBK"), ("subject", &subject[..3])]),
            Refused(NotifyError::NoText),
        ),
        (
            "GBK claimed after the signature",
            {
                let body = genuine();
                body.replace("charset=utf-8", "charset=GBK").into_bytes()
            },
            Refused(NotifyError::Signature),
        ),
        (
            "UTF-16",
            said(&[("charset", b"UTF-16")]),
            Refused(NotifyError::Charset),
        ),
        (
            "Latin-1",
            said(&[("charset", b"ISO-8859-1")]),
            Refused(NotifyError::Charset),
        ),
        (
            "bytes that are no UTF-8",
            said(&[("subject", b"\xc0\xafx")]),
            Refused(NotifyError::NoText),
        ),
        ("no application", said(&[("app_id", b"")]), lacks("app_id")),
        ("no seller", said(&[("seller_id", b"")]), lacks("seller_id")),
        (
            "no order",
            said(&[("out_trade_no", b"")]),
            lacks("out_trade_no"),
        ),
        ("no trade", said(&[("trade_no", b"")]), lacks("trade_no")),
        (
            "no total",
            said(&[("total_amount", b"")]),
            lacks("total_amount"),
        ),
        (
            "no state",
            said(&[("trade_status", b"")]),
            lacks("trade_status"),
        ),
        (
            "an unknown state",
            said(&[("trade_status", b"TRADE_PENDING")]),
            lacks("trade_status"),
        ),
        (
            "a state in lower case",
            said(&[("trade_status", b"trade_success")]),
            lacks("trade_status"),
        ),
        (
            "no notify_id",
            said(&[("notify_id", b"")]),
            lacks("notify_id"),
        ),
        (
            "an order with a path in it",
            said(&[("out_trade_no", b"../pay_1")]),
            lacks("out_trade_no"),
        ),
        (
            "an order with a line break",
            said(&[("out_trade_no", b"pay_1\n")]),
            lacks("out_trade_no"),
        ),
        (
            "a refund that is misspelled",
            said(&[("refund_fee", b"1")]),
            lacks("refund_fee"),
        ),
        (
            "a time that is none",
            said(&[("gmt_payment", b"yesterday")]),
            lacks("gmt_payment"),
        ),
    ]
}
