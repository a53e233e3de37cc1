import ICE
public import Primitives
import TURN

/// When the host's routes have changed: its addresses are the same, but datagrams may leave another way.
extension PeerConnection {
    /// Which of our sockets the datagrams of the pair in use leave from, and where they go: to the peer, or to the relay that
    /// the pair is on. Nil while there is no pair, and over TCP.
    public var routeInUse: (base: TransportAddress, remote: TransportAddress)? {
        guard let path = ice.sendPair, path.transport == .udp else { return nil }
        for i in 0..<relays.capacity where relays.isFilled(i) && relays[i].owns(path.local) {
            guard case .datagrams(let base) = relays[i].route else { return nil }
            return (base, relays[i].allocation.server)
        }
        return (path.local, path.remote)
    }

    /// Asks the pair in use at once whether it still works, the relays whether they still know us, and the servers what
    /// they see us as now. `.restartNeeded` follows when the pair does not answer within a second, and at once when the
    /// host would now use another address of ours.
    /// - Parameter source: what the host would send from towards `routeInUse.remote`; nil without a route.
    public mutating func routesChanged(source: IPAddress?, now: Instant) {
        setTime(now)
        guard !isClosed else { return }
        forgetRetries()
        gather()
        probeRelays()
        if let source, let route = routeInUse, source != route.base.address,
            bases.contains(where: { $0.address == source })
        {
            ice.prefer(source)
            emit(.restartNeeded)
        }
        ice.probe(now: now)
        afterICE()
    }
}
