use super::{NO_MATCH, TIMESTAMP, TIMESTAMP_FORM, TOO_NEW, TOO_OLD, Wrong};

pub(super) fn wrong() -> Vec<Wrong> {
    let formless = [
        ("no timestamp", ""),
        ("a space for a timestamp", " "),
        ("a space before it", " 1649367553"),
        ("a space after it", "1649367553 "),
        ("a space within it", "16493 67553"),
        ("a tab before it", "\t1649367553"),
        ("a line end after it", "1649367553\n"),
        ("a carriage return after it", "1649367553\r"),
        ("a zero byte after it", "1649367553\0"),
        ("a byte order mark before it", "\u{feff}1649367553"),
        ("a plus", "+1649367553"),
        ("a minus", "-1649367553"),
        ("minus nought", "-0"),
        ("a minus alone", "-"),
        ("a fraction of nought", "1649367553.0"),
        ("a fraction, which other libraries cut off", "1700000000.5"),
        ("a dot at the end", "1649367553."),
        ("a dot at the start", ".5"),
        ("an exponent", "1649367553e0"),
        ("an exponent and a dot", "1.649367553e9"),
        ("hexadecimal", "0x624F5A81"),
        ("octal", "0o14223655201"),
        ("binary", "0b1"),
        ("a suffix", "1649367553s"),
        ("underscores", "1_649_367_553"),
        ("commas", "1,649,367,553"),
        ("two, as joined headers are", "1649367553,1649367553"),
        ("wide digits", "１６４９３６７５５３"),
        ("Arabic digits", "١٦٤٩٣٦٧٥٥٣"),
        ("a raised digit", "164936755³"),
        ("not a number", "NaN"),
        ("infinity", "Infinity"),
        ("null", "null"),
        ("a date", "2022-04-07T21:39:13Z"),
        ("a date of HTTP", "Thu, 07 Apr 2022 21:39:13 GMT"),
        ("twelve digits", "001649367553"),
        ("milliseconds", "1649367553000"),
        ("the largest number of 64 bits", "9223372036854775807"),
        ("one more than that", "9223372036854775808"),
        ("the largest without a sign", "18446744073709551616"),
        ("in quotes", "\"1649367553\""),
        ("escaped", "%31649367553"),
    ];
    let judged = [
        ("1970", "0", TOO_OLD),
        ("1970 in eleven digits", "00000000000", TOO_OLD),
        ("a second too old", "1649367252", TOO_OLD),
        ("a year too old", "1617831553", TOO_OLD),
        ("less its last digit", "164936755", TOO_OLD),
        ("a second too new", "1649367854", TOO_NEW),
        ("a year too new", "1680903553", TOO_NEW),
        ("the largest of eleven digits", "99999999999", TOO_NEW),
        (
            "as old as is allowed, and not what was signed",
            "1649367253",
            NO_MATCH,
        ),
        (
            "as new as is allowed, and not what was signed",
            "1649367853",
            NO_MATCH,
        ),
        (
            "a second later than what was signed",
            "1649367554",
            NO_MATCH,
        ),
        ("the same second in another text", "01649367553", NO_MATCH),
    ];
    let formless = formless.map(|(why, text)| (why, text.to_owned(), TIMESTAMP_FORM));
    let judged = judged.map(|(why, text, verdict)| (why, text.to_owned(), verdict));
    let long = (
        "a million digits",
        TIMESTAMP.repeat(100_000),
        TIMESTAMP_FORM,
    );
    formless.into_iter().chain(judged).chain([long]).collect()
}
