//! What both ways to ask for a statement do: an operator's and the partner's own.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use kernel::Timestamp;
use wallet::Month;
use web::{ApiError, Json, Paging};

use super::{
    statement_csv::{self, Part},
    statement_out::StatementOut,
};
use crate::{
    App,
    clearing::{Line, LineAt, Sums},
    exchange::Book,
    partner::Partner,
    statement::Statement,
};

/// How many lines a table in text has at most: some 4 MB, of the 6 that a function may answer.
const MAX_CSV_LINES: u32 = 20_000;
/// How many lines are read at once: what the service puts into one answer is a megabyte.
const LINES_AT_ONCE: u32 = 1_000;

/// What is asked for.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) book: Book,
    pub(super) month: Month,
    /// The line after which the answer begins, and how many lines it has at most if that is said.
    pub(super) cursor: Option<String>,
    pub(super) limit: Option<u32>,
}

/// A month's lines in one answer, and where the next begins.
struct Page {
    lines: Vec<Line>,
    next: Option<String>,
}

/// The statement of a month of `partner`: as a table in text if the caller prefers that, otherwise
/// as JSON.
pub(super) async fn answer(
    app: &App,
    partner: &Partner,
    wanted: Wanted,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    if wanted.month.starts_at() > now {
        return Err(ApiError::field("month", "it has not begun"));
    }
    let as_csv = prefers_csv(headers);
    let paging = Paging::of(wanted.cursor.clone(), wanted.limit)?;
    let after = start(&paging, wanted.month)?;
    let limit = match wanted.limit {
        None if as_csv => MAX_CSV_LINES,
        _ => paging.limit,
    };
    let sums = sums(app, partner, &wanted).await?;
    let page = lines(app, &wanted, &sums, after, limit).await?;
    let statement = Statement::new(wanted.book, partner.name.clone(), sums, now);
    let statement = statement.map_err(ApiError::internal)?;
    let out = StatementOut::of(&statement, &page.lines, page.next.as_deref())?;
    let vary = [(header::VARY, "accept")];
    if !as_csv {
        return Ok((vary, Json(out)).into_response());
    }
    let part = Part {
        is_first: after.is_none(),
        is_last: page.next.is_none(),
    };
    Ok((vary, as_table(&out, part)?).into_response())
}

fn as_table(statement: &StatementOut, part: Part) -> Result<Response, ApiError> {
    let file = format!("{}-{}.csv", statement.partner, statement.month);
    let disposition = format!("attachment; filename=\"{file}\"");
    let content_type = [(header::CONTENT_TYPE, statement_csv::CONTENT_TYPE.to_owned())];
    let disposition = [(header::CONTENT_DISPOSITION, disposition)];
    let table = statement_csv::csv(statement, part);
    let mut response = (content_type, disposition, table).into_response();
    if let Some(cursor) = &statement.lines.next_cursor {
        // The cursor's alphabet is that of base64 for addresses.
        let cursor = HeaderValue::from_str(cursor).map_err(ApiError::internal)?;
        response.headers_mut().insert(NEXT_CURSOR, cursor);
    }
    Ok(response)
}

/// Where the `cursor` of the next part stands beside a table that is not whole.
const NEXT_CURSOR: HeaderName = HeaderName::from_static("next-cursor");

/// A cursor of another month is none of this list's.
fn start(paging: &Paging, month: Month) -> Result<Option<LineAt>, ApiError> {
    let start: Option<LineAt> = paging.start()?;
    let is_within = |at: Timestamp| month.starts_at() <= at && at < month.ends_at();
    match start {
        Some(line) if !is_within(line.posted_at) => Err(ApiError::foreign_cursor()),
        start => Ok(start),
    }
}

async fn sums(app: &App, partner: &Partner, wanted: &Wanted) -> Result<Sums, ApiError> {
    let Wanted { book, month, .. } = *wanted;
    if let Some(sums) = app.store.month_sums(book, month).await? {
        return Ok(sums);
    }
    // There was no line in the month then; one that was added meanwhile is not told of yet.
    let last = app.store.last_line_before(book, month.starts_at()).await?;
    Ok(Sums::after(month, last.as_ref(), partner.terms.currency))
}

/// Lines that the sums hold already: others may have been added since those were read.
async fn lines(
    app: &App,
    wanted: &Wanted,
    sums: &Sums,
    mut after: Option<LineAt>,
    limit: u32,
) -> Result<Page, ApiError> {
    let mut lines: Vec<Line> = Vec::new();
    loop {
        let left = limit.saturating_sub(u32::try_from(lines.len()).unwrap_or(u32::MAX));
        let at_once = left.min(LINES_AT_ONCE);
        let found = app.store.lines(wanted.book, wanted.month, after, at_once);
        let found = found.await?;
        let known = |line: &Line| line.sequence <= sums.last_sequence;
        let is_all_known = found.items.iter().all(known);
        lines.extend(found.items.into_iter().filter(known));
        after = lines.last().map(Line::at).or(after);
        let last = after.map_or(0, |at| at.sequence);
        if !found.has_more || !is_all_known || last >= sums.last_sequence {
            return Ok(Page { lines, next: None });
        }
        if lines.len() >= limit as usize {
            let next = after.map(|at| at.to_string());
            return Ok(Page { lines, next });
        }
    }
}

/// Whether `Accept` names text/csv, and nothing of JSON that it likes as much.
fn prefers_csv(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).iter();
    let ranges = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let (mut csv, mut json) = (0, 0);
    for range in ranges {
        let (essence, quality) = essence_and_quality(range);
        match essence.as_str() {
            "text/csv" => csv = quality,
            "application/json" => json = quality,
            _ => {}
        }
    }
    csv > json
}

/// A media range and how much it is liked, in thousandths.
fn essence_and_quality(range: &str) -> (String, u32) {
    let mut parts = range.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let quality = parts.find_map(|part| part.strip_prefix("q="));
    (essence, quality.map_or(1_000, thousandths))
}

/// `0.8` is 800; what is no such weight counts for nothing.
fn thousandths(weight: &str) -> u32 {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || fraction.len() > 3 {
        return 0;
    }
    let thousandths = format!("{whole}{fraction:0<3}").parse().unwrap_or(0);
    std::cmp::min(thousandths, 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_answered_to_those_who_like_it_better() {
        for (accept, expected) in [
            (None, false),
            (Some("*/*"), false),
            (Some("application/json"), false),
            (Some("text/csv"), true),
            (Some("Text/CSV; charset=utf-8"), true),
            (Some("text/csv, */*;q=0.1"), true),
            (Some("application/json;q=0.5, text/csv;q=0.8"), true),
            (Some("application/json, text/csv"), false),
            (Some("text/csv;q=0"), false),
            (Some("text/csv;q=0.0000"), false),
            (Some("text/csv;q=nonsense"), false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            }
            assert_eq!(prefers_csv(&headers), expected, "{accept:?}");
        }
    }
}
