import ICE
import Primitives
import STUN

/// The other end of a check, spoken by hand: knows the agent's password, answers what it is asked, and lies on request.
final class HandmadePeer {
    let credentials: ICECredentials
    let agentCredentials: ICECredentials
    var random: RandomSource
    var role: ICERole = .controlling
    var tieBreaker: UInt64 = .max
    /// Addresses that do not answer any more.
    var silent: Set<TransportAddress> = []

    init(for peer: Peer, seed: UInt64 = 4711) {
        random = RandomSource(seed: seed)
        credentials = ICECredentials(using: &random)
        agentCredentials = peer.localCredentials
    }

    /// Answers the agent's checks to `addresses`.
    func attach(to network: Network, peer: Peer, at addresses: [TransportAddress]) {
        network.filter = { [unowned network, self] datagram, _ in
            if datagram.isRequest, addresses.contains(datagram.to), !silent.contains(datagram.to) {
                network.inject(answer(datagram))
            }
            return .pass
        }
    }

    func check(
        from: TransportAddress, to: TransportAddress, useCandidate: Bool = false, priority: UInt32 = 1000,
        fragment: [UInt8]? = nil, key: [UInt8]? = nil, unknownAttribute: Bool = false
    ) -> Network.Datagram {
        var memory = Array(repeating: UInt8(0), count: 600)
        var span = memory.mutableSpan
        let id = STUNTransactionID(using: &random)
        var writer = STUNMessageWriter(span.mutableBytes, .request, .binding, transactionID: id)
        let receiver = fragment ?? Array(agentCredentials.usernameFragment.utf8)
        writer.writeUsername(receiver: receiver, sender: Array(credentials.usernameFragment.utf8))
        writer.writePriority(priority)
        if useCandidate { writer.writeUseCandidate() }
        switch role {
        case .controlling: writer.writeICEControlling(tieBreaker: tieBreaker)
        case .controlled: writer.writeICEControlled(tieBreaker: tieBreaker)
        }
        if unknownAttribute { writer.write(STUNAttribute(rawValue: 0x7FFF), RawSpan()) }
        let size = writer.finish(integrityKey: key ?? Array(agentCredentials.password.utf8)) ?? 0
        return Network.Datagram(bytes: Array(memory.prefix(size)), from: from, to: to)
    }

    /// A request without a single attribute but FINGERPRINT.
    func bareRequest(from: TransportAddress, to: TransportAddress) -> Network.Datagram {
        var memory = Array(repeating: UInt8(0), count: 64)
        var span = memory.mutableSpan
        let id = STUNTransactionID(using: &random)
        var writer = STUNMessageWriter(span.mutableBytes, .request, .binding, transactionID: id)
        let size = writer.finish(integrityKey: nil) ?? 0
        return Network.Datagram(bytes: Array(memory.prefix(size)), from: from, to: to)
    }

    func answer(_ request: Network.Datagram, key: [UInt8]? = nil, error: Int? = nil) -> Network.Datagram {
        var memory = Array(repeating: UInt8(0), count: 600)
        var span = memory.mutableSpan
        guard let id = try? STUNMessage(request.bytes.span.bytes).transactionID else {
            preconditionFailure("only requests are answered")
        }
        let messageClass: STUNClass = error == nil ? .success : .error
        var writer = STUNMessageWriter(span.mutableBytes, messageClass, .binding, transactionID: id)
        if let error { writer.writeErrorCode(error) } else { writer.writeXORMappedAddress(request.from) }
        let size = writer.finish(integrityKey: key ?? Array(credentials.password.utf8)) ?? 0
        return Network.Datagram(bytes: Array(memory.prefix(size)), from: request.to, to: request.from)
    }
}

extension HandmadePeer {
    static let v4 = TransportAddress(IPAddress(ipv4: 0xC000_0201), port: 1)
    static let v6 = TransportAddress(IPAddress(ipv6High: 0x2001_0db8 << 32, low: 1), port: 2)
}

extension Network {
    /// A controlled agent of both address families, and its other end, which answers from both.
    func addDualStack(answeringAlso more: [TransportAddress] = []) -> (Peer, HandmadePeer) {
        let peer = add(.controlled)
        peer.bind("192.0.2.2", 6000)
        peer.bind("2001:db8::2", 6001)
        let other = HandmadePeer(for: peer)
        peer.agent.setRemoteCredentials(other.credentials, now: .zero)
        other.attach(to: self, peer: peer, at: [HandmadePeer.v4, HandmadePeer.v6] + more)
        return (peer, other)
    }
}
