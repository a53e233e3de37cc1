public import Primitives
import STUN

extension TURNAllocation {
    /// Makes of a datagram for `peer` what is to be sent to the server: ChannelData where a channel is bound, a Send
    /// indication otherwise. Asks for the permission on the way; drain `poll` before sending, so that it goes first.
    /// - Returns: false if the datagram cannot be relayed, which is counted; it is then of no use.
    public mutating func wrap(_ packet: inout PooledBuffer, to peer: TransportAddress, now: Instant) -> Bool {
        setTime(now)
        guard state == .allocated, relayedAddress(peer.address.family) != nil else { return refuse() }
        let size = packet.count
        if let i = channels.firstIndex(where: { $0.isBound && $0.peer == peer }) {
            let padded = transport == .stream ? (size + 3) & ~3 : size
            guard size <= 0xFFFF, Self.channelHeaderSize + padded <= packet.capacity else { return refuse() }
            channels[i].lastUsed = now
            packet.setCount(Self.channelHeaderSize + padded)
            packet.move(0..<size, to: Self.channelHeaderSize)
            var bytes = packet.mutableBytes
            bytes.setBigEndian(channels[i].number, at: 0)
            bytes.setBigEndian(UInt16(truncatingIfNeeded: size), at: 2)
            for offset in Self.channelHeaderSize + size..<Self.channelHeaderSize + padded {
                bytes.setBigEndian(UInt8(0), at: offset)
            }
        } else {
            guard permit(peer.address) else { return refuse() }
            let header = peer.address.family == .ipv4 ? 20 + 12 + 4 : 20 + 24 + 4
            let padded = (size + 3) & ~3
            guard header + padded <= packet.capacity else { return refuse() }
            packet.setCount(header + padded)
            packet.move(0..<size, to: header)
            var out = STUNMessageWriter(
                packet.storage, .indication, .send, transactionID: STUNTransactionID(using: &random))
            out.writeXOR(.xorPeerAddress, peer)
            guard out.finish(dataOfSize: size) == header else { return refuse() }
            var bytes = packet.mutableBytes
            for offset in header + size..<header + padded { bytes.setBigEndian(UInt8(0), at: offset) }
        }
        lastSent = now
        return true
    }
    private static let channelHeaderSize = 4

    private mutating func refuse() -> Bool {
        counters.unrelayed += 1
        return false
    }

    /// Takes a message of the server's.
    /// - Returns: the peer, if `packet` now holds a datagram that was relayed from it; nil if it was about the allocation
    ///   itself, or is of no use.
    public mutating func receive(_ packet: inout PooledBuffer, now: Instant) -> TransportAddress? {
        setTime(now)
        guard isAlive else { return nil }
        guard let content = read(packet.bytes) else { return nil }
        let size = content.range.count
        packet.move(content.range, to: 0)
        packet.setCount(size)
        return content.peer
    }

    private mutating func read(_ bytes: RawSpan) -> (peer: TransportAddress, range: Range<Int>)? {
        guard let first = bytes.byte(at: 0) else { return nil }
        if (0x40...0x4F).contains(first) { return readChannelData(bytes) }
        do {
            let message = try STUNMessage(bytes)
            switch (message.messageClass, message.method) {
            case (.success, _), (.error, _): take(message)
            case (.indication, .data): return readIndication(message)
            default: counters.malformedMessages += 1
            }
        } catch {
            counters.malformedMessages += 1
        }
        return nil
    }

    private mutating func readChannelData(_ bytes: RawSpan) -> (peer: TransportAddress, range: Range<Int>)? {
        guard let number = bytes.bigEndian(UInt16.self, at: 0), let size = bytes.bigEndian(UInt16.self, at: 2),
            Self.channelHeaderSize + Int(size) <= bytes.byteCount, size > 0
        else {
            counters.malformedMessages += 1
            return nil
        }
        for channel in channels where channel.number == number {
            return (channel.peer, Self.channelHeaderSize..<Self.channelHeaderSize + Int(size))
        }
        counters.strayData += 1
        return nil
    }

    private mutating func readIndication(
        _ message: borrowing STUNMessage
    ) -> (peer: TransportAddress, range: Range<Int>)? {
        guard let peer = message.xorPeerAddress, let range = message.range(of: .data), !range.isEmpty else {
            counters.malformedMessages += 1
            return nil
        }
        guard permissions.contains(where: { $0.address == peer.address && !$0.isForbidden }) else {
            counters.strayData += 1
            return nil
        }
        return (peer, range)
    }

    /// Sees to it that `peer` may send to us and we to it (RFC 8656 §9). `wrap` does it too.
    /// - Returns: false if the server forbids it, or there are too many.
    @discardableResult
    public mutating func permit(_ address: IPAddress, now: Instant) -> Bool {
        setTime(now)
        return permit(address)
    }

    private mutating func permit(_ address: IPAddress) -> Bool {
        if let known = permissions.firstIndex(where: { $0.address == address }) {
            permissions[known].lastUsed = now
            return !permissions[known].isForbidden
        }
        if permissions.count >= configuration.permissionLimit {
            let oldest = permissions.indices.min { permissions[$0].lastUsed < permissions[$1].lastUsed }
            guard let oldest, permissions[oldest].lastUsed + .seconds(10) <= now else { return false }
            permissions.remove(at: oldest)
        }
        permissions.append(Permission(address: address, lastUsed: now))
        begin(.permission(address))
        return true
    }

    /// Asks for a channel to a peer (RFC 8656 §12); until it is bound, and where it cannot be, indications serve.
    public mutating func bindChannel(to peer: TransportAddress, now: Instant) {
        setTime(now)
        guard state == .allocated, relayedAddress(peer.address.family) != nil,
            !channels.contains(where: { $0.peer == peer }), channels.count < configuration.channelLimit,
            Channel.numbers.contains(nextChannel), permit(peer.address)
        else { return }
        channels.append(Channel(number: nextChannel, peer: peer, lastUsed: now))
        begin(.channel(nextChannel))
        nextChannel += 1
    }

    mutating func forgetChannel(_ number: UInt16) { channels.removeAll { $0.number == number } }

    mutating func renewPermissions() {
        permissions.removeAll { $0.renewsAt <= now && $0.lastUsed + configuration.idleness <= now }
        var next = Instant.distantFuture
        for i in permissions.indices {
            if permissions[i].renewsAt <= now {
                permissions[i].renewsAt = .distantFuture
                begin(.permission(permissions[i].address))
            }
            next = min(next, permissions[i].renewsAt)
        }
        timers[.permissions] = next
    }

    mutating func renewChannels() {
        channels.removeAll { $0.expires <= now }
        var next = Instant.distantFuture
        for i in channels.indices {
            if channels[i].renewsAt <= now {
                channels[i].renewsAt = .distantFuture
                if channels[i].lastUsed + configuration.idleness > now { begin(.channel(channels[i].number)) }
            }
            // One that is let go still says who it is that sends, until the server has forgotten it too.
            next = min(next, channels[i].renewsAt, channels[i].expires)
        }
        timers[.channels] = next
    }
}
