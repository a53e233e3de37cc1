public import Primitives
public import SignallingMessages

extension NetworkReport {
    /// One thing that is wrong.
    public enum Finding: Equatable, Sendable {
        case callServer(Fault, host: String, port: UInt16)
        /// By so many seconds ahead of the call server's.
        case clock(ahead: Int64)
        case noServer
        case noRelay
        /// Relays are reached, and none serves us; or none is reached.
        case relaysRefuse
        case relaysUnreached
        /// UDP is blocked: what is left, if anything.
        case onlyByTLS
        case onlyByTCP
        case onlyRefusals
        /// Nothing is; the server that was asked by UDP.
        case nothingGetsOut(host: String?, port: UInt16)
        case relayNameUnknown
        case server(ICEServerURL, Fault)
        case relayRefuses(host: String, code: Int)
        case relaySilent(host: String)

        public var level: Level {
            switch self {
            case .callServer, .onlyRefusals, .nothingGetsOut, .relayNameUnknown: .down
            case .clock, .noServer, .noRelay, .relaysRefuse, .relaysUnreached, .onlyByTLS, .onlyByTCP, .server,
                .relayRefuses, .relaySilent:
                .restricted
            }
        }

        /// Wrong with the network or a server. That there is no server to ask was decided by somebody, and is nothing to
        /// be mended here.
        var isFault: Bool { self != .noServer && self != .noRelay }

        /// As it is sent and written down.
        public var coded: NetworkFinding {
            switch self {
            case .callServer(let fault, let host, let port):
                NetworkFinding("callServer", fault: "\(fault)", host: host, port: Int64(port), transport: "TCP")
            case .clock(let ahead): NetworkFinding("clock", value: ahead)
            case .noServer: NetworkFinding("noServer")
            case .noRelay: NetworkFinding("noRelay")
            case .relaysRefuse: NetworkFinding("relaysRefuse")
            case .relaysUnreached: NetworkFinding("relaysUnreached")
            case .onlyByTLS: NetworkFinding("onlyByTLS")
            case .onlyByTCP: NetworkFinding("onlyByTCP")
            case .onlyRefusals: NetworkFinding("onlyRefusals")
            case .nothingGetsOut(let host, let port):
                NetworkFinding("nothingGetsOut", host: host, port: host == nil ? nil : Int64(port))
            case .relayNameUnknown: NetworkFinding("relayNameUnknown")
            case .server(let url, let fault):
                NetworkFinding(
                    "server", fault: "\(fault)", host: url.host, port: Int64(url.port),
                    transport: url.transport == .udp ? "UDP" : "TCP", url: "\(url)")
            case .relayRefuses(let host, let code): NetworkFinding("relayRefuses", host: host, value: Int64(code))
            case .relaySilent(let host): NetworkFinding("relaySilent", host: host)
            }
        }
    }
}

extension NetworkReport.Finding: CustomStringConvertible {
    /// A sentence for whoever looks after the clinic's network.
    public var description: String {
        switch self {
        case .callServer(let fault, let host, let port):
            "The call server cannot be reached: \(Self.words(fault, host, port, "TCP"))"
        case .clock(let ahead):
            "This machine's clock is \(Self.amount(ahead)) \(ahead > 0 ? "ahead" : "behind"): let it reach a time server (NTP, UDP port 123)."
        case .noServer: "No STUN or TURN server is known: calls work inside this network only."
        case .noRelay: "No relay is known: calls fail where both networks are strict."
        case .relaysRefuse: "No relay lets this kiosk in: calls fail where both networks are strict."
        case .relaysUnreached: "No relay can be reached: calls fail where both networks are strict."
        case .onlyByTLS: "This network blocks UDP: calls use the TLS relay."
        case .onlyByTCP: "This network blocks UDP: calls use the TCP relay."
        case .onlyRefusals: "This network blocks UDP, and no relay that is reached lets this kiosk in."
        case .nothingGetsOut(let host, let port):
            "This network blocks UDP, and no relay is reached by TCP or TLS: let \(host.map { "UDP to \($0) port \(port)" } ?? "UDP") through, or TCP port 443."
        case .relayNameUnknown:
            "The relay's name is not resolved: check the DNS server that this network gives out."
        case .server(let url, let fault):
            "\(url): \(Self.words(fault, url.host, url.port, url.transport == .udp ? "UDP" : "TCP"))"
        case .relayRefuses(let host, let code): "The relay \(host) \(Self.words(code))"
        case .relaySilent(let host):
            "The relay \(host) answers, but not to who asks with credentials; a firewall or proxy may stand between."
        }
    }

    private static func amount(_ seconds: Int64) -> String {
        abs(seconds) >= 7200 ? "\(abs(seconds) / 3600) hours" : "\(abs(seconds) / 60) minutes"
    }

    /// What is wrong with `host`, and what to do.
    private static func words(
        _ fault: NetworkReport.Fault, _ host: String, _ port: UInt16, _ transport: String
    ) -> String {
        switch fault {
        case .noAddress: "the name \(host) is not resolved; check the DNS server that this network gives out."
        case .timedOut: "\(host) port \(port) does not answer; let \(transport) port \(port) through the firewall."
        case .refused: "\(host) refuses port \(port); the server is not running, or a firewall rejects the port."
        case .unreachable: "there is no way to \(host); check the gateway and the firewall."
        case .reset: "the connection to \(host) port \(port) is broken off; a firewall or proxy stands between."
        case .otherName: "what answers as \(host) has a certificate for another name; a proxy or a wrong address."
        case .notTrusted:
            "the certificate of \(host) is not trusted; if a proxy opens TLS here, exempt \(host), else give its authority."
        case .expired: "the certificate of \(host) has expired, or this machine's clock is ahead."
        case .clockBehind: "the certificate of \(host) is not valid yet: this machine's clock is behind."
        case .otherProtocol: "what answers at \(host) port \(port) is something else; a proxy or a wrong port."
        }
    }

    /// What a relay's refusal means, and what to do.
    private static func words(_ code: Int) -> String {
        switch code {
        case 401:
            "does not know this kiosk's user name and password, or they have expired; compare them (or the switchboard's secret) with the relay's, and the clocks of both."
        case 403: "forbids this kiosk to use it; look into its rules."
        case 438: "calls everything this kiosk says out of date; look into its clock."
        case 486: "gives this user no more: the quota is used up; raise user-quota, or total-quota, there."
        case 508: "is full; it needs more ports, or another relay beside it."
        default: "refuses this kiosk with error \(code); its log says why."
        }
    }
}
