import CSRTP
public import Primitives

/// Protection of everything that goes one way between two endpoints, in place (RFC 3711, RFC 7714).
///
/// Lengths are judged here before libsrtp sees a packet. SSRCs are learned from packets that carry a valid tag, up to a
/// limit, so that neither a stranger nor the peer can make it keep more state. To be used by one thread at a time.
public struct SRTPSession: ~Copyable {
    public enum Direction: Sendable { case outbound, inbound }

    /// How far behind the newest packet another may be and still be taken (RFC 3711 §3.3.2).
    public static let replayWindow = 1024
    /// SSRCs, of RTP and RTCP together, that are kept.
    public static let maximumStreams = 48

    public let profile: SRTPProfile
    public let direction: Direction
    /// Packets that went through, and those that did not, by reason.
    public private(set) var counters = SRTPCounters()

    private let session: srtp_t
    private var streams: [UInt32]

    /// - Parameter keyingMaterial: master key followed by master salt.
    public init(profile: SRTPProfile, keyingMaterial: [UInt8], direction: Direction) throws(SRTPError) {
        guard keyingMaterial.count == profile.keyingMaterialSize, Self.libraryIsReady else { throw .setUp }
        var created: srtp_t?
        let status = callpoint_srtp_create(
            &created, UInt32(profile.rawValue), direction == .outbound ? 1 : 0, keyingMaterial,
            UInt(Self.replayWindow))
        guard status == srtp_err_status_ok, let created else { throw .setUp }
        session = created
        self.profile = profile
        self.direction = direction
        streams = []
        streams.reserveCapacity(Self.maximumStreams)
    }

    deinit { srtp_dealloc(session) }

    private static let libraryIsReady: Bool = callpoint_srtp_init() == srtp_err_status_ok

    /// Encrypts an RTP packet and appends its tag.
    public mutating func protect(_ packet: inout PooledBuffer) throws(SRTPError) {
        try apply(to: &packet, .rtp, protecting: true)
    }

    /// Checks and decrypts an RTP packet and takes its tag off.
    public mutating func unprotect(_ packet: inout PooledBuffer) throws(SRTPError) {
        try apply(to: &packet, .rtp, protecting: false)
    }

    /// Encrypts a compound RTCP packet and appends index and tag.
    public mutating func protectRTCP(_ packet: inout PooledBuffer) throws(SRTPError) {
        try apply(to: &packet, .rtcp, protecting: true)
    }

    /// Checks and decrypts a compound RTCP packet and takes index and tag off.
    public mutating func unprotectRTCP(_ packet: inout PooledBuffer) throws(SRTPError) {
        try apply(to: &packet, .rtcp, protecting: false)
    }
}

/// What happened to the packets of one `SRTPSession`.
public struct SRTPCounters: Sendable, Equatable {
    public var passed: UInt64 = 0
    public var malformed: UInt64 = 0
    public var authenticationFailures: UInt64 = 0
    public var replays: UInt64 = 0
    /// Everything else: no room, too many streams, refusals of the library's.
    public var refused: UInt64 = 0

    public init() {}
}

extension SRTPSession {
    private enum Kind { case rtp, rtcp }

    private mutating func apply(
        to packet: inout PooledBuffer, _ kind: Kind, protecting: Bool
    ) throws(SRTPError) {
        do throws(SRTPError) {
            precondition(protecting == (direction == .outbound), "an SRTP session goes one way")
            let ssrc = try check(packet, kind, protecting: protecting)
            let isKnown = streams.contains(ssrc)
            guard isKnown || streams.count < Self.maximumStreams else { throw .tooManyStreams }
            var size = Int32(truncatingIfNeeded: packet.count)
            let session = session
            let status = packet.withUnsafeMutableBytes { bytes in
                switch (kind, protecting) {
                case (.rtp, true): srtp_protect(session, bytes.baseAddress, &size)
                case (.rtp, false): srtp_unprotect(session, bytes.baseAddress, &size)
                case (.rtcp, true): srtp_protect_rtcp(session, bytes.baseAddress, &size)
                case (.rtcp, false): srtp_unprotect_rtcp(session, bytes.baseAddress, &size)
                }
            }
            switch status {
            case srtp_err_status_ok: break
            case srtp_err_status_auth_fail: throw .authentication
            case srtp_err_status_replay_fail, srtp_err_status_replay_old: throw .replayed
            case srtp_err_status_parse_err, srtp_err_status_bad_param: throw .malformed
            default: throw .refused(status: Int(status.rawValue))
            }
            guard size >= 0, Int(size) <= packet.capacity else { throw .malformed }
            packet.setCount(Int(size))
            if !isKnown { streams.append(ssrc) }
            counters.passed &+= 1
        } catch {
            switch error {
            case .malformed: counters.malformed &+= 1
            case .authentication: counters.authenticationFailures &+= 1
            case .replayed: counters.replays &+= 1
            default: counters.refused &+= 1
            }
            throw error
        }
    }

    /// The packet's SSRC, if the packet is as long as its header and trailer need it to be.
    private func check(_ packet: borrowing PooledBuffer, _ kind: Kind, protecting: Bool) throws(SRTPError) -> UInt32 {
        let bytes = packet.bytes
        guard let first = bytes.byte(at: 0), first >> 6 == 2 else { throw .malformed }
        var needed: Int
        let ssrcOffset: Int
        switch kind {
        case .rtp:
            ssrcOffset = 8
            needed = 12 + Int(first & 15) * 4
            if first & 0x10 != 0 {
                guard let words = bytes.bigEndian(UInt16.self, at: needed + 2) else { throw .malformed }
                needed += 4 + Int(words) * 4
            }
            if !protecting { needed += profile.tagSize }
        case .rtcp:
            ssrcOffset = 4
            needed = protecting ? 8 : 8 + profile.rtcpTrailerSize
        }
        guard bytes.byteCount >= needed, let ssrc = bytes.bigEndian(UInt32.self, at: ssrcOffset) else {
            throw .malformed
        }
        if protecting {
            // libsrtp may write so much behind a packet, whatever the profile needs.
            let room = Int(SRTP_MAX_TAG_LEN + SRTP_MAX_MKI_LEN) + (kind == .rtcp ? 4 : 0)
            guard packet.count + room <= packet.capacity else { throw .noRoom }
        }
        return ssrc
    }
}
