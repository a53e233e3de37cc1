import ArgumentParser
import Dispatch
import Glibc
import Logging
import Primitives
import SwitchboardServer

@main
struct SwitchboardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "switchboard",
        abstract: "The signalling server of Callpoint, with the clinicians' console.",
        version: "0.1.0")

    @Option(help: "Where to listen: HOST:PORT, an IPv6 address in brackets.")
    var listen: ListenAddress = .standard

    @Option(help: ArgumentHelp("The certificate chain in PEM; serves HTTPS.", valueName: "file"))
    var certificate: String?

    @Option(help: ArgumentHelp("The certificate's private key in PEM.", valueName: "file"))
    var key: String?

    @Option(help: ArgumentHelp("The console's files instead of those that were built.", valueName: "directory"))
    var console: String?

    @Option(
        name: .customLong("turn-url"),
        help: ArgumentHelp(
            "A STUN or TURN server to tell both sides of a call: stun:HOST, turn:HOST?transport=udp, turns:HOST:443. "
                + "May be given several times.", valueName: "url"))
    var turnURL: [String] = []

    @Option(
        name: .customLong("turn-secret-file"),
        help: ArgumentHelp(
            "The secret shared with those servers (coturn's static-auth-secret), from which each call's credentials "
                + "are made.", valueName: "file"))
    var turnSecretFile: String?

    @Option(help: ArgumentHelp("How much to log: trace, debug, info, notice, warning, error.", valueName: "level"))
    var logLevel: LogLevel = .info

    func validate() throws {
        if (certificate == nil) != (key == nil) {
            throw ValidationError("--certificate and --key belong together.")
        }
        if turnURL.isEmpty != (turnSecretFile == nil) {
            throw ValidationError("--turn-url and --turn-secret-file belong together.")
        }
        for url in turnURL where ICEServerURL(url) == nil {
            throw ValidationError("'\(url)' is no address such as turn:HOST?transport=udp or turns:HOST:443.")
        }
    }

    func run() async throws {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "switchboard")
        logger.logLevel = logLevel.level
        let configuration = SwitchboardConfiguration(
            host: listen.host, port: listen.port, certificate: certificate, key: key, console: console,
            turn: turnSecretFile.map { SwitchboardConfiguration.TURN(urls: turnURL, secretFile: $0) })
        let url = "\(certificate == nil ? "http" : "https")://"
        let host = listen.host.contains(":") ? "[\(listen.host)]" : listen.host
        let serving = Task { [logger] in
            try await runSwitchboard(configuration, logger: logger) { port in
                logger.info("listening on \(url)\(host):\(port)")
            }
        }
        let signals = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                serving.cancel()
                // Connections that do not let go do not keep the process.
                DispatchQueue.global().asyncAfter(deadline: .now() + 5) { _exit(0) }
            }
            source.activate()
            return source
        }
        defer { signals.forEach { $0.cancel() } }
        try await serving.value
    }
}

struct ListenAddress: ExpressibleByArgument, CustomStringConvertible {
    static let standard = ListenAddress(host: "127.0.0.1", port: 8080)
    var host: String
    var port: Int

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private init(host: String, port: Int) { (self.host, self.port) = (host, port) }

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), let port = Int(argument[argument.index(after: colon)...]),
            (0...65535).contains(port)
        else { return nil }
        var host = argument[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.init(host: String(host), port: port)
    }
}

enum LogLevel: String, CaseIterable, ExpressibleByArgument {
    case trace, debug, info, notice, warning, error

    var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
}
