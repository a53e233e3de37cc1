import ArgumentParser
import KioskConfiguration
import LinuxIO
import LocalControl
import NetworkCheck
import Primitives
import SignallingMessages
import TLS

/// Looks at what this network lets through, before a patient does.
struct Network: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tests what the network lets through: names, time, the call server, STUN and TURN.",
        discussion: """
            Asks the servers of the site file, and those that a running kioskd has been told by the switchboard. It needs \
            no call and disturbs none. Exit status: 0 calls get out; 1 they do, with restrictions; 2 they do not.
            """)

    @Option(help: ArgumentHelp("Where the kiosk stands.", valueName: "file"))
    var site = "/etc/kiosk/site.yaml"

    @Option(
        help: ArgumentHelp(
            "A server to ask besides: stun:HOST, turn:HOST?transport=tcp, turns:HOST:443.", valueName: "url"))
    var server: [String] = []

    @Flag(help: "Answer in JSON.")
    var json = false

    func validate() throws {
        for url in server where ICEServerURL(url) == nil {
            throw ValidationError("'\(url)' is no address of a server.")
        }
    }

    func run() throws {
        let configuration: SiteConfiguration
        let (authorities, signallingAuthorities): (TLSAuthorities, TLSAuthorities)
        do {
            configuration = try SiteConfiguration(file: site)
            authorities = try TLSAuthorities(file: configuration.network.authorities)
            signallingAuthorities = try TLSAuthorities(file: configuration.signalling.authorities)
        } catch {
            StandardError.print("kioskctl: \(error)")
            throw ExitCode(78)
        }
        var servers = configuration.network.iceServers.flatMap(\.urls)
        for url in told() + server.compactMap({ ICEServerURL($0) }) where !servers.contains(url) { servers.append(url) }
        let report = NetworkCheck(
            servers: servers, signalling: Self.endpoint(of: configuration.signalling.url), authorities: authorities,
            signallingAuthorities: signallingAuthorities
        ).run()
        print(json ? NetworkText.json(report).text : NetworkText.describe(report))
        let level = report.verdict.level
        if level != .well { throw ExitCode(Int32(level.rawValue)) }
    }

    /// What a running kioskd knows from the switchboard.
    private func told() -> [ICEServerURL] {
        guard case .done(let status)? = try? ControlClient.ask(.status, path: RuntimePaths.controlSocket) else {
            return []
        }
        return (status["servers"]?.array ?? []).compactMap { $0.string.flatMap { ICEServerURL($0) } }
    }

    /// `https://host:port/…` in its parts.
    static func endpoint(of url: String) -> (host: String, port: UInt16, isSecure: Bool)? {
        let lowered = url.lowercased()
        let isSecure = lowered.hasPrefix("https:") || lowered.hasPrefix("wss:")
        let rest = url.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first ?? ""
        // The same grammar of host and port as a server's address has.
        guard let parsed = ICEServerURL("stun:\(rest)") else { return nil }
        let hasPort = rest.hasSuffix(":\(parsed.port)")
        return (parsed.host, hasPort ? parsed.port : isSecure ? 443 : 80, isSecure)
    }
}
