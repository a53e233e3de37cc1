import Primitives
import STUN

/// A request that may still be answered.
struct TURNTransaction {
    enum Purpose: Hashable {
        case allocate, refresh
        /// Ends the allocation.
        case release
        case permission(IPAddress)
        case channel(UInt16)

        var method: STUNMethod {
            switch self {
            case .allocate: .allocate
            case .refresh, .release: .refresh
            case .permission: .createPermission
            case .channel: .channelBind
            }
        }
    }

    var id: STUNTransactionID
    let purpose: Purpose
    var sent = 0
    /// `.distantFuture` once an answer is only waited for.
    var nextSend: Instant
    var timeout: Interval
    var expires = Instant.distantFuture
    /// Times the server wanted other credentials or another nonce.
    var challenges = 0
}

/// Leave for the server to hand on what comes from an IP address (RFC 8656 §9).
struct Permission {
    let address: IPAddress
    var isGranted = false
    /// The server said that it never will be.
    var isForbidden = false
    var lastUsed: Instant
    var renewsAt = Instant.distantFuture
}

/// A number that stands for a peer in a header of four bytes (RFC 8656 §12).
struct Channel {
    /// RFC 8656 §12; each is used for one peer only.
    static let numbers: ClosedRange<UInt16> = 0x4000...0x4FFF

    let number: UInt16
    let peer: TransportAddress
    var isBound = false
    var lastUsed: Instant
    var renewsAt = Instant.distantFuture
    /// When the server has forgotten it.
    var expires = Instant.distantFuture
}
