import Primitives
import SRTP

/// Where the security of the transport stands.
enum SecurityState: Equatable {
    case new, connecting, connected
    /// The peer said goodbye.
    case closed
    /// Nothing may be sent or believed any more.
    case failed
}

/// What `TransportSecurity` tells `statistics`.
struct SecurityReport {
    var state = SecurityState.new
    /// "client", "server" or "unknown".
    var role = "unknown"
    var tlsVersion = ""
    var cipher = ""
    var protection = ""
    var replayed: UInt64 = 0
}

/// What stands between RTP and the wire: DTLS-SRTP in production, nothing in a simulation whose runs must be the same
/// to the byte.
protocol TransportSecurity: AnyObject {
    var state: SecurityState { get }
    var deadline: Instant { get }
    /// Bytes that protecting an RTP packet adds.
    var overhead: Int { get }
    var hasDatagrams: Bool { get }
    var report: SecurityReport { get }

    /// There is a validated pair: begin. May be called again.
    func start(now: Instant)
    func receive(_ datagram: RawSpan, now: Instant)
    func advance(to now: Instant)
    /// The next datagram of the handshake; nil without one, or without a slot for it.
    func nextDatagram(from pool: BufferPool) -> PooledBuffer?
    func close(now: Instant)

    func protect(_ packet: inout PooledBuffer) throws(SRTPError)
    func unprotect(_ packet: inout PooledBuffer) throws(SRTPError)
    func protectRTCP(_ packet: inout PooledBuffer) throws(SRTPError)
    func unprotectRTCP(_ packet: inout PooledBuffer) throws(SRTPError)
}

/// Which of the two a connection has.
package enum SecurityKind: Sendable { case dtlsSRTP, plain }
