public import Primitives
import STUN

/// A TURN and STUN server as RFC 8656 has it, enough for calls to be made through it: long-term credentials, nonces that
/// grow stale, allocations, permissions and channels that expire. It forwards nothing that it was not given leave to.
public final class SimulatedTURNServer {
    /// Where a client's messages come from; over a stream, the stream's other end.
    public struct Client: Hashable, Sendable {
        public let address: TransportAddress
        public let isStream: Bool
        public init(_ address: TransportAddress, isStream: Bool = false) {
            (self.address, self.isStream) = (address, isStream)
        }
    }

    public enum Output {
        case toClient(Client, [UInt8])
        case toPeer([UInt8], from: TransportAddress, to: TransportAddress)
    }

    struct Allocation {
        var relayed: [TransportAddress]
        var expires: Instant
        var permissions: [IPAddress: Instant] = [:]
        var channels: [UInt16: (peer: TransportAddress, expires: Instant)] = [:]
    }

    public let address: TransportAddress
    /// Where it listens for connections, TLS or not.
    public var streamAddresses: Set<TransportAddress> = []
    public var username = "kiosk"
    public var password = "a password that nobody knows"
    public var realm = "clinic.example"
    public var nonceLifetime = Interval.seconds(600)
    /// Refuses every Allocate so.
    public var refusal: Int?
    public var alternate: TransportAddress?
    /// Peers that may not be reached: CreatePermission and ChannelBind are refused with 403.
    public var forbidden: Set<IPAddress> = []
    public var hasIPv6 = false
    public var hasIPv4 = true
    /// Answers nothing and forwards nothing.
    public var isDead = false
    /// What it was asked and did, by name.
    public private(set) var counts: [String: Int] = [:]
    private var allocations: [Client: Allocation] = [:]
    private var nextPort: UInt16 = 50_000
    private var out: [Output] = []
    private var now = Instant.zero

    public init(address: TransportAddress) { self.address = address }

    public var allocationCount: Int { allocations.count }
    public var relayedAddresses: [TransportAddress] { allocations.values.flatMap(\.relayed) }

    /// Forgets all allocations, as a server that was started again.
    public func restart() { allocations.removeAll() }

    public func owns(_ address: TransportAddress) -> Bool { relayedAddresses.contains(address) }

    /// A whole message of a client's.
    public func receive(_ bytes: [UInt8], from client: Client, now: Instant) -> [Output] {
        guard !isDead, let first = bytes.first else { return [] }
        begin(now)
        if first >= 0x40 { forwardChannelData(bytes, client) } else { answer(bytes, client) }
        return out
    }

    /// A datagram of a peer's to an address that was allocated.
    public func receive(
        _ bytes: [UInt8], from peer: TransportAddress, at relayed: TransportAddress, now: Instant
    ) -> [Output] {
        guard !isDead else { return [] }
        begin(now)
        for (client, allocation) in allocations where allocation.relayed.contains(relayed) {
            guard let until = allocation.permissions[peer.address], until > now else {
                count("refused peer")
                continue
            }
            if let channel = allocation.channels.first(where: { $0.value.peer == peer && $0.value.expires > now }) {
                count("channel data in")
                let size = UInt16(bytes.count)
                var message = [UInt8(channel.key >> 8), UInt8(channel.key & 255), UInt8(size >> 8), UInt8(size & 255)]
                message += bytes
                while client.isStream, message.count % 4 != 0 { message.append(0xEE) }
                out.append(.toClient(client, message))
            } else {
                count("data indication")
                send(.indication, .data, STUNTransactionID(high: 7, low: 7), client) { writer in
                    writer.writeXOR(.xorPeerAddress, peer)
                    writer.write(.data, bytes)
                }
            }
        }
        return out
    }

    private func begin(_ now: Instant) {
        self.now = now
        out = []
        allocations = allocations.filter { $0.value.expires > now }
    }

    private func count(_ name: String) { counts[name, default: 0] += 1 }

    private func forwardChannelData(_ bytes: [UInt8], _ client: Client) {
        guard bytes.count >= 4, let allocation = allocations[client] else { return }
        let size = Int(bytes[2]) << 8 | Int(bytes[3])
        let number = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        guard let channel = allocation.channels[number], channel.expires > now, 4 + size <= bytes.count else {
            count("stray channel data")
            return
        }
        forward(Array(bytes[4..<4 + size]), to: channel.peer, allocation, "channel data out")
    }

    private func forward(_ bytes: [UInt8], to peer: TransportAddress, _ allocation: Allocation, _ name: String) {
        guard let until = allocation.permissions[peer.address], until > now,
            let from = allocation.relayed.first(where: { $0.address.family == peer.address.family })
        else {
            count("not permitted")
            return
        }
        count(name)
        out.append(.toPeer(bytes, from: from, to: peer))
    }

    private func answer(_ bytes: [UInt8], _ client: Client) {
        guard let message = try? STUNMessage(bytes.span.bytes) else { return }
        let id = message.transactionID
        switch (message.messageClass, message.method) {
        case (.request, .binding):
            count("binding")
            send(.success, .binding, id, client) { $0.writeXORMappedAddress(client.address) }
        case (.indication, .binding): count("keepalive")
        case (.indication, .send):
            guard let allocation = allocations[client], let peer = message.xorPeerAddress,
                let data = message.data?.toArray()
            else { return }
            forward(data, to: peer, allocation, "send indication")
        case (.request, let method):
            guard let key = authenticate(message, client) else { return }
            serve(message, method, client, key)
        default: break
        }
    }

    private var nonce: String { "nonce\(now.nanoseconds / max(1, nonceLifetime.nanoseconds))" }

    /// Nil if the request was answered with a challenge.
    private func authenticate(_ message: borrowing STUNMessage, _ client: Client) -> [UInt8]? {
        let (id, method) = (message.transactionID, message.method)
        func challenge(_ code: Int) {
            count("\(code)")
            let (realm, nonce) = (realm, nonce)
            send(.error, method, id, client) { writer in
                writer.writeErrorCode(code)
                writer.write(.realm, Array(realm.utf8))
                writer.write(.nonce, Array(nonce.utf8))
            }
        }
        let key = LongTermKey.md5(
            username: Array(username.utf8), realm: Array(realm.utf8), password: Array(password.utf8))
        guard let key, message.username?.toArray() == Array(username.utf8), message.hasIntegrity(under: key) else {
            challenge(401)
            return nil
        }
        guard message.nonce?.toArray() == Array(nonce.utf8) else {
            challenge(438)
            return nil
        }
        return key
    }

    private func serve(_ message: borrowing STUNMessage, _ method: STUNMethod, _ client: Client, _ key: [UInt8]) {
        let id = message.transactionID
        func refuse(_ code: Int) {
            count("\(code)")
            let alternate = alternate
            send(.error, method, id, client, key) { writer in
                writer.writeErrorCode(code)
                if code == 300, let alternate { writer.writeAlternateServer(alternate) }
            }
        }
        if method == .allocate {
            if let refusal { return refuse(refusal) }
            if alternate != nil { return refuse(300) }
            guard message.requestedTransport == 17 else { return refuse(442) }
            let only = message.addressFamily(in: .requestedAddressFamily)
            let wantsIPv4 = only != .ipv6
            let wantsIPv6 = only == .ipv6 || message.addressFamily(in: .additionalAddressFamily) == .ipv6
            guard hasIPv4 || !wantsIPv4 else { return refuse(440) }
            if allocations[client] == nil {
                var relayed: [TransportAddress] = []
                if wantsIPv4 { relayed.append(TransportAddress(address.address, port: nextPort)) }
                if wantsIPv6, hasIPv6 {
                    let ip = IPAddress(ipv6High: 0x2001_0DB8_0000_0077, low: 1)
                    relayed.append(TransportAddress(ip, port: nextPort))
                }
                nextPort += 1
                allocations[client] = Allocation(relayed: relayed, expires: now + .seconds(600))
                count("allocation")
            }
            let relayed = allocations[client]?.relayed ?? []
            return send(.success, method, id, client, key) { writer in
                for address in relayed { writer.writeXOR(.xorRelayedAddress, address) }
                writer.write(.lifetime, word: 600)
                writer.writeXORMappedAddress(client.address)
            }
        }
        guard allocations[client] != nil else { return refuse(437) }
        switch method {
        case .refresh:
            let lifetime = min(message.lifetime ?? 600, 600)
            count(lifetime == 0 ? "release" : "refresh")
            allocations[client]?.expires = now + .seconds(Int64(lifetime))
            if lifetime == 0 { allocations[client] = nil }
            send(.success, method, id, client, key) { $0.write(.lifetime, word: lifetime) }
        case .createPermission:
            guard let peer = message.xorPeerAddress else { return refuse(400) }
            guard !forbidden.contains(peer.address) else { return refuse(403) }
            count("permission")
            allocations[client]?.permissions[peer.address] = now + .seconds(300)
            send(.success, method, id, client, key) { _ in }
        case .channelBind:
            guard let peer = message.xorPeerAddress, let number = message.channelNumber,
                (0x4000...0x4FFF).contains(number)
            else { return refuse(400) }
            guard !forbidden.contains(peer.address) else { return refuse(403) }
            let known = allocations[client]?.channels[number]
            guard known == nil || known?.peer == peer else { return refuse(400) }
            count("channel")
            allocations[client]?.permissions[peer.address] = now + .seconds(300)
            allocations[client]?.channels[number] = (peer, now + .seconds(600))
            send(.success, method, id, client, key) { _ in }
        default: refuse(400)
        }
    }

    private func send(
        _ messageClass: STUNClass, _ method: STUNMethod, _ id: STUNTransactionID, _ client: Client,
        _ key: [UInt8]? = nil, _ body: (inout STUNMessageWriter) -> Void
    ) {
        var memory = [UInt8](repeating: 0, count: 2048)
        var span = memory.mutableSpan
        var writer = STUNMessageWriter(span.mutableBytes, messageClass, method, transactionID: id)
        body(&writer)
        guard let size = writer.finish(integrityKey: key) else { return }
        out.append(.toClient(client, Array(memory.prefix(size))))
    }
}
