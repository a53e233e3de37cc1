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
            Has a running kioskd ask, which knows what the switchboard has told it, credentials for the relay among \
            them; asks by itself where none runs, one is in a call, or a file or server is named. It needs no call and \
            disturbs none. Exit status: 0 calls get out; 1 they do, with restrictions; 2 they do not.
            """)

    @Option(
        help: ArgumentHelp("Where the kiosk stands.", discussion: "Default: /etc/kiosk/site.yaml", valueName: "file"))
    var site: String?

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
        let report = try askKiosk() ?? askServers()
        print(json ? report.text : NetworkText.describe(report))
        switch report["level"]?.string {
        case "well": return
        case "restricted": throw ExitCode(1)
        default: throw ExitCode(2)
        }
    }

    /// The kiosk's own report; nil where it is not asked, or does not look now.
    private func askKiosk() -> JSONValue? {
        guard site == nil, server.isEmpty else { return nil }
        // The resolver alone may take half a minute.
        switch try? ControlClient.ask(.network, path: RuntimePaths.controlSocket, patience: 60) {
        case .done(let report)?: return report
        case .refused(let reason)?:
            StandardError.print("kioskctl: kioskd does not ask: \(reason); so without its credentials")
            return nil
        case nil: return nil
        }
    }

    private func askServers() throws -> JSONValue {
        let configuration: SiteConfiguration
        let (authorities, signallingAuthorities): (TLSAuthorities, TLSAuthorities)
        do {
            configuration = try SiteConfiguration(file: site ?? "/etc/kiosk/site.yaml")
            authorities = try TLSAuthorities(file: configuration.network.authorities)
            signallingAuthorities = try TLSAuthorities(file: configuration.signalling.authorities)
        } catch {
            StandardError.print("kioskctl: \(error)")
            throw ExitCode(78)
        }
        var servers = configuration.network.iceServers.flatMap { entry in
            entry.urls.map {
                NetworkCheck.Server($0, username: entry.username ?? "", credential: entry.password ?? "")
            }
        }
        for url in told() + server.compactMap({ ICEServerURL($0) }) where !servers.contains(where: { $0.url == url }) {
            servers.append(NetworkCheck.Server(url))
        }
        return NetworkCheck(
            servers: servers, signalling: ServerEndpoint(url: configuration.signalling.url),
            authorities: authorities, signallingAuthorities: signallingAuthorities
        ).run().json
    }

    /// What a running kioskd knows from the switchboard.
    private func told() -> [ICEServerURL] {
        guard case .done(let status)? = try? ControlClient.ask(.status, path: RuntimePaths.controlSocket) else {
            return []
        }
        return (status["servers"]?.array ?? []).compactMap { $0.string.flatMap { ICEServerURL($0) } }
    }
}
