import DTLS
import Primitives
import SRTP

/// DTLS with the peer that signalling named, then SRTP under the keys it exports (RFC 5763, RFC 5764).
final class DTLSSRTPSecurity: TransportSecurity {
    private var transport: DTLSTransport
    private var media: Sessions?
    private var hasFailed = false
    private var protection = ""

    private struct Sessions: ~Copyable {
        var outbound: SRTPSession
        var inbound: SRTPSession
    }

    init(
        role: DTLSTransport.Role, certificate: DTLSCertificate, fingerprints: [DTLSFingerprint]
    ) throws(DTLSError) {
        transport = try DTLSTransport(role: role, certificate: certificate, peerFingerprints: fingerprints)
    }

    var state: SecurityState {
        if hasFailed { return .failed }
        switch transport.state {
        case .new: return .new
        case .connecting: return .connecting
        case .connected: return .connected
        case .closed: return .closed
        case .failed: return .failed
        }
    }
    var deadline: Instant { transport.deadline }
    var overhead: Int { 16 }
    var hasDatagrams: Bool { transport.hasDatagrams }

    var report: SecurityReport {
        var report = SecurityReport(state: state, role: transport.role.rawValue)
        guard transport.state == .connected else { return report }
        report.tlsVersion = "FEFD"
        report.cipher = transport.cipherName ?? ""
        report.protection = protection
        report.replayed = media?.inbound.counters.replays ?? 0
        return report
    }

    func start(now: Instant) { transport.start(now: now) }
    func receive(_ datagram: RawSpan, now: Instant) {
        transport.receive(datagram, now: now)
        takeKeys()
    }
    func advance(to now: Instant) {
        transport.advance(to: now)
        takeKeys()
    }
    func nextDatagram(from pool: BufferPool) -> PooledBuffer? { transport.nextDatagram(from: pool) }
    func close(now: Instant) {
        transport.close(now: now)
        media = nil
    }

    private func takeKeys() {
        guard transport.state == .connected else {
            media = nil
            return
        }
        guard media == nil, !hasFailed, let keys = transport.keys else { return }
        do throws(SRTPError) {
            guard let profile = SRTPProfile(rawValue: keys.profile.rawValue) else { throw .setUp }
            media = Sessions(
                outbound: try SRTPSession(profile: profile, keyingMaterial: keys.local, direction: .outbound),
                inbound: try SRTPSession(profile: profile, keyingMaterial: keys.remote, direction: .inbound))
            protection = profile.name
        } catch {
            hasFailed = true
        }
    }

    func protect(_ packet: inout PooledBuffer) throws(SRTPError) {
        guard media != nil else { throw .setUp }
        try media?.outbound.protect(&packet)
    }
    func unprotect(_ packet: inout PooledBuffer) throws(SRTPError) {
        guard media != nil else { throw .setUp }
        try media?.inbound.unprotect(&packet)
    }
    func protectRTCP(_ packet: inout PooledBuffer) throws(SRTPError) {
        guard media != nil else { throw .setUp }
        try media?.outbound.protectRTCP(&packet)
    }
    func unprotectRTCP(_ packet: inout PooledBuffer) throws(SRTPError) {
        guard media != nil else { throw .setUp }
        try media?.inbound.unprotectRTCP(&packet)
    }
}
