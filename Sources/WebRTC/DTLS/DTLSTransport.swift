import COpenSSL
public import Primitives

/// One DTLS 1.2 association (RFC 6347) that exports SRTP keys (RFC 5764), without input or output of its own.
///
/// The owner feeds datagrams of an ICE-validated pair with `receive`, calls `advance` at `deadline`, and after each
/// sends what `nextDatagram` gives until it gives nothing. The peer's certificate is demanded in both roles and must
/// have one of the fingerprints given; otherwise the state is `failed`, an alert goes out and no key ever existed.
/// Never traps on what the peer sends; memory is bounded by OpenSSL's limits (16 KiB a message, 100 records ahead).
/// To be used by one thread at a time.
public struct DTLSTransport: ~Copyable {
    public enum Role: String, Sendable { case client, server }
    /// As in `RTCDtlsTransportState`, with the reason.
    public enum State: Equatable, Sendable {
        case new, connecting, connected, closed
        case failed(DTLSError)
    }
    /// Bytes a datagram has at the most.
    public static let maximumDatagramSize = 1200

    public let role: Role
    public private(set) var state = State.new
    /// When `advance` must be called.
    public private(set) var deadline = Instant.distantFuture
    /// The keys, from the moment the state is `connected`.
    public private(set) var keys: SRTPKeyingMaterial?
    /// Datagrams of the peer that were not DTLS by their first byte, too short, or came after the end.
    public private(set) var ignoredDatagrams: UInt64 = 0

    /// When OpenSSL's own timer has the flight sent again.
    private var timer = Instant.distantFuture
    /// Flights sent again by it. After two the path is taken for one that loses much, and from then on each flight is said
    /// again, byte for byte, until it is answered: a handshake's few hundred bytes are cheap, and somebody waits for it.
    private var timeouts = 0
    private static let patientTimeouts = 2
    private var sayAgainAt = Instant.distantFuture
    private var saidAt = Instant.zero
    private var heardAt = Instant.zero
    private static let pause = Interval.milliseconds(60)
    /// A peer that has been silent for so long is not hurried any more.
    private static let hurry = Interval.seconds(6)
    private static let longPause = Interval.milliseconds(400)
    private let certificate: DTLSCertificate
    private let check: PeerCertificateCheck
    private let datagrams: UnsafeMutablePointer<callpoint_datagrams>
    private let connection: OpaquePointer

    /// - Parameter fingerprints: what signalling named; an empty list accepts nobody.
    public init(
        role: Role, certificate: DTLSCertificate, peerFingerprints fingerprints: [DTLSFingerprint]
    ) throws(DTLSError) {
        let check = PeerCertificateCheck(fingerprints)
        guard let datagrams = callpoint_datagrams_new() else { throw .setUp }
        guard
            let connection = callpoint_dtls_connection(
                certificate.context, datagrams, role == .client ? 1 : 0, UInt32(Self.maximumDatagramSize),
                Unmanaged.passUnretained(check).toOpaque(),
                { owner, der, size in
                    guard let owner, let der else { return 0 }
                    let check = Unmanaged<PeerCertificateCheck>.fromOpaque(owner).takeUnretainedValue()
                    return check.accepts(UnsafeRawBufferPointer(start: der, count: size)) ? 1 : 0
                })
        else {
            callpoint_datagrams_free(datagrams)
            throw .setUp
        }
        self.init(role, certificate, check, datagrams, connection)
    }

    private init(
        _ role: Role, _ certificate: DTLSCertificate, _ check: PeerCertificateCheck,
        _ datagrams: UnsafeMutablePointer<callpoint_datagrams>, _ connection: OpaquePointer
    ) {
        self.role = role
        self.certificate = certificate
        self.check = check
        self.datagrams = datagrams
        self.connection = connection
    }

    deinit {
        SSL_free(connection)
        callpoint_datagrams_free(datagrams)
    }

    /// Begins: a client's first flight is ready afterwards, a server waits for one. Does nothing a second time.
    public mutating func start(now: Instant) {
        guard state == .new else { return }
        state = .connecting
        heardAt = now
        drive(now)
    }

    /// Takes one datagram of the peer, which must come from a pair that ICE has validated.
    public mutating func receive(_ datagram: RawSpan, now: Instant) {
        // RFC 7983 §7: 20…63 is DTLS; a record's header is 13 bytes.
        guard state == .connecting || state == .connected, datagram.byteCount >= 13,
            let first = datagram.byte(at: 0), (20...63).contains(first)
        else {
            ignoredDatagrams &+= 1
            return
        }
        heardAt = now
        datagram.withUnsafeBytes { bytes in
            datagrams.pointee.incoming = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            datagrams.pointee.incoming_size = bytes.count
            drive(now)
            datagrams.pointee.incoming = nil
            datagrams.pointee.incoming_size = 0
        }
        // A client that still shakes hands has not had the server's last flight, which nothing else would repeat.
        if state == .connected, role == .server, first == 20 || first == 22, now >= saidAt + Self.pause {
            sayAgain(now)
        }
    }

    /// Retransmits the last flight if its time has come.
    public mutating func advance(to now: Instant) {
        guard state == .connecting, now >= deadline else { return }
        guard now >= timer else { return sayAgain(now) }
        callpoint_enter_virtual_time(now.nanoseconds)
        timeouts += 1
        datagrams.pointee.flight_is_over = 1
        let result = callpoint_dtls_handle_timeout(connection)
        callpoint_leave_virtual_time()
        if result < 0 {
            _ = callpoint_take_error()
            fail(.timedOut)
        } else {
            noteSaid(now)
            drive(now)
        }
    }

    /// Says goodbye (close_notify) if there is someone to say it to. No keys afterwards.
    public mutating func close(now: Instant) {
        switch state {
        case .connected:
            callpoint_enter_virtual_time(now.nanoseconds)
            SSL_shutdown(connection)
            callpoint_leave_virtual_time()
            _ = callpoint_take_error()
        case .new, .connecting: break
        case .closed, .failed: return
        }
        end(.closed)
    }

    /// The next datagram to send, in a slot of `pool`; nil when there is none, or no slot (it is then still there).
    public mutating func nextDatagram(from pool: BufferPool) -> PooledBuffer? {
        guard hasDatagrams, var buffer = try? pool.take() else { return nil }
        let size = buffer.withUnsafeMutableBytes { target in
            callpoint_datagrams_take(datagrams, target.baseAddress, target.count)
        }
        guard size > 0 else { return nil }
        buffer.setCount(size)
        return buffer
    }

    public var hasDatagrams: Bool { datagrams.pointee.count > 0 }

    /// The suite's name in OpenSSL's spelling, once connected.
    public var cipherName: String? {
        guard state == .connected, let cipher = SSL_get_current_cipher(connection) else { return nil }
        return String(cString: SSL_CIPHER_get_name(cipher))
    }
}

extension DTLSTransport {
    /// Lets OpenSSL go as far as it can with what has arrived.
    private mutating func drive(_ now: Instant) {
        callpoint_enter_virtual_time(now.nanoseconds)
        defer { callpoint_leave_virtual_time() }
        ERR_clear_error()
        datagrams.pointee.flight_is_over = 1
        if state == .connecting {
            let result = SSL_do_handshake(connection)
            if result == 1 {
                finishHandshake()
            } else if SSL_get_error(connection, result) != SSL_ERROR_WANT_READ {
                failHandshake()
            }
        }
        if state == .connected { readRecords() }
        if datagrams.pointee.flight_is_over == 0 { noteSaid(now) }
        guard state == .connecting else { return }
        let left = callpoint_dtls_time_left(connection)
        timer = left < 0 ? .distantFuture : now + .nanoseconds(left)
        deadline = min(timer, sayAgainAt)
    }

    private mutating func sayAgain(_ now: Instant) {
        callpoint_datagrams_say_again(datagrams)
        noteSaid(now)
    }

    private mutating func noteSaid(_ now: Instant) {
        saidAt = now
        guard state == .connecting, timeouts >= Self.patientTimeouts else { return }
        sayAgainAt = now + (now - heardAt < Self.hurry ? Self.pause : Self.longPause)
        deadline = min(timer, sayAgainAt)
    }

    private mutating func finishHandshake() {
        deadline = .distantFuture
        // OpenSSL has asked the check before, or there would be no handshake; a second look costs nothing.
        guard check.hasAccepted else { return fail(.fingerprintMismatch) }
        guard let selected = SSL_get_selected_srtp_profile(connection),
            let profile = SRTPProtectionProfile(rawValue: UInt16(truncatingIfNeeded: selected.pointee.id))
        else { return fail(.noSharedProfile) }
        let label = "EXTRACTOR-dtls_srtp"
        var exported = [UInt8](repeating: 0, count: 2 * (profile.keySize + profile.saltSize))
        let result = SSL_export_keying_material(
            connection, &exported, exported.count, label, label.utf8.count, nil, 0, 0)
        guard result == 1,
            let keys = SRTPKeyingMaterial(profile: profile, exported: exported, isClient: role == .client)
        else { return fail(.handshake(reason: 0)) }
        exported.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
        self.keys = keys
        state = .connected
    }

    /// Alerts and repeated flights; application data is not ours and is dropped.
    private mutating func readRecords() {
        withUnsafeTemporaryAllocation(byteCount: 2048, alignment: 1) { scratch in
            for _ in 0..<32 {  // a datagram has no more records worth reading
                let result = SSL_read(connection, scratch.baseAddress, Int32(scratch.count))
                if result > 0 { continue }
                switch SSL_get_error(connection, result) {
                case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return
                case SSL_ERROR_ZERO_RETURN: return end(.closed)
                default:
                    let reason = callpoint_take_error()
                    return fail(.handshake(reason: Int(reason & 0x7F_FFFF)))
                }
            }
        }
    }

    private mutating func failHandshake() {
        let reason = Int(callpoint_take_error() & 0x7F_FFFF)  // ERR_GET_REASON
        fail(check.hasRefused ? .fingerprintMismatch : .handshake(reason: reason))
    }

    private mutating func fail(_ error: DTLSError) { end(.failed(error)) }

    private mutating func end(_ final: State) {
        state = final
        keys = nil
        deadline = .distantFuture
    }
}

/// Compares the certificate that OpenSSL was shown with what signalling named.
private final class PeerCertificateCheck {
    private let fingerprints: [DTLSFingerprint]
    private(set) var hasAccepted = false
    private(set) var hasRefused = false

    init(_ fingerprints: [DTLSFingerprint]) { self.fingerprints = fingerprints }

    func accepts(_ der: UnsafeRawBufferPointer) -> Bool {
        let accepted = fingerprints.contains { digest(of: der, $0.algorithm) == $0.digest }
        if accepted { hasAccepted = true } else { hasRefused = true }
        return accepted && !hasRefused
    }
}
