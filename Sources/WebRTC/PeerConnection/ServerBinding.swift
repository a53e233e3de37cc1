import Primitives
import STUN

/// A Binding request to a STUN server: what does it see our socket as (RFC 8489 §3)?
///
/// It is sent again like a check of ICE. A server that does not answer costs a few datagrams and delays nothing.
struct ServerBinding {
    let id: STUNTransactionID
    let server: TransportAddress
    let base: TransportAddress
    var nextSend: Instant
    private var sent = 0
    private var timeout = Interval.milliseconds(100)

    private static let requestCount = 7

    init(server: TransportAddress, base: TransportAddress, random: inout RandomSource, now: Instant) {
        id = STUNTransactionID(using: &random)
        (self.server, self.base, nextSend) = (server, base, now)
    }

    /// Nobody has answered, and nobody will.
    func isOver(at now: Instant) -> Bool { sent == Self.requestCount && nextSend <= now }

    mutating func noteSent(at now: Instant) {
        sent += 1
        nextSend = now + timeout
        timeout = min(timeout * 2, .milliseconds(1600))
    }

    func write(into buffer: inout PooledBuffer) {
        var out = STUNMessageWriter(buffer.storage, .request, .binding, transactionID: id)
        let size = out.finish(integrityKey: nil)
        buffer.setCount(size ?? 0)
    }
}
