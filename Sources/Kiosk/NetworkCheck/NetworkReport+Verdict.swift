import Primitives

extension NetworkReport {
    public enum Level: Int, Sendable, Comparable {
        /// Calls get out in every way.
        case well = 0
        /// Calls get out, though not in every way, or not everywhere.
        case restricted = 1
        /// Calls do not get out.
        case down = 2

        public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
    }

    /// What this means, the gravest first, in sentences for whoever looks after the clinic's network.
    public struct Verdict: Equatable, Sendable {
        public var level: Level
        public var sentences: [String]

        /// The gravest thing that is wrong with the network or a server; nil if nothing is. That there is no server to ask
        /// was decided by somebody, and is nothing to be mended here.
        public var note: String? { sentences.first { $0 != NetworkReport.noServer && $0 != NetworkReport.noRelay } }

        /// All of it in one line.
        public var summary: String {
            sentences.isEmpty ? "Calls get out, directly and by relay." : sentences.joined(separator: " ")
        }
    }

    static let noServer = "No STUN or TURN server is known: calls work inside this network only."
    static let noRelay = "No relay is known: calls fail where both networks are strict."

    /// Seconds by which a clock may be wrong before certificates and credentials come into doubt.
    static let clockTolerance: Int64 = 60

    public var verdict: Verdict {
        var found: [(Level, String)] = []
        if let signalling { found += findings(signalling) }
        found += mediaFindings
        found.sort { $0.0 > $1.0 }
        return Verdict(level: found.first?.0 ?? .well, sentences: found.map(\.1))
    }

    private func findings(_ server: Signalling) -> [(Level, String)] {
        var found: [(Level, String)] = []
        if case .failed(let fault) = server.outcome {
            found.append(
                (.down, "The call server cannot be reached: \(Self.words(fault, server.host, server.port, "TCP"))"))
        }
        if let ahead = server.clockAhead, abs(ahead) > Self.clockTolerance {
            let amount = abs(ahead) >= 7200 ? "\(abs(ahead) / 3600) hours" : "\(abs(ahead) / 60) minutes"
            found.append(
                (
                    .restricted,
                    "This machine's clock is \(amount) \(ahead > 0 ? "ahead" : "behind"): let it reach a time server (NTP, UDP port 123)."
                ))
        }
        return found
    }

    private var mediaFindings: [(Level, String)] {
        guard !probes.isEmpty else {
            return [(.restricted, Self.noServer)]
        }
        let datagrams = probes.filter { $0.url.transport == .udp }
        let relays = probes.filter { $0.url.scheme == .turn || $0.url.scheme == .turns }
        let reached = relays.filter(\.isOfUse)
        var found: [(Level, String)] = []
        if !datagrams.isEmpty, !datagrams.contains(where: \.isReached) {
            found.append(Self.withoutDatagrams(relays, reached, datagrams))
        } else if relays.isEmpty {
            found.append((.restricted, Self.noRelay))
        } else if reached.isEmpty, relays.contains(where: \.isReached) {
            found.append((.restricted, "No relay lets this kiosk in: calls fail where both networks are strict."))
        } else if reached.isEmpty {
            found.append((.restricted, "No relay can be reached: calls fail where both networks are strict."))
        }
        for probe in probes
        where !probe.isReached && (probe.url.transport == .tcp || datagrams.contains(where: \.isReached)) {
            guard case .failed(let fault) = probe.outcome else { continue }
            let kind = probe.url.transport == .udp ? "UDP" : "TCP"
            found.append((.restricted, "\(probe.url): \(Self.words(fault, probe.url.host, probe.url.port, kind))"))
        }
        return found + refusals(relays)
    }

    /// What relays say to our credentials: once for each of them, however many ways lead there.
    private func refusals(_ relays: [Probe]) -> [(Level, String)] {
        var found: [(Level, String)] = []
        for probe in relays {
            guard let access = probe.access, let words = Self.words(access) else { continue }
            let sentence = "The relay \(probe.url.host) \(words)"
            if !found.contains(where: { $0.1 == sentence }) { found.append((.restricted, sentence)) }
        }
        return found
    }

    private static func withoutDatagrams(_ relays: [Probe], _ reached: [Probe], _ asked: [Probe]) -> (Level, String) {
        if asked.allSatisfy({ $0.outcome == .failed(.noAddress) }) {
            return (.down, "The relay's name is not resolved: check the DNS server that this network gives out.")
        }
        if relays.contains(where: { $0.isReached && !$0.isOfUse }), reached.isEmpty {
            return (.down, "This network blocks UDP, and no relay that is reached lets this kiosk in.")
        }
        if reached.contains(where: { $0.url.scheme == .turns }) {
            return (.restricted, "This network blocks UDP: calls use the TLS relay.")
        }
        if !reached.isEmpty { return (.restricted, "This network blocks UDP: calls use the TCP relay.") }
        let wanted = asked.first.map { "UDP to \($0.url.host) port \($0.url.port)" } ?? "UDP"
        return (
            .down,
            "This network blocks UDP, and no relay is reached by TCP or TLS: let \(wanted) through, or TCP port 443."
        )
    }

    /// What is wrong with `host`, and what to do.
    static func words(_ fault: Fault, _ host: String, _ port: UInt16, _ transport: String) -> String {
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

    /// What a relay's answer to our credentials means, and what to do; nil if all is well.
    static func words(_ access: RelayAccess) -> String? {
        switch access {
        case .granted: nil
        case .refused(401):
            "does not know this kiosk's user name and password, or they have expired; compare them (or the switchboard's secret) with the relay's, and the clocks of both."
        case .refused(403): "forbids this kiosk to use it; look into its rules."
        case .refused(438): "calls everything this kiosk says out of date; look into its clock."
        case .refused(486): "gives this user no more: the quota is used up; raise user-quota, or total-quota, there."
        case .refused(508): "is full; it needs more ports, or another relay beside it."
        case .refused(let code): "refuses this kiosk with error \(code); its log says why."
        case .silent: "answers, but not to who asks with credentials; a firewall or proxy may stand between."
        }
    }
}
