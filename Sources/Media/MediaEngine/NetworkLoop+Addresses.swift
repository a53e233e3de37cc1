import LinuxIO
import MediaControl
import PeerConnection
import Primitives

/// Which of this host's addresses the sessions use, and what becomes of them when those change.
extension NetworkLoop {
    private static let maximumAddresses = 8

    /// The addresses that ICE may use.
    private func usableAddresses(includingLoopback: Bool) throws(SystemError) -> [IPAddress] {
        let includesIPv6 = state.configuration.includesIPv6
        return try NetworkInterfaces.addresses(
            includingLoopback: includingLoopback, filter: InterfaceFilter(settings)
        ).map(\.address).filter { includesIPv6 || $0.family == .ipv4 }
    }

    /// One socket for each address that ICE may use; loopback where there is no other, or the board file says so.
    mutating func openSockets() throws(SystemError) -> [UDPSocket] {
        var addresses = try usableAddresses(includingLoopback: state.configuration.includesLoopback)
        if addresses.isEmpty { addresses = try usableAddresses(includingLoopback: true) }
        var sockets: [UDPSocket] = []
        var failure: SystemError?
        for address in addresses.prefix(Self.maximumAddresses) {
            // An address can go between being listed and being bound.
            do throws(SystemError) { sockets.append(try openSocket(address)) } catch { failure = error }
        }
        if sockets.isEmpty, let failure { throw failure }
        return sockets
    }

    /// In the range of ports that the site's firewall lets through.
    private mutating func openSocket(_ address: IPAddress) throws(SystemError) -> UDPSocket {
        guard let ports = settings.ports else { return try UDPSocket(binding: TransportAddress(address, port: 0)) }
        let start = UInt16.random(in: ports, using: &random)
        return try UDPSocket(binding: address, ports: ports, startingAt: start)
    }

    /// The kernel said that something has changed.
    mutating func followNetwork() {
        guard let watch, (try? watch.changes()) != nil else { return }
        followAddresses()
        followRoutes()
    }

    /// Sessions leave addresses that are gone and learn of those that came. While there is none at all nothing changes: the
    /// old one may come back as it was.
    private mutating func followAddresses() {
        let includesLoopback = state.configuration.includesLoopback
        guard let addresses = try? usableAddresses(includingLoopback: includesLoopback), !addresses.isEmpty else {
            return
        }
        var index = 0
        while index < peers.count {
            let peer = peers[index]
            leave(addresses, peer)
            join(addresses, peer)
            drain(peer)
            peer.flush()
            index += 1
        }
    }

    /// Sessions whose datagrams leave another way than before ask whether they still arrive, and are told of an address
    /// that the kernel prefers by now. The same routes said again change nothing.
    private mutating func followRoutes() {
        guard let now = try? NetworkInterfaces.defaultRoutes() else { return }
        let areOthers = now != routes
        routes = now
        var index = 0
        while index < peers.count {
            let peer = peers[index]
            index += 1
            let route = peer.connection.routeInUse
            let source = route.flatMap { NetworkInterfaces.source(towards: $0.remote) }
            let isOther = source != nil && source != route?.base.address && source != peer.source
            peer.source = source
            guard areOthers || isOther else { continue }
            peer.connection.routesChanged(source: source, now: MonotonicClock.now())
            drain(peer)
            peer.flush()
        }
    }

    private mutating func leave(_ addresses: [IPAddress], _ peer: Peer) {
        let now = MonotonicClock.now()
        for (place, socket) in peer.sockets.enumerated() {
            guard let socket, !addresses.contains(socket.localAddress.address) else { continue }
            set.remove(socket.raw)
            peer.sockets[place] = nil
            peer.connection.removeLocalAddress(socket.localAddress, now: now)
        }
        for (place, listener) in peer.listeners.enumerated() {
            if let listener, !addresses.contains(listener.localAddress.address) { endListener(place, of: peer) }
        }
        for entry in peer.streams {
            guard let entry, !addresses.contains(entry.stream.localAddress.address),
                !entry.stream.localAddress.address.isLoopback
            else { continue }
            endStream(entry.number, of: peer)
            peer.connection.streamClosed(entry.number, now: now)
        }
    }

    private mutating func join(_ addresses: [IPAddress], _ peer: Peer) {
        for address in addresses.prefix(Self.maximumAddresses)
        where !peer.sockets.contains(where: { $0?.localAddress.address == address }) {
            // It may be gone again; the kernel tells.
            guard let socket = try? openSocket(address), let place = peer.keep(socket) else { continue }
            try? set.add(socket.raw, tag: Self.tag(peer.number, socket: place))
            peer.connection.addLocalAddress(socket.localAddress, now: MonotonicClock.now())
            listen(at: address, for: peer)
        }
    }
}

extension InterfaceFilter {
    init(_ settings: NetworkSettings) {
        self.init(
            included: settings.onlyInterfaces ?? [], excluded: settings.exceptInterfaces ?? InterfaceFilter.virtual)
    }
}

extension NetworkSettings {
    /// As the engine takes them.
    var iceServers: [ICEServer] {
        servers.map { server in
            ICEServer(
                scheme: server.url.scheme, address: TransportAddress(server.address, port: server.url.port),
                transport: server.url.transport, name: server.url.host, username: server.username,
                credential: server.credential)
        }
    }

    var candidatePolicy: CandidatePolicy {
        switch policy {
        case .all: .all
        case .noHost: .noHost
        case .relay: .relay
        }
    }
}
