import ICE
public import Primitives
import SDP
import STUN
import TURN

extension PeerConnection {
    /// Requests to STUN servers under way at a time.
    private static let bindingLimit = 32
    static let relayLimit = 8

    /// Adds the address of a bound UDP socket. It becomes a host candidate, part of the next description or an event if
    /// one was given out already, as far as the candidate policy allows; and the configured servers are asked for
    /// candidates from there. Addresses beyond the limit of ICE are ignored.
    public mutating func addLocalAddress(_ address: TransportAddress, now: Instant) {
        setTime(now)
        guard !isClosed, !bases.contains(address), bases.count < 16 else { return }
        bases.append(address)
        forgetRetries()
        // Nothing works, and here is something that may, for a generation that is still looking for a way.
        if ice.state == .failed || ice.state == .disconnected { emit(.restartNeeded) }
        if configuration.candidatePolicy != .relay {
            let isHidden = configuration.candidatePolicy == .noHost
            announce(ice.addLocalCandidate(base: address, isHidden: isHidden, now: now))
            if configuration.usesTCP {
                let active = TransportAddress(address.address, port: 9)
                announce(ice.addLocalCandidate(base: active, tcpType: .active, isHidden: isHidden, now: now))
            }
        }
        gather()
    }

    /// The socket bound to `address` is gone: its candidates, its pairs and the relays that were reached from there.
    public mutating func removeLocalAddress(_ address: TransportAddress, now: Instant) {
        setTime(now)
        guard !isClosed, bases.contains(address) else { return }
        let path = ice.sendPair
        bases.removeAll { $0 == address }
        bindings.removeAll { $0.base == address }
        for i in 0..<relays.capacity where relays.isFilled(i) && relays[i].route == .datagrams(base: address) {
            forgetRelay(i)
        }
        ice.removeLocalCandidate(base: address, now: now)
        leaveConnections(of: address.address)
        if path != nil, ice.sendPair != path { emit(.restartNeeded) }
        afterICE()
    }

    /// Asks the servers for whatever is not there yet and not being asked for: from a new address, or again when ICE
    /// begins anew and a relay had been lost.
    mutating func gather() {
        for server in iceServers.prefix(16) where server.use == .binding {
            for base in bases { bind(base, server) }
        }
        gatherRelays()
    }

    mutating func gatherRelays() {
        for (index, server) in iceServers.prefix(16).enumerated() {
            switch server.use {
            case .relay(.datagrams):
                for base in bases where canReach(server.address.address, from: base.address) {
                    addRelay(server, .datagrams(base: base), index: index)
                }
            case .relay: addRelay(server, nil, index: index)
            case .binding, nil: break
            }
        }
    }

    /// Other servers, or other credentials for the same: used for what is gathered from now on, at the latest when ICE is
    /// restarted. What was allocated is kept.
    public mutating func setICEServers(_ servers: [ICEServer], now: Instant) {
        setTime(now)
        iceServers = servers
        forgetRetries()
        if !isClosed { gather() }
    }

    private func canReach(_ server: IPAddress, from base: IPAddress) -> Bool {
        server.family == base.family && server.isLoopback == base.isLoopback
    }

    private mutating func bind(_ base: TransportAddress, _ server: ICEServer) {
        guard configuration.candidatePolicy != .relay, canReach(server.address.address, from: base.address),
            bindings.count < Self.bindingLimit,
            !bindings.contains(where: { $0.base == base && $0.server == server.address })
        else { return }
        bindings.append(ServerBinding(server: server.address, base: base, random: &random, now: now))
    }

    /// - Parameter datagrams: nil for a stream, of which a server gets one, wherever it leaves from.
    private mutating func addRelay(_ server: ICEServer, _ datagrams: Relay.Route?, index: Int) {
        guard case .relay(let way) = server.use, !bases.isEmpty else { return }
        for i in 0..<relays.capacity where relays.isFilled(i) && relays[i].origin.isSame(as: server) {
            if datagrams == nil || relays[i].route == datagrams { return }
        }
        guard !isPausing(server, base: datagrams?.base) else { return }
        guard relays.count < relays.capacity else { return }
        let route = datagrams ?? .stream(openStream(to: server))
        let preference = way.rawValue << 8 | UInt16(255 - min(index, 255))
        insert(
            Relay(
                server: server, origin: server, route: route, preference: preference, redirects: 3,
                random: random.split(),
                packets: packets, now: now))
    }

    mutating func nextStreamNumber() -> StreamNumber {
        defer { nextStream &+= 1 }
        return StreamNumber(rawValue: nextStream)
    }

    private mutating func openStream(to server: ICEServer) -> StreamNumber {
        let number = nextStreamNumber()
        let isSecure = server.use == .relay(.tls)
        streamActions.append(
            .open(
                StreamRequest(
                    number: number, remote: server.address, security: isSecure ? .tls(name: server.name) : .none)))
        return number
    }

    /// ALTERNATE-SERVER: the same again at another address (RFC 8656 §7.4).
    mutating func follow(_ redirect: TransportAddress, of index: Int) {
        let origin = relays[index].origin
        var server = relays[index].server
        let (preference, redirects, route) = (
            relays[index].preference, relays[index].redirects, relays[index].route
        )
        forgetRelay(index)
        guard redirects > 0 else { return }
        server.address = redirect
        var newRoute = route
        if case .stream = route { newRoute = .stream(openStream(to: server)) }
        insert(
            Relay(
                server: server, origin: origin, route: newRoute, preference: preference, redirects: redirects - 1,
                random: random.split(), packets: packets, now: now))
    }

    private mutating func insert(_ relay: consuming Relay) {
        relaysAreDue = true
        for i in 0..<relays.capacity where !relays.isFilled(i) {
            relays.put(relay, at: i)
            return
        }
        if let stream = relay.stream { streamActions.append(.close(stream)) }
    }

    /// The addresses that a relay gave us, and what it saw us as, become candidates.
    mutating func announceRelay(_ index: Int) {
        let (preference, mapped) = (relays[index].preference, relays[index].allocation.mappedAddress)
        let isPrivate = configuration.candidatePolicy == .relay
        if !isPrivate, let mapped, case .datagrams(let base) = relays[index].route {
            announceReflexive(mapped, base: base)
        }
        for family in [IPAddress.Family.ipv6, .ipv4] {
            guard let relayed = relays[index].allocation.relayedAddress(family) else { continue }
            let related = isPrivate || mapped?.address.family != family ? nil : mapped
            announce(ice.addRelayedCandidate(relayed, mapped: related, preference: preference, now: now))
        }
    }

    private mutating func announceReflexive(_ mapped: TransportAddress, base: TransportAddress) {
        let revealsBase = configuration.candidatePolicy == .all
        announce(ice.addReflexiveCandidate(mapped, base: base, revealsBase: revealsBase, now: now))
    }

    /// Whether a datagram was an answer of a STUN server's.
    mutating func takeBinding(_ bytes: RawSpan, from remote: TransportAddress, to local: TransportAddress) -> Bool {
        guard bindings.contains(where: { $0.server == remote && $0.base == local }) else { return false }
        do {
            let message = try STUNMessage(bytes)
            let id = message.transactionID
            guard message.method == .binding, message.messageClass != .request,
                let index = bindings.firstIndex(where: { $0.id == id && $0.server == remote && $0.base == local })
            else { return false }
            bindings.remove(at: index)
            if message.messageClass == .success, let mapped = message.xorMappedAddress {
                announceReflexive(mapped, base: local)
            }
            return true
        } catch {
            return false
        }
    }

    mutating func pollBindings() -> RoutedDatagram? {
        guard !bindings.isEmpty, bindingsResumeAt <= now else { return nil }
        bindings.removeAll { $0.isOver(at: now) }
        guard let due = bindings.firstIndex(where: { $0.nextSend <= now }) else { return nil }
        guard var packet = try? packets.take() else {
            bindingsResumeAt = now + .milliseconds(5)
            return nil
        }
        bindings[due].write(into: &packet)
        bindings[due].noteSent(at: now)
        return RoutedDatagram(
            packet: packet, path: ICEPath(local: bindings[due].base, remote: bindings[due].server))
    }

    var bindingDeadline: Instant {
        var next = Instant.distantFuture
        for binding in bindings { next = min(next, binding.nextSend) }
        return next == .distantFuture ? next : max(next, bindingsResumeAt)
    }

    /// Signals a candidate that came after the description.
    mutating func announce(_ candidate: ICECandidate?) {
        iceIsDue = true
        guard let candidate, hasDescription else { return }
        let mid = negotiator.session?.transport.mid ?? negotiator.slots.first?.mid ?? "0"
        let index = negotiator.slots.firstIndex { $0.mid == mid } ?? 0
        emit(.localCandidate(candidate.attribute, mid: mid, mLineIndex: index))
    }
}
