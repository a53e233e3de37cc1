import ICE
public import Primitives
import TURN

extension PeerConnection {
    /// Takes bytes that a stream of ours received, in any pieces.
    public mutating func receive(_ bytes: RawSpan, on stream: StreamNumber, at now: Instant) {
        setTime(now)
        guard !isClosed else { return }
        guard let index = relayIndex(stream) else { return receivePeerBytes(bytes, on: stream) }
        transport.bytesReceived &+= UInt64(bytes.byteCount)
        relaysAreDue = true
        var offset = 0
        while relays.isFilled(index), relays[index].stream == stream {
            switch relays[index].nextMessage(bytes, at: &offset) {
            case .needsMore: return
            case .broken: return closedStream(stream)
            case .message(let packet):
                transport.packetsReceived &+= 1
                receiveRelayed(packet, index)
            }
        }
    }

    /// A stream that was asked for could not be had, or has ended. What was relayed through it goes other ways.
    public mutating func streamClosed(_ stream: StreamNumber, now: Instant) {
        setTime(now)
        closedStream(stream)
    }

    private mutating func closedStream(_ stream: StreamNumber) {
        guard let index = relayIndex(stream) else { return endConnection(stream) }
        let wasOfUse = relays[index].allocation.state == .allocated
        if !isClosed { retryLater(index) }
        forgetRelay(index)
        guard !isClosed else { return }
        if wasOfUse { gather() }
        afterICE()
    }

    private func relayIndex(_ stream: StreamNumber) -> Int? {
        for i in 0..<relays.capacity where relays.isFilled(i) {
            if relays.withElement(at: i, { $0.stream == stream }) { return i }
        }
        return nil
    }

    /// The relay that a datagram from `server` to our socket at `base` is from.
    func relayIndex(server: TransportAddress, base: TransportAddress) -> Int? {
        guard relays.count > 0 else { return nil }
        for i in 0..<relays.capacity where relays.isFilled(i) {
            if relays[i].allocation.server == server, relays[i].route == .datagrams(base: base) { return i }
        }
        return nil
    }

    private func relayIndex(local: TransportAddress) -> Int? {
        guard relays.count > 0 else { return nil }
        for i in 0..<relays.capacity where relays.isFilled(i) && relays[i].owns(local) { return i }
        return nil
    }

    /// A message of a relay's: about the allocation, or with a datagram of a peer's in it.
    mutating func receiveRelayed(_ packet: consuming PooledBuffer, _ index: Int) {
        relaysAreDue = true
        guard let peer = relays[index].allocation.receive(&packet, now: now),
            let relayed = relays[index].allocation.relayedAddress(peer.address.family)
        else { return }
        dispatch(packet, on: ICEPath(local: relayed, remote: peer))
    }

    /// Sends a datagram of ours through the relay that its local address is on. Nil: there is none of that address, and
    /// the datagram goes as it is.
    mutating func relay(_ datagram: consuming RoutedDatagram) -> RoutedDatagram? {
        guard let index = relayIndex(local: datagram.path.local) else { return datagram }
        let (remote, content) = (datagram.path.remote, datagram.content)
        var packet = datagram.takePacket()
        relaysAreDue = true
        guard relays[index].allocation.wrap(&packet, to: remote, now: now) else { return nil }
        held = HeldDatagram(packet: packet, way: .relay(index), content: content)
        return nil
    }

    /// What was wrapped and may go now.
    mutating func releaseHeld() -> PeerOutput? {
        guard let datagram = held.take() else { return nil }
        let content = datagram.content
        switch datagram.way {
        case .stream(let number): return send(datagram.takePacket(), on: number, content)
        case .relay(let index):
            guard relays.isFilled(index) else { return nil }
            return send(datagram.takePacket(), index, content)
        }
    }

    private mutating func send(
        _ packet: consuming PooledBuffer, _ index: Int, _ content: DatagramContent = .control
    ) -> PeerOutput {
        transport.packetsSent &+= 1
        transport.bytesSent &+= UInt64(packet.count)
        switch relays[index].route {
        case .datagrams(let base): return .transmit(packet, from: base, to: relays[index].allocation.server)
        case .stream(let number): return .write(packet, to: number, content)
        }
    }

    /// What the relays have to say.
    mutating func pollRelays() -> PeerOutput? {
        if !streamActions.isEmpty {
            switch streamActions.removeFirst() {
            case .open(let request): return .open(request)
            case .close(let number): return .close(number)
            }
        }
        guard relaysAreDue else { return nil }
        var next = Instant.distantFuture
        for i in 0..<relays.capacity {
            polling: while relays.isFilled(i) {
                switch relays[i].allocation.poll() {
                case .transmit(let packet): return send(packet, i)
                case .event(let event): handle(event, i)
                case .idle(let until):
                    next = min(next, until)
                    if relaysAreReleased { forgetRelay(i) }
                    break polling
                }
            }
            if !streamActions.isEmpty { return pollRelays() }
        }
        relaysAreDue = false
        relayDeadline = next
        return nil
    }

    private mutating func handle(_ event: TURNEvent, _ index: Int) {
        switch event {
        case .allocated:
            relays[index].allocatedAt = now
            announceRelay(index)
        case .redirected(let server): follow(server, of: index)
        case .failed(let error):
            let wasOfUse = relays[index].allocation.relayedIPv4 ?? relays[index].allocation.relayedIPv6 != nil
            retryLater(index, isHopeless: error.isHopeless)
            forgetRelay(index)
            // The server may have been started again, or a NAT have given us another port.
            if wasOfUse { gather() }
            afterICE()
        }
    }

    /// The relay is lost or of no more use, and with it what was reached through it.
    mutating func forgetRelay(_ index: Int) {
        if let stream = relays[index].stream { streamActions.append(.close(stream)) }
        let addresses = [relays[index].allocation.relayedIPv4, relays[index].allocation.relayedIPv6]
        relays.clear(at: index)
        relaysAreDue = true
        guard !isClosed else { return }
        for case let address? in addresses { ice.removeLocalCandidate(base: address, now: now) }
        iceIsDue = true
    }

    /// Both sides agreed on a pair: the short header pays from now on.
    mutating func bindChannel(for path: ICEPath) {
        guard path.transport == .udp, let index = relayIndex(local: path.local) else { return }
        relays[index].allocation.bindChannel(to: path.remote, now: now)
        relaysAreDue = true
    }

    /// Asks whether the allocations are still there.
    mutating func probeRelays() {
        for i in 0..<relays.capacity where relays.isFilled(i) { relays[i].allocation.probe(now: now) }
        relaysAreDue = true
    }

    mutating func advanceRelays() {
        for i in 0..<relays.capacity where relays.isFilled(i) { relays[i].allocation.advance(to: now) }
        relaysAreDue = relays.count > 0
    }

    /// Gives every allocation back, after what had to be said through them; `poll` says it.
    mutating func releaseRelays() {
        for i in 0..<relays.capacity where relays.isFilled(i) { relays[i].allocation.close(now: now) }
        relaysAreReleased = true
        relaysAreDue = true
    }

    /// "udp", "tcp" or "tls" if datagrams of this local address go through a relay.
    func relayProtocol(of local: TransportAddress) -> String? {
        relayIndex(local: local).map { relays.withElement(at: $0) { $0.protocolName } }
    }
}

/// What the owner is to do with a stream.
enum StreamAction {
    case open(StreamRequest)
    case close(StreamNumber)
}
