//! What the gateway says no with.

/// Why the gateway does not do it; the words are Alipay's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", self.sub_code(), self.message())]
pub enum Refusal {
    /// There is no such trade.
    TradeNotExist,
    /// The trade is in a state in which this is not done.
    TradeStatus,
    /// The trade is paid.
    TradeHasSuccess,
    /// The trade is closed.
    TradeHasClose,
    /// Refunds of the trade are over.
    TradeHasFinished,
    /// More would be given back than was paid.
    RefundExceedsPaid,
    /// The same refund number with another amount.
    DiscordantRepeat,
    /// The same trade number with other contents.
    ContextInconsistent,
    /// A parameter is missing or unreadable.
    InvalidParameter,
}

impl Refusal {
    /// Alipay's code.
    #[must_use]
    pub const fn sub_code(self) -> &'static str {
        match self {
            Refusal::TradeNotExist => "ACQ.TRADE_NOT_EXIST",
            Refusal::TradeStatus => "ACQ.TRADE_STATUS_ERROR",
            Refusal::TradeHasSuccess => "ACQ.TRADE_HAS_SUCCESS",
            Refusal::TradeHasClose => "ACQ.TRADE_HAS_CLOSE",
            Refusal::TradeHasFinished => "ACQ.TRADE_HAS_FINISHED",
            Refusal::RefundExceedsPaid => "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
            Refusal::DiscordantRepeat => "ACQ.DISCORDANT_REPEAT_REQUEST",
            Refusal::ContextInconsistent => "ACQ.CONTEXT_INCONSISTENT",
            Refusal::InvalidParameter => "ACQ.INVALID_PARAMETER",
        }
    }

    /// Alipay's words.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Refusal::TradeNotExist => "交易不存在",
            Refusal::TradeStatus => "交易状态不合法",
            Refusal::TradeHasSuccess => "交易已被支付",
            Refusal::TradeHasClose => "交易已经关闭",
            Refusal::TradeHasFinished => "交易已经完结",
            Refusal::RefundExceedsPaid => "退款金额超限",
            Refusal::DiscordantRepeat => "不一致的请求",
            Refusal::ContextInconsistent => "交易信息被篡改",
            Refusal::InvalidParameter => "参数无效",
        }
    }
}
