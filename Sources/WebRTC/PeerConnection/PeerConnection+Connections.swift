import ICE
public import Primitives
import TURN

/// Connections straight to the peer and from it (RFC 6544), each the bearer of one pair of ICE.
extension PeerConnection {
    static let connectionLimit = 16
    /// Of those, connections that anybody can make us hold: in all, and from one address.
    private static let strangerLimit = 8
    private static let strangerLimitOfAddress = 3
    /// How long a connection may be of no use: unproven, or of no pair any more.
    private static let idleTime = Interval.seconds(10)

    /// Adds the address of a listening TCP socket. It becomes a host candidate, if the candidate policy tells such and
    /// `usesTCP` is set; otherwise nobody learns of it and what connects is refused.
    public mutating func addLocalListener(_ address: TransportAddress, now: Instant) {
        setTime(now)
        guard !isClosed, acceptsConnections, !listeners.contains(address), listeners.count < 16 else { return }
        listeners.append(address)
        announce(ice.addLocalCandidate(base: address, tcpType: .passive, now: now))
    }

    /// Whether a listening socket would be of use.
    public var acceptsConnections: Bool { configuration.usesTCP && configuration.candidatePolicy == .all }

    /// Somebody has connected from `remote` to our listening socket at `local`.
    /// - Returns: what the connection is called from now on; nil if it is to be closed, as there are too many.
    public mutating func accept(from remote: TransportAddress, at local: TransportAddress, now: Instant)
        -> StreamNumber?
    {
        setTime(now)
        guard !isClosed, listeners.contains(local) else { return nil }
        var (strangers, neighbours) = (0, 0)
        for i in 0..<connections.capacity where connections.isFilled(i) && isStranger(i) {
            strangers += 1
            if connections[i].path.remote.address == remote.address { neighbours += 1 }
        }
        guard strangers < Self.strangerLimit, neighbours < Self.strangerLimitOfAddress else {
            transport.refusals.connections &+= 1
            return nil
        }
        return keepConnection(ICEPath(local: local, remote: remote, over: .tcp), isAccepted: true)
    }

    /// Accepted, and no authentic check has come over it yet.
    private mutating func isStranger(_ index: Int) -> Bool {
        guard connections[index].isUnproven else { return false }
        connections[index].isUnproven = !ice.knows(connections[index].path)
        return connections[index].isUnproven
    }

    private mutating func keepConnection(_ path: ICEPath, isAccepted: Bool) -> StreamNumber? {
        for i in 0..<connections.capacity where !connections.isFilled(i) {
            let number = nextStreamNumber()
            connections.put(
                PeerStream(number: number, path: path, isAccepted: isAccepted, packets: packets, now: now), at: i)
            if timers[.connections] == .distantFuture { timers[.connections] = now + Self.idleTime }
            return number
        }
        transport.refusals.connections &+= 1
        return nil
    }

    private func connectionIndex(_ number: StreamNumber) -> Int? {
        for i in 0..<connections.capacity where connections.isFilled(i) {
            if connections.withElement(at: i, { $0.number == number }) { return i }
        }
        return nil
    }

    /// Frames a datagram for the connection of its path. An active one is made when the first check wants it.
    mutating func write(_ datagram: consuming RoutedDatagram) -> PeerOutput? {
        let (path, content) = (datagram.path, datagram.content)
        var packet = datagram.takePacket()
        guard PeerStream.frame(&packet) else { return nil }
        for i in 0..<connections.capacity where connections.isFilled(i) {
            let known = connections.withElement(at: i) { $0.path == path ? $0.number : nil }
            if let known { return send(packet, on: known, content) }
        }
        guard !isClosed, path.local.port == 9, let number = keepConnection(path, isAccepted: false) else { return nil }
        held = HeldDatagram(packet: packet, way: .stream(number), content: content)
        return .open(
            StreamRequest(number: number, local: path.local.address, remote: path.remote, security: .none))
    }

    mutating func send(
        _ packet: consuming PooledBuffer, on number: StreamNumber, _ content: DatagramContent
    ) -> PeerOutput {
        transport.packetsSent &+= 1
        transport.bytesSent &+= UInt64(packet.count)
        return .write(packet, to: number, content)
    }

    /// Bytes of a connection with the peer, or with a stranger, who is sent away at the first thing that is no check.
    mutating func receivePeerBytes(_ bytes: RawSpan, on number: StreamNumber) {
        guard let index = connectionIndex(number) else { return }
        transport.bytesReceived &+= UInt64(bytes.byteCount)
        let path = connections.withElement(at: index) { $0.path }
        var offset = 0
        while connections.isFilled(index), connections[index].number == number {
            switch connections[index].nextMessage(bytes, at: &offset) {
            case .needsMore:
                if connections[index].dropped > 0, isStranger(index) { turnAway(index) }
                return
            case .broken: return turnAway(index)
            case .message(let packet):
                take(packet, index, path)
            }
        }
    }

    private mutating func take(_ packet: consuming PooledBuffer, _ index: Int, _ path: ICEPath) {
        transport.packetsReceived &+= 1
        let first = packet.bytes.byte(at: 0)
        if isStranger(index), first.map({ $0 > 3 }) ?? true { return turnAway(index) }
        dispatch(packet, on: path)
    }

    private mutating func turnAway(_ index: Int) {
        transport.refusals.connections &+= 1
        closeConnection(index)
    }

    private mutating func closeConnection(_ index: Int) {
        let (number, path) = connections.withElement(at: index) { ($0.number, $0.path) }
        connections.clear(at: index)
        streamActions.append(.close(number))
        ice.connectionEnded(path, now: now)
        afterICE()
    }

    /// A connection is over; so is what went over it.
    mutating func endConnection(_ number: StreamNumber) {
        guard let index = connectionIndex(number) else { return }
        let path = connections.withElement(at: index) { $0.path }
        connections.clear(at: index)
        guard !isClosed else { return }
        ice.connectionEnded(path, now: now)
        afterICE()
    }

    /// Our address is gone.
    mutating func leaveConnections(of address: IPAddress) {
        for i in 0..<connections.capacity where connections.isFilled(i) {
            guard connections.withElement(at: i, { $0.path.local.address == address }) else { continue }
            closeConnection(i)
        }
        for base in listeners where base.address == address {
            ice.removeLocalCandidate(base: base, over: .tcp, now: now)
        }
        listeners.removeAll { $0.address == address }
        guard !bases.contains(where: { $0.address == address }) else { return }
        ice.removeLocalCandidate(base: TransportAddress(address, port: 9), over: .tcp, now: now)
    }

    /// Closes what has shown no pair in its time, or whose pair is forgotten.
    mutating func closeUselessConnections() {
        for i in 0..<connections.capacity where connections.isFilled(i) {
            let (path, since) = connections.withElement(at: i) { ($0.path, $0.since) }
            if since + Self.idleTime <= now, !ice.knows(path) { closeConnection(i) }
        }
        if connections.count > 0 { timers[.connections] = now + .seconds(1) }
    }

    mutating func closeConnections() {
        for i in 0..<connections.capacity where connections.isFilled(i) {
            streamActions.append(.close(connections.withElement(at: i) { $0.number }))
        }
        connections.removeAll()
    }
}
