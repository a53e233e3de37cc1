import Primitives
import STUN

/// A request of ours that may still be answered.
///
/// Retransmissions are encoded anew and come out the same: all that a request says is fixed here when it is made.
struct CheckTransaction {
    enum Purpose {
        case check
        /// Its answer is the peer's acknowledgement of the nomination.
        case nomination
        /// Sent once (RFC 7675 §5.1).
        case consent
    }

    let id: STUNTransactionID
    let pair: UInt32
    let purpose: Purpose
    let role: ICERole
    let tieBreaker: UInt64
    /// On nominations, and on our consent checks of a pair that we have nominated: if the two sides should ever differ
    /// about the selected pair, the next consent check tells the controlled one.
    let useCandidate: Bool
    var sent = 0
    /// How many of those were brought forward because the peer's check had come; they do not count as retransmissions.
    var hastened = 0
    var isHastened = false
    var firstSent = Instant.zero
    var lastSent = Instant.zero
    /// When the request is to be sent, again or for the first time; `.distantFuture` once it is only waited for.
    var nextSend: Instant
    var timeout: Interval
    /// When the answer is no longer waited for.
    var expires = Instant.distantFuture
    /// Replaced by another check: an answer is still welcome, its absence means nothing.
    var isCancelled = false
}

/// A check that was answered before the peer's credentials were known.
struct EarlyCheck {
    let local: Int
    let path: ICEPath
    let priority: UInt32
    var useCandidate: Bool
    let senderFragment: [UInt8]
}

/// An answer that waits to be polled.
struct PendingAnswer {
    enum Content {
        case success
        case error(Int)
        case unknownAttribute(STUNAttribute)
    }

    let content: Content
    let id: STUNTransactionID
    let path: ICEPath
    /// Whose password goes into MESSAGE-INTEGRITY.
    let signature: Signature

    enum Signature { case none, current, previous }
}
