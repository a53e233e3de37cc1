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

    /// What this means, the gravest first.
    public struct Verdict: Equatable, Sendable {
        public var findings: [Finding]

        public var level: Level { findings.first?.level ?? .well }

        /// For whoever looks after the clinic's network.
        public var sentences: [String] { findings.map(\.description) }

        /// The gravest thing that is wrong with the network or a server; nil if nothing is.
        public var fault: Finding? { findings.first(where: \.isFault) }

        /// All of it in one line.
        public var summary: String {
            findings.isEmpty ? "Calls get out, directly and by relay." : sentences.joined(separator: " ")
        }
    }

    /// Seconds by which a clock may be wrong before certificates and credentials come into doubt.
    static let clockTolerance: Int64 = 60

    public var verdict: Verdict {
        var found: [Finding] = []
        if let signalling { found += findings(signalling) }
        found += mediaFindings
        found.sort { $0.level > $1.level }
        return Verdict(findings: found)
    }

    private func findings(_ server: Signalling) -> [Finding] {
        var found: [Finding] = []
        if case .failed(let fault) = server.outcome {
            found.append(.callServer(fault, host: server.host, port: server.port))
        }
        if let ahead = server.clockAhead, abs(ahead) > Self.clockTolerance { found.append(.clock(ahead: ahead)) }
        return found
    }

    private var mediaFindings: [Finding] {
        guard !probes.isEmpty else { return [.noServer] }
        let datagrams = probes.filter { $0.url.transport == .udp }
        let relays = probes.filter { $0.url.scheme == .turn || $0.url.scheme == .turns }
        let reached = relays.filter(\.isOfUse)
        var found: [Finding] = []
        if !datagrams.isEmpty, !datagrams.contains(where: \.isReached) {
            found.append(Self.withoutDatagrams(relays, reached, datagrams))
        } else if relays.isEmpty {
            found.append(.noRelay)
        } else if reached.isEmpty {
            found.append(relays.contains(where: \.isReached) ? .relaysRefuse : .relaysUnreached)
        }
        for probe in probes
        where !probe.isReached && (probe.url.transport == .tcp || datagrams.contains(where: \.isReached)) {
            if case .failed(let fault) = probe.outcome { found.append(.server(probe.url, fault)) }
        }
        return found + Self.refusals(relays)
    }

    /// What relays say to our credentials: once for each of them, however many ways lead there.
    private static func refusals(_ relays: [Probe]) -> [Finding] {
        var found: [Finding] = []
        for probe in relays {
            let finding: Finding
            switch probe.access {
            case .granted, nil: continue
            case .refused(let code): finding = .relayRefuses(host: probe.url.host, code: code)
            case .silent: finding = .relaySilent(host: probe.url.host)
            }
            if !found.contains(finding) { found.append(finding) }
        }
        return found
    }

    private static func withoutDatagrams(_ relays: [Probe], _ reached: [Probe], _ asked: [Probe]) -> Finding {
        if asked.allSatisfy({ $0.outcome == .failed(.noAddress) }) { return .relayNameUnknown }
        if relays.contains(where: { $0.isReached && !$0.isOfUse }), reached.isEmpty { return .onlyRefusals }
        if reached.contains(where: { $0.url.scheme == .turns }) { return .onlyByTLS }
        if !reached.isEmpty { return .onlyByTCP }
        return .nothingGetsOut(host: asked.first?.url.host, port: asked.first?.url.port ?? 0)
    }
}
