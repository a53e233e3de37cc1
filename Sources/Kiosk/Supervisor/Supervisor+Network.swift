import CallControl
import Logging
import MediaControl
import Primitives
import SignallingMessages

/// STUN and TURN servers on their way to the media process.
extension Supervisor {
    func take(_ list: ICEServerList) {
        servers.take(list, now: with.clock.now())
        logger.info("servers for a call", metadata: ["servers": "\(list)"])
        resolveServers(servers.unknownHosts(at: with.clock.now()))
    }

    /// Keeps what the servers' names resolve to: anew every five minutes, and sooner while one is not known.
    func keepServers() async {
        while !Task.isCancelled {
            let now = with.clock.now()
            resolveServers(servers.hosts(at: now))
            let pause: Interval = servers.unknownHosts(at: now).isEmpty ? .seconds(300) : .seconds(30)
            do { try await with.clock.sleep(until: now + pause) } catch { return }
        }
    }

    /// Another network may have another resolver, which knows other addresses.
    package func networkChanged() {
        resolveServers(servers.hosts(at: with.clock.now()))
        checks.addressesChanged(at: with.clock.now())
        arm()
    }

    private func resolveServers(_ hosts: [String]) {
        for host in hosts {
            let resolve = with.resolve
            Task { [weak self] in
                let addresses = await resolve(host)
                await self?.resolved(host, to: addresses)
            }
        }
    }

    private func resolved(_ host: String, to addresses: [IPAddress]) {
        if addresses.isEmpty { logger.warning("no address of a server", metadata: ["name": "\(host)"]) }
        guard servers.resolved(host, to: addresses) else { return }
        sendNetwork()
    }

    /// Before each session, and again when more is known, for its next ICE restart.
    func sendNetwork() {
        let settings = servers.settings(at: with.clock.now())
        guard settings != sentNetwork else { return }
        sentNetwork = settings
        with.media.send(.network(settings))
    }
}
