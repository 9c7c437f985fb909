use super::{ID, ID_FORM, NO_MATCH, Wrong};

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        ("no id", String::new(), ID_FORM),
        ("a space for an id", " ".into(), ID_FORM),
        ("a space before the id", format!(" {ID}"), ID_FORM),
        ("a space after the id", format!("{ID} "), ID_FORM),
        ("a space within the id", "msg 27".into(), ID_FORM),
        ("a tab after the id", format!("{ID}\t"), ID_FORM),
        ("a line end after the id", format!("{ID}\n"), ID_FORM),
        (
            "another header after the id",
            format!("{ID}\r\nx: y"),
            ID_FORM,
        ),
        ("a zero byte after the id", format!("{ID}\0"), ID_FORM),
        ("a delete after the id", format!("{ID}\u{7f}"), ID_FORM),
        ("a dot for an id", ".".into(), ID_FORM),
        ("a dot before the id", format!(".{ID}"), ID_FORM),
        ("a dot after the id", format!("{ID}."), ID_FORM),
        ("a dot within the id", "msg.27".into(), ID_FORM),
        (
            "an id with a timestamp in it",
            format!("{ID}.1649367553"),
            ID_FORM,
        ),
        ("an id in another script", "消息".into(), ID_FORM),
        ("a letter with an accent", "msg_é".into(), ID_FORM),
        ("a wide letter", format!("ｍ{}", &ID[1..]), ID_FORM),
        ("a space that is not seen", format!("{ID}\u{200b}"), ID_FORM),
        ("a byte order mark", format!("\u{feff}{ID}"), ID_FORM),
        ("an id of 257 characters", "a".repeat(257), ID_FORM),
        (
            "an id of a million characters",
            "a".repeat(1_000_000),
            ID_FORM,
        ),
        ("the id of another message", "msg_other".into(), NO_MATCH),
        ("the longest id", "a".repeat(256), NO_MATCH),
        ("an id in small letters", ID.to_lowercase(), NO_MATCH),
        (
            "an id less its last letter",
            ID[..ID.len() - 1].into(),
            NO_MATCH,
        ),
        ("an id and one letter more", format!("{ID}k"), NO_MATCH),
        ("an id in quotes", format!("\"{ID}\""), NO_MATCH),
        ("an id with an escaped dot", format!("{ID}%2e"), NO_MATCH),
        (
            "two ids, as joined headers are",
            format!("{ID},{ID}"),
            NO_MATCH,
        ),
    ]
}
