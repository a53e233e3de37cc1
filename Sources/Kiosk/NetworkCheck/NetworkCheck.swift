import LinuxIO
public import Primitives
import STUN
import Synchronization
public import TLS
import TURN

/// Looks at what the network lets through: names, the call server, and every STUN and TURN server in every way.
///
/// A server's way counts as open when the server answers at all: TURN is asked for an allocation without credentials,
/// which it must refuse with 401. Where there are credentials it is then asked for a real one, which is given back at
/// once; the secret itself is not sent (RFC 8489 §9.2).
public struct NetworkCheck: Sendable {
    /// One server in one way, and who we are to it.
    public struct Server: Equatable, Sendable {
        public var url: ICEServerURL
        public var username: String
        public var credential: String

        public init(_ url: ICEServerURL, username: String = "", credential: String = "") {
            (self.url, self.username, self.credential) = (url, username, credential)
        }

        var credentials: TURNCredentials? {
            guard url.scheme == .turn || url.scheme == .turns, !credential.isEmpty else { return nil }
            return TURNCredentials(username: username, password: credential)
        }
    }

    /// How long it takes to notice that nobody wants the answer any more.
    static let attention = Interval.milliseconds(200)

    public var servers: [Server]
    public var signalling: ServerEndpoint?
    public var authorities: TLSAuthorities
    /// Whom to trust at the call server, if others than at the relay.
    public var signallingAuthorities: TLSAuthorities
    /// For each server, its name's resolution not counted.
    public var patience = Interval.seconds(4)

    public init(
        servers: [Server], signalling: ServerEndpoint?,
        authorities: TLSAuthorities, signallingAuthorities: TLSAuthorities
    ) {
        (self.servers, self.signalling) = (Array(servers.prefix(32)), signalling)
        (self.authorities, self.signallingAuthorities) = (authorities, signallingAuthorities)
    }

    /// Blocks until all is known; every question is asked by a thread of its own, so that the slowest decides.
    /// - Parameter isOver: asked now and then; once it says so nothing more is asked, and the report is of no use.
    public func run(unless isOver: @escaping @Sendable () -> Bool = { false }) -> NetworkReport {
        let probes = Mutex([NetworkReport.Probe?](repeating: nil, count: servers.count))
        let call = Mutex(NetworkReport.Signalling?.none)
        var threads: [MediaThread] = []
        for (index, server) in servers.enumerated() {
            let thread = try? MediaThread(name: "check") {
                let probe = probe(server, isOver)
                probes.withLock { $0[index] = probe }
            }
            if let thread { threads.append(thread) }
        }
        let asked = askSignalling(isOver)
        call.withLock { $0 = asked }
        for thread in threads { thread.join() }
        return NetworkReport(signalling: call.withLock { $0 }, probes: probes.withLock { $0.compactMap { $0 } })
    }

    private func askSignalling(_ isOver: @escaping @Sendable () -> Bool) -> NetworkReport.Signalling? {
        guard let signalling else { return nil }
        var report = NetworkReport.Signalling(
            host: signalling.host, port: signalling.port, outcome: .failed(.noAddress))
        let began = MonotonicClock.now()
        for address in HostNames.addresses(of: signalling.host).prefix(4) where !isOver() {
            let probe = StreamProbe(
                patience: patience, tls: signalling.isSecure ? (signalling.host, signallingAuthorities) : nil,
                isOver: isOver)
            let question = "GET /healthz HTTP/1.1\r\nHost: \(signalling.host)\r\nConnection: close\r\n\r\n"
            let end = Array("\r\n\r\n".utf8)
            let result = probe.ask(Array(question.utf8), at: TransportAddress(address, port: signalling.port)) {
                bytes in
                bytes.indices.contains { bytes[$0...].starts(with: end) }
            }
            switch result {
            case .answered(let bytes):
                let head = String(decoding: bytes.prefix(8192), as: UTF8.self)
                guard head.hasPrefix("HTTP/1.") else {
                    report.outcome = .failed(.otherProtocol)
                    continue
                }
                report.outcome = .answered(MonotonicClock.now() - began)
                report.clockAhead = HTTPDate.seconds(in: head).map {
                    MonotonicClock.wallClockMilliseconds() / 1000 - $0
                }
                return report
            case .failed(let fault): report.outcome = .failed(fault)
            }
        }
        return report
    }

    private func probe(_ server: Server, _ isOver: @escaping @Sendable () -> Bool) -> NetworkReport.Probe {
        let url = server.url
        var probe = NetworkReport.Probe(url: url, outcome: .failed(.noAddress))
        for address in HostNames.addresses(of: url.host).prefix(4) where !isOver() {
            let began = MonotonicClock.now()
            let at = TransportAddress(address, port: url.port)
            let result = url.transport == .udp ? askByDatagram(url, at, isOver) : askByStream(url, at, isOver)
            switch result {
            case .success(let mapped):
                probe.outcome = .answered(MonotonicClock.now() - began)
                probe.mapped = mapped
                probe.access = server.credentials.map { credentials in
                    AllocationProbe(
                        credentials: credentials, patience: patience,
                        tls: url.scheme == .turns ? (url.host, authorities) : nil, isOver: isOver
                    ).ask(at: at, by: url.transport == .udp ? .datagrams : .stream)
                }
                return probe
            case .failure(let failure): probe.outcome = .failed(failure.fault)
            }
        }
        return probe
    }
}

/// `Result` wants an error.
struct ProbeFailure: Error { let fault: NetworkReport.Fault }
