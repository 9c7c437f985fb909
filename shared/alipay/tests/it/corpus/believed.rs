//! What the gateway said: about the trade at hand, or about something else.

use alipay::{Form, Mismatch};

use super::{
    Case, SHA256_SIGN,
    Verdict::{Believed, Foreign},
    gbk, genuine, said, with_sign,
};
use crate::{APP_ID, gateway_key};

pub(super) fn cases() -> Vec<Case> {
    let lower = genuine()
        .replace("%2F", "%2f")
        .replace("%2B", "%2b")
        .replace("%3D", "%3d");
    let plus = genuine().replace("%20", "+");
    let mut backwards: Vec<&str> = plus.split('&').collect();
    backwards.reverse();
    let backwards = backwards.join("&");
    vec![
        ("as Alipay sends it", genuine().into_bytes(), Believed),
        ("signed by openssl", with_sign(SHA256_SIGN), Believed),
        ("spaces as plus signs", plus.clone().into_bytes(), Believed),
        ("lower case hexadecimal", lower.into_bytes(), Believed),
        ("in another order", backwards.into_bytes(), Believed),
        (
            "finished",
            said(&[("trade_status", b"TRADE_FINISHED")]),
            Believed,
        ),
        (
            "closed",
            said(&[("trade_status", b"TRADE_CLOSED")]),
            Believed,
        ),
        (
            "waiting",
            said(&[("trade_status", b"WAIT_BUYER_PAY"), ("gmt_payment", b"")]),
            Believed,
        ),
        (
            "a partial refund",
            said(&[
                ("refund_fee", b"1.00"),
                ("out_biz_no", b"rfd_1"),
                ("gmt_refund", b"2026-06-02 09:00:00.123"),
            ]),
            Believed,
        ),
        (
            "a parameter nobody knows yet",
            said(&[("zhima_score", b"750")]),
            Believed,
        ),
        (
            "GBK that says so",
            said(&[("charset", b"GBK"), ("subject", &gbk("专辑 歌曲"))]),
            Believed,
        ),
        (
            "GBK in lower case",
            said(&[("charset", b"gbk"), ("subject", &gbk("专辑"))]),
            Believed,
        ),
        (
            "UTF-8 in upper case",
            said(&[("charset", b"UTF-8")]),
            Believed,
        ),
        ("no charset, and UTF-8", said(&[("charset", b"")]), Believed),
        (
            "no time of payment",
            said(&[("gmt_payment", b"")]),
            Believed,
        ),
        (
            "an empty parameter under the signature",
            {
                let mut form = Form::decode(format!("{}&body=", genuine()).as_bytes()).unwrap();
                form.sign(&gateway_key(), &["sign", "sign_type"]).unwrap();
                form.encode().into_bytes()
            },
            Believed,
        ),
    ]
}

/// Genuine, and about something else.
pub(super) fn foreign() -> Vec<Case> {
    vec![
        (
            "another application",
            said(&[("app_id", b"9021000000000002")]),
            Foreign(Mismatch::AppId),
        ),
        (
            "another application, authorized by ours",
            said(&[
                ("app_id", b"9021000000000002"),
                ("auth_app_id", APP_ID.as_bytes()),
            ]),
            Foreign(Mismatch::AppId),
        ),
        (
            "an application whose number begins with ours",
            said(&[("app_id", b"90210000000000010")]),
            Foreign(Mismatch::AppId),
        ),
        (
            "another seller",
            said(&[("seller_id", b"2088000000000003")]),
            Foreign(Mismatch::SellerId),
        ),
        (
            "the buyer as the seller",
            said(&[("seller_id", b"2088000000000002")]),
            Foreign(Mismatch::SellerId),
        ),
        (
            "a spliced order: paid for another",
            said(&[("out_trade_no", b"pay_01JZ3YQ8X5D4W2K7N9M6B1C0AF")]),
            Foreign(Mismatch::OutTradeNo),
        ),
        (
            "an order in lower case",
            said(&[("out_trade_no", b"pay_01jz3yq8x5d4w2k7n9m6b1c0ae")]),
            Foreign(Mismatch::OutTradeNo),
        ),
        (
            "a fen less",
            said(&[("total_amount", b"99.99")]),
            Foreign(Mismatch::Total),
        ),
        (
            "a fen more",
            said(&[("total_amount", b"100.01")]),
            Foreign(Mismatch::Total),
        ),
        (
            "one fen",
            said(&[("total_amount", b"0.01")]),
            Foreign(Mismatch::Total),
        ),
        (
            "nothing",
            said(&[("total_amount", b"0.00")]),
            Foreign(Mismatch::Total),
        ),
        (
            "a hundred times as much",
            said(&[("total_amount", b"10000.00")]),
            Foreign(Mismatch::Total),
        ),
        (
            "the whole sum as the receipt, another as the total",
            said(&[("total_amount", b"1.00"), ("receipt_amount", b"100.00")]),
            Foreign(Mismatch::Total),
        ),
    ]
}
