import COpenSSL
public import LinuxIO
public import Primitives

/// TLS 1.2 or 1.3 over a TCP connection, as the client. See `ByteStream` for how it is driven.
///
/// The server's certificate must lead to an authority and be for the name asked for (RFC 6125, without wildcards inside a
/// label); a failure says which of the two it was, or whether it is a matter of time.
public final class TLSStream: ByteStream {
    public private(set) var state: StreamState = .opening
    public let unsent = Counter()
    public var backlog: Int { outgoing.count }
    public var localAddress: TransportAddress { socket.localAddress }
    public var remoteAddress: TransportAddress { socket.remoteAddress }

    private let socket: TCPStream
    private let authorities: TLSAuthorities
    private let connection: OpaquePointer
    private let outgoing = ByteQueue(capacity: TCPStream.sendCapacity)
    private let incoming = ByteQueue(capacity: TCPStream.receiveCapacity)
    /// OpenSSL cannot go on before the socket takes bytes.
    private var isBlocked = false

    /// Begins to connect; nothing is waited for.
    /// - Parameter name: the server's DNS name, which is sent in the clear too (SNI), or its address in text.
    public init(
        connectingTo remote: TransportAddress, name: String, authorities: TLSAuthorities,
        from local: TransportAddress? = nil
    ) throws(SystemError) {
        let socket = try TCPStream(connectingTo: remote, from: local)
        let isAddress = IPAddress(name) != nil
        guard let made = callpoint_tls_connection(authorities.context, socket.raw, name, isAddress ? 1 : 0) else {
            throw SystemError(errno: 22, operation: "begin TLS with \(name)")
        }
        self.socket = socket
        self.authorities = authorities
        connection = made
    }

    deinit { SSL_free(connection) }

    public func register(in set: borrowing EpollSet, tag: UInt64) throws(SystemError) {
        try socket.register(in: set, tag: tag, wantsWrite: wantsWrite)
    }

    public func updateInterest(in set: borrowing EpollSet) throws(SystemError) {
        try socket.updateInterest(in: set, wantsWrite: wantsWrite)
    }

    private var wantsWrite: Bool {
        switch state {
        case .opening, .open: socket.state == .opening || isBlocked
        case .closed: false
        }
    }

    public func progress() {
        if state == .opening {
            guard isConnected() else { return }
            let result = callpoint_tls_handshake(connection)
            isBlocked = callpoint_tls_wants_write(connection) != 0
            if result == CALLPOINT_TLS_WAITS { return }
            guard result == 1 else { return fail() }
            state = .open
        }
        write()
    }

    private func isConnected() -> Bool {
        socket.progress()
        switch socket.state {
        case .opening: return false
        case .open: return true
        case .closed(let error):
            end(error)
            return false
        }
    }

    private func write() {
        isBlocked = false
        while state == .open, !outgoing.isEmpty, !isBlocked {
            var result: Int32 = 0
            outgoing.take { bytes in
                // One record at the most, so that a slow socket keeps little that is encrypted already.
                result = callpoint_tls_write(connection, bytes.baseAddress, min(bytes.count, 16_384))
                return Int(result)
            }
            if result == CALLPOINT_TLS_WAITS { isBlocked = true } else if result <= 0 { fail() }
        }
    }

    public func receive(_ body: (RawSpan) -> Int) -> Bool {
        guard state == .open else { return false }
        var result: Int32 = 0
        incoming.fill { room in
            result = callpoint_tls_read(connection, room.baseAddress, room.count)
            return Int(result)
        }
        if result == CALLPOINT_TLS_WAITS { return false }
        guard result > 0 else {
            if result == 0 { end(nil) } else { fail() }
            return false
        }
        incoming.take { body($0.bytes) }
        if incoming.isFull { end(.messageTooLong) }
        return state == .open
    }

    @discardableResult
    public func send(_ head: RawSpan, _ body: RawSpan) -> Bool {
        if case .closed = state { return false }
        guard outgoing.append(head, body) else {
            unsent.increment()
            return false
        }
        if state == .open { write() }
        return true
    }

    public func close(in set: borrowing EpollSet) {
        if state == .open { callpoint_tls_goodbye(connection) }
        end(nil)
        socket.close(in: set)
    }

    private func end(_ error: StreamError?) {
        if case .closed = state { return }
        state = .closed(error)
    }

    private func fail() {
        var error: Int32 = 0
        var text = [CChar](repeating: 0, count: 128)
        let kind = callpoint_tls_failure(connection, &error, &text, text.count)
        switch Int(kind) {
        case CALLPOINT_TLS_NAME: end(.tls(.nameMismatch))
        case CALLPOINT_TLS_NOT_TRUSTED: end(.tls(.notTrusted))
        case CALLPOINT_TLS_EXPIRED: end(.tls(.expired))
        case CALLPOINT_TLS_NOT_YET_VALID: end(.tls(.clockBehind))
        case CALLPOINT_TLS_SOCKET:
            end(error == 0 ? .reset : StreamError(errno: error, "speak TLS with \(remoteAddress)"))
        default:
            let words = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            end(.tls(.handshake(String(decoding: words, as: UTF8.self))))
        }
    }
}
