import PeerConnection
import Primitives

/// TCP connections between the two sides: they lose nothing, keep their order, and are cut into pieces anywhere.
extension SimulatedCall {
    func open(_ request: StreamRequest, by side: Side) {
        let key = StreamKey(side, request.number)
        guard firewalls[side.rawValue].streamPorts?.contains(request.remote.port) ?? true else {
            return  // the firewall drops it, and nobody answers
        }
        connections[key] = .some(nil)
        let address = request.local ?? self[side].addresses.first?.address ?? IPAddress(ipv4: 0)
        let port = UInt16(truncatingIfNeeded: 35_000 + request.number.rawValue)
        push(
            now + conditions.delay,
            .connection(by: side, request.number, from: TransportAddress(address, port: port), to: request.remote))
    }

    func connect(_ side: Side, _ number: StreamNumber, from: TransportAddress, to: TransportAddress) {
        let (key, far) = (StreamKey(side, number), other(side))
        guard connections[key] != nil else { return }
        guard self[far].listeners.contains(to), let accepted = self[far].peer.accept(from: from, at: to, now: now)
        else {
            connections[key] = nil
            return push(now + conditions.delay, .streamClosed(side, number))
        }
        let end = StreamKey(far, accepted)
        connections[end] = key
        // What was written while it was being opened leaves when the other end's word is back.
        at(now + conditions.delay) { call in
            guard call.connections[key] != nil, call.connections[end] != nil else { return }
            call.connections[key] = end
            if let bytes = call.waiting.removeValue(forKey: key) { call.carry(bytes, to: end) }
        }
        settle(far)
    }

    /// From now on a byte of every twentieth write between the sides, or of a server's to a side, is changed; with nil
    /// nothing any more.
    public func damage(seed: UInt64?) {
        damages = seed != nil
        if let seed { random = RandomSource(seed: seed) }
    }

    func damaged(_ bytes: [UInt8]) -> [UInt8] {
        guard damages, !bytes.isEmpty, random.chance(0.05) else { return bytes }
        var bytes = bytes
        bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
        return bytes
    }

    func carry(_ bytes: [UInt8], to end: StreamKey) {
        let bytes = damaged(bytes)
        let cut = Int.random(in: 0...bytes.count, using: &random)
        for piece in [Array(bytes.prefix(cut)), Array(bytes.dropFirst(cut))] where !piece.isEmpty {
            push(now + conditions.delay, .streamBytes(end.parts.0, end.parts.1, piece))
        }
    }

    func closeConnection(_ key: StreamKey) {
        waiting[key] = nil
        guard let end = connections.removeValue(forKey: key) ?? nil else { return }
        connections[end] = nil
        push(now + conditions.delay, .streamClosed(end.parts.0, end.parts.1))
    }
}
