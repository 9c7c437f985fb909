//! What nobody can count, and what is assumed instead. All of it is printed with the sheet.

/// What is assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Assumptions {
    /// What an invocation takes besides its calls.
    pub(crate) milliseconds_an_invocation: u64,
    /// What one call to a table or a queue takes; calls are taken to follow one another.
    pub(crate) milliseconds_a_call: u64,
}

/// What Lambda itself logs of an invocation (its start and its report).
pub(super) const LAMBDA_LOG_BYTES_AN_INVOCATION: u64 = 700;
/// What the gateway logs of a request, in the template's format.
pub(super) const GATEWAY_LOG_BYTES_A_REQUEST: u64 = 300;
/// How often Lambda looks into an idle queue: five pollers that wait 20 seconds each.
pub(super) const IDLE_RECEIVES_A_MINUTE: u64 = 15;
/// How long a month is.
pub(super) const DAYS_A_MONTH: u64 = 30;

impl Default for Assumptions {
    /// On the safe side for warm functions of this size.
    fn default() -> Self {
        Self {
            milliseconds_an_invocation: 50,
            milliseconds_a_call: 20,
        }
    }
}
