import Primitives
import SRTP

/// No protection at all, for simulations; nothing outside the package can ask for it.
final class PlainSecurity: TransportSecurity {
    private(set) var state = SecurityState.new
    var deadline: Instant { .distantFuture }
    var overhead: Int { 0 }
    var hasDatagrams: Bool { false }
    var report: SecurityReport { SecurityReport(state: state) }

    func start(now: Instant) { if state == .new { state = .connected } }
    func receive(_ datagram: RawSpan, now: Instant) {}
    func advance(to now: Instant) {}
    func nextDatagram(from pool: BufferPool) -> PooledBuffer? { nil }
    func close(now: Instant) { state = .closed }

    func protect(_ packet: inout PooledBuffer) throws(SRTPError) {}
    func unprotect(_ packet: inout PooledBuffer) throws(SRTPError) {}
    func protectRTCP(_ packet: inout PooledBuffer) throws(SRTPError) {}
    func unprotectRTCP(_ packet: inout PooledBuffer) throws(SRTPError) {}
}
