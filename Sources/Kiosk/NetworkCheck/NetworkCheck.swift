import LinuxIO
public import Primitives
import STUN
import Synchronization
public import TLS

/// Looks at what the network lets through: names, the call server, and every STUN and TURN server in every way.
///
/// A server's way counts as open when the server answers at all: TURN is asked for an allocation without credentials,
/// which it must refuse with 401. Nothing is allocated and no secret is sent.
public struct NetworkCheck: Sendable {
    public var servers: [ICEServerURL]
    public var signalling: (host: String, port: UInt16, isSecure: Bool)?
    public var authorities: TLSAuthorities
    /// Whom to trust at the call server, if others than at the relay.
    public var signallingAuthorities: TLSAuthorities
    /// For each server, its name's resolution not counted.
    public var patience = Interval.seconds(4)

    public init(
        servers: [ICEServerURL], signalling: (host: String, port: UInt16, isSecure: Bool)?,
        authorities: TLSAuthorities, signallingAuthorities: TLSAuthorities
    ) {
        (self.servers, self.signalling) = (Array(servers.prefix(32)), signalling)
        (self.authorities, self.signallingAuthorities) = (authorities, signallingAuthorities)
    }

    /// Blocks until all is known; every question is asked by a thread of its own, so that the slowest decides.
    public func run() -> NetworkReport {
        let probes = Mutex([NetworkReport.Probe?](repeating: nil, count: servers.count))
        let call = Mutex(NetworkReport.Signalling?.none)
        var threads: [MediaThread] = []
        for (index, url) in servers.enumerated() {
            let thread = try? MediaThread(name: "check") {
                let probe = probe(url)
                probes.withLock { $0[index] = probe }
            }
            if let thread { threads.append(thread) }
        }
        let asked = askSignalling()
        call.withLock { $0 = asked }
        for thread in threads { thread.join() }
        return NetworkReport(signalling: call.withLock { $0 }, probes: probes.withLock { $0.compactMap { $0 } })
    }

    private func askSignalling() -> NetworkReport.Signalling? {
        guard let signalling else { return nil }
        var report = NetworkReport.Signalling(
            host: signalling.host, port: signalling.port, outcome: .failed(.noAddress))
        let began = MonotonicClock.now()
        for address in HostNames.addresses(of: signalling.host).prefix(4) {
            let probe = StreamProbe(
                patience: patience, tls: signalling.isSecure ? (signalling.host, signallingAuthorities) : nil)
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

    private func probe(_ url: ICEServerURL) -> NetworkReport.Probe {
        var probe = NetworkReport.Probe(url: url, outcome: .failed(.noAddress))
        for address in HostNames.addresses(of: url.host).prefix(4) {
            let began = MonotonicClock.now()
            let server = TransportAddress(address, port: url.port)
            let result = url.transport == .udp ? askByDatagram(url, server) : askByStream(url, server)
            switch result {
            case .success(let mapped):
                probe.outcome = .answered(MonotonicClock.now() - began)
                probe.mapped = mapped
                return probe
            case .failure(let failure): probe.outcome = .failed(failure.fault)
            }
        }
        return probe
    }
}

/// `Result` wants an error.
struct ProbeFailure: Error { let fault: NetworkReport.Fault }
