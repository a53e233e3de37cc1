import KioskConfiguration
import MediaControl
import NetworkCheck
import Primitives
import SignallingMessages

/// The STUN and TURN servers that there are: the switchboard's for this call first, then the site file's; with what their
/// names resolve to.
struct ServerDirectory {
    typealias Server = NetworkCheck.Server

    private let site: SiteConfiguration.Network
    private let ours: [Server]
    private var told: [Server] = []
    private var toldUntil = Instant.zero
    private var addresses: [String: [IPAddress]] = [:]

    init(_ site: SiteConfiguration.Network) {
        self.site = site
        ours = site.iceServers.flatMap { entry in
            let secret = entry.password ?? ""
            return entry.urls.map { Server($0, username: entry.username ?? "", credential: secret) }
        }
    }

    /// Takes the switchboard's servers; what is no address of a server is left out.
    mutating func take(_ list: ICEServerList, now: Instant) {
        told = list.servers.flatMap { entry in
            entry.urls.compactMap(ICEServerURL.init).map {
                Server($0, username: entry.username ?? "", credential: entry.credential ?? "")
            }
        }
        toldUntil = now + .seconds(list.lifetime)
    }

    private func servers(at now: Instant) -> [Server] { (now < toldUntil ? told : []) + ours }

    /// Every server in every way, each once, and with credentials if there are any: for the network's check.
    func ways(at now: Instant) -> [Server] {
        servers(at: now).reduce(into: []) { ways, server in
            guard let known = ways.firstIndex(where: { $0.url == server.url }) else { return ways.append(server) }
            if ways[known].credential.isEmpty { ways[known] = server }
        }
    }

    /// Names that must be resolved to use the servers, in their order, each once.
    func hosts(at now: Instant) -> [String] {
        servers(at: now).reduce(into: []) { if !$0.contains($1.url.host) { $0.append($1.url.host) } }
    }

    /// Names that have no address yet.
    func unknownHosts(at now: Instant) -> [String] {
        hosts(at: now).filter { addresses[$0, default: []].isEmpty && IPAddress($0) == nil }
    }

    /// An answer without addresses keeps what was known: a resolver that is away does not move a server.
    /// - Returns: whether something is now known that was not.
    mutating func resolved(_ host: String, to found: [IPAddress]) -> Bool {
        guard !found.isEmpty, addresses[host] != found else { return false }
        addresses[host] = found
        if addresses.count > 64 { addresses = [host: found] }
        return true
    }

    /// What a session that is opened now is to know. A server whose name is not resolved is left out.
    func settings(at now: Instant) -> NetworkSettings {
        var settings = NetworkSettings()
        settings.servers = Array(
            // Without credentials a relay is known for the network's check alone.
            servers(at: now).filter { !$0.isRelay || !$0.credential.isEmpty }.flatMap { server in
                (IPAddress(server.url.host).map { [$0] } ?? addresses[server.url.host, default: []]).map {
                    MediaServer(url: server.url, address: $0, username: server.username, credential: server.credential)
                }
            }.prefix(MediaControl.maximumServers))
        switch site.policy {
        // The names in place of addresses are kioskd's own matter.
        case .all, .mdns: settings.policy = .all
        case .noHost: settings.policy = .noHost
        case .relay: settings.policy = .relay
        }
        settings.usesTCP = site.tcp
        settings.ports = site.ports
        settings.onlyInterfaces = site.onlyInterfaces
        settings.exceptInterfaces = site.exceptInterfaces
        settings.authorities = site.authorities
        return settings
    }
}

extension NetworkCheck.Server {
    var isRelay: Bool { url.scheme == .turn || url.scheme == .turns }
}
