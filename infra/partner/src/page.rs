//! The chain's page: what waits, what happened, and buttons to let things go wrong.

use std::fmt::{self, Display, Write};

use crate::{API_URL, Chain, Fault, WEBHOOKS_URL, routes::PAGE};

/// What can be chosen, with its name in the form.
const FAULTS: [(&str, Fault); 12] = [
    ("timeout_after", Fault::TimeoutAfter),
    ("timeout_before", Fault::TimeoutBefore),
    ("server_error", Fault::ServerError),
    ("refuse", Fault::Refuse),
    ("notice_first", Fault::NoticeFirst),
    ("notice_twice", Fault::NoticeTwice),
    ("notice_only", Fault::NoticeOnly),
    ("two_codes", Fault::TwoCodes),
    ("wrong_amount", Fault::WrongAmount),
    ("bad_signature", Fault::BadSignature),
    ("slow", Fault::Slow { ms: 5_000 }),
    ("down", Fault::Down { seconds: 5 }),
];
/// How much of the log a page shows.
const LATEST: usize = 100;

/// The page as things stand.
pub(crate) fn of(chain: &Chain) -> String {
    let now = chain.now();
    let state = chain.state();
    let mut partners = String::new();
    for partner in state.contracts.keys() {
        push(&mut partners, format_args!("<option>{partner}</option>"));
    }
    let mut waiting = String::new();
    for fault in state.faults.waiting(now) {
        push(&mut waiting, format_args!("<li>{}</li>", Escaped(fault)));
    }
    let mut vouchers = String::new();
    for issued in state.shelf.all() {
        push(
            &mut vouchers,
            format_args!(
                "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
                Escaped(issued.code.as_str()),
                Escaped(issued.product.as_str()),
                Escaped(issued.reference.as_str()),
            ),
        );
    }
    let mut entries = String::new();
    for entry in state.log.iter().rev().take(LATEST) {
        let at = entry.at.strftime("%F %T");
        push(
            &mut entries,
            format_args!("<tr><td>{at}</td><td>{}</td></tr>", Escaped(entry)),
        );
    }
    let mut faults = String::new();
    for (name, fault) in FAULTS {
        let option = format_args!("<option value=\"{name}\">{}</option>", Escaped(fault));
        push(&mut faults, option);
    }
    document(&format!(
        r#"<p>The platform reaches this chain at <code>{API_URL}</code> and delivers webhooks to <code>{WEBHOOKS_URL}</code>.</p>
<h2>Misbehave</h2>
<form method="post" action="{PAGE}/faults"><select name="fault">{faults}</select>
<label>for <input name="seconds" type="number" min="1" value="5"> s, where it lasts</label> <button>Next time</button></form>
<ul>{waiting}</ul>
<h2>At the till</h2>
<form method="post" action="{PAGE}/till"><select name="partner">{partners}</select>
<input name="code" placeholder="code" required>
<button name="operation" value="validate">Validate</button> <button name="operation" value="reserve">Reserve</button>
<button name="operation" value="release">Release</button> <button name="operation" value="redeem">Redeem</button>
<button name="operation" value="reverse">Reverse</button></form>
<h2>Vouchers made on demand</h2>
<table>{vouchers}</table>
<h2>What happened, latest first</h2>
<table>{entries}</table>"#
    ))
}

fn push(text: &mut String, more: fmt::Arguments<'_>) {
    // Writing into a String does not fail.
    let _ = text.write_fmt(more);
}

fn document(body: &str) -> String {
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox chain</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 60rem; padding: 0 1rem; color: #1c2430; }}
header {{ color: #5b6675; border-bottom: 1px solid #dde2e8; padding-bottom: .5rem; }}
td {{ padding: .1rem 1rem .1rem 0; vertical-align: top; overflow-wrap: anywhere; }}
button, select, input {{ font: inherit; padding: .3rem .8rem; border: 1px solid #b8c0ca; border-radius: .4rem; background: #fff; }}
input[type=number] {{ width: 5rem; }}
</style>
</head>
<body>
<header>A restaurant chain to try things with: nobody is fed here.</header>
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
