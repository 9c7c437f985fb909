//! The page on which a person pays, cancels, or lets the order expire.

use std::fmt::{self, Display, Write};

use alipay::{BeijingTime, TradeStatus};
use jiff::Timestamp;

use crate::{trade::SandboxTrade, word_of};

/// The page of a trade as it stands.
pub(crate) fn trade(trade: &SandboxTrade, now: Timestamp) -> String {
    let mut rows = String::new();
    row(&mut rows, "Merchant", &"Planet");
    row(&mut rows, "For", &trade.order.subject);
    row(&mut rows, "Order", &trade.order.out_trade_no);
    row(&mut rows, "Trade", &trade.trade_no);
    row(&mut rows, "State", &word_of(trade.status));
    if trade.status == TradeStatus::WaitBuyerPay {
        let until = BeijingTime::format(trade.order.expires_at);
        row(&mut rows, "Pay before", &format_args!("{until} (Beijing)"));
    }
    if !trade.refunds.is_empty() {
        row(
            &mut rows,
            "Given back",
            &format_args!("¥ {}", trade.refunded()),
        );
    }
    let body = format!(
        "<p class=\"amount\">¥ {}</p>\n<dl>{rows}</dl>\n{}",
        trade.order.total,
        actions(trade)
    );
    document(&body, reload(trade, now))
}

/// A page that says why there is none to pay on.
pub(crate) fn refused(reason: &impl Display) -> String {
    document(&format!("<p>{}</p>", Escaped(reason)), String::new())
}

/// Where the page of a trade is.
pub(crate) fn address(trade: &SandboxTrade) -> String {
    format!("/sandbox/alipay/trades/{}", trade.trade_no)
}

fn actions(trade: &SandboxTrade) -> String {
    let address = address(trade);
    match (trade.status, &trade.order.return_url) {
        (TradeStatus::WaitBuyerPay, _) => format!(
            r#"<form method="post" action="{address}/pay"><button class="pay">Pay</button></form>
<form method="post" action="{address}/cancel"><button>Cancel</button></form>"#
        ),
        (_, Some(url)) => format!("<p><a href=\"{}\">Back to the shop</a></p>", Escaped(url)),
        (_, None) => String::new(),
    }
}

/// Shows an unpaid trade again when its time is over.
fn reload(trade: &SandboxTrade, now: Timestamp) -> String {
    if trade.status != TradeStatus::WaitBuyerPay {
        return String::new();
    }
    let left = trade
        .order
        .expires_at
        .as_second()
        .saturating_sub(now.as_second());
    let seconds = left.saturating_add(1).max(1);
    format!(
        r#"<meta http-equiv="refresh" content="{seconds};url={}">"#,
        address(trade)
    )
}

fn row(rows: &mut String, name: &str, value: &dyn Display) {
    // Writing into a String does not fail.
    let _ = write!(rows, "<dt>{name}</dt><dd>{}</dd>", Escaped(value));
}

fn document(body: &str, head: String) -> String {
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{head}
<title>Sandbox payment</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 26rem; padding: 0 1rem; color: #1c2430; }}
header {{ color: #5b6675; border-bottom: 1px solid #dde2e8; padding-bottom: .5rem; }}
.amount {{ font-size: 2.2rem; margin: 1.5rem 0 .5rem; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; overflow-wrap: anywhere; }}
dt {{ color: #5b6675; }} dd {{ margin: 0; }}
form {{ display: inline-block; margin: 1rem .5rem 0 0; }}
button {{ font: inherit; padding: .5rem 1.5rem; border: 1px solid #b8c0ca; border-radius: .4rem; background: #fff; cursor: pointer; }}
.pay {{ background: #1677ff; border-color: #1677ff; color: #fff; }}
</style>
</head>
<body>
<header>Sandbox: no money moves here.</header>
{body}
</body>
</html>
"#
    )
}

/// Text as HTML shows it, within elements and within quoted attributes.
struct Escaped<T>(T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.to_string().chars() {
            match character {
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                '"' => formatter.write_str("&quot;")?,
                '\'' => formatter.write_str("&#39;")?,
                other => formatter.write_char(other)?,
            }
        }
        Ok(())
    }
}
