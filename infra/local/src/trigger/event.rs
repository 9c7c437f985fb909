//! The event that a batch of records makes, and how much goes into one.

/// Lambda's limit on the event that starts a function.
pub(super) const MAX_EVENT_BYTES: usize = 6 * 1024 * 1024;

const OPENING: &str = r#"{"Records":["#;
const CLOSING: &str = "]}";

/// The event with these records, each given as JSON text.
pub(super) fn of_records<'a>(records: impl IntoIterator<Item = &'a str>) -> String {
    let mut event = OPENING.to_owned();
    for (index, record) in records.into_iter().enumerate() {
        if index > 0 {
            event.push(',');
        }
        event.push_str(record);
    }
    event.push_str(CLOSING);
    event
}

/// Cuts `records`, in their order, into runs of which each fits into one event. `bytes_of` gives the
/// length of a record's JSON text; one that is too long for any event stands alone.
pub(super) fn split<T>(records: Vec<T>, bytes_of: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let room_bytes = MAX_EVENT_BYTES - OPENING.len() - CLOSING.len();
    let mut runs: Vec<Vec<T>> = Vec::new();
    let mut used_bytes = 0;
    for record in records {
        // One more for the comma.
        let bytes = bytes_of(&record) + 1;
        match runs.last_mut() {
            Some(run) if used_bytes + bytes <= room_bytes => {
                run.push(record);
                used_bytes += bytes;
            }
            _ => {
                runs.push(vec![record]);
                used_bytes = bytes;
            }
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_holds_its_records_in_order() {
        assert_eq!(of_records([]), r#"{"Records":[]}"#);
        assert_eq!(of_records(["1", "{}"]), r#"{"Records":[1,{}]}"#);
    }

    #[test]
    fn nothing_makes_no_event() {
        assert_eq!(
            split(Vec::<String>::new(), String::len),
            Vec::<Vec<String>>::new()
        );
    }

    #[test]
    fn records_are_cut_where_the_event_would_grow_too_large() {
        let megabyte = 1024 * 1024;
        // The lengths in megabytes, and how many of them each event then holds.
        for (lengths, events) in [
            (vec![1, 1, 1], vec![3]),
            (vec![3, 3], vec![1, 1]),
            (vec![3, 2, 4, 1, 1], vec![2, 2, 1]),
            (vec![1, 9, 1], vec![1, 1, 1]),
        ] {
            let runs = split(lengths.clone(), |length| length * megabyte);
            assert_eq!(
                runs.iter().map(Vec::len).collect::<Vec<_>>(),
                events,
                "{lengths:?}"
            );
            assert_eq!(runs.concat(), lengths);
        }
    }

    #[test]
    fn an_event_of_a_full_run_keeps_to_the_limit_exactly() {
        let overhead = of_records(["", ""]).len();
        let half = "x".repeat((MAX_EVENT_BYTES - overhead) / 2);
        let records = vec![half.clone(), half];
        let runs = split(records, String::len);
        assert_eq!(runs.len(), 1);
        let event = of_records(runs[0].iter().map(String::as_str));
        assert_eq!(event.len(), MAX_EVENT_BYTES - 1);
    }
}
