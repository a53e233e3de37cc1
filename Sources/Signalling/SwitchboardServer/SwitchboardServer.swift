import Glibc
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Primitives

/// What a switchboard is started with.
public struct SwitchboardConfiguration: Sendable {
    public var host: String
    /// 0 for any that is free.
    public var port: Int
    /// PEM files; both or neither.
    public var certificate: String?
    public var key: String?
    /// The console's files; nil for those that were built.
    public var console: String?
    /// Nil where calls go without a TURN server.
    public var turn: TURN?

    /// TURN servers that make credentials from a secret they share with us.
    public struct TURN: Sendable {
        /// `turn:` and `turns:` addresses, `stun:` ones besides.
        public var urls: [String]
        /// A file whose first line is the secret.
        public var secretFile: String

        public init(urls: [String], secretFile: String) { (self.urls, self.secretFile) = (urls, secretFile) }
    }

    public init(
        host: String, port: Int, certificate: String? = nil, key: String? = nil, console: String? = nil,
        turn: TURN? = nil
    ) {
        (self.host, self.port, self.certificate, self.key) = (host, port, certificate, key)
        (self.console, self.turn) = (console, turn)
    }
}

/// Why a switchboard does not start.
public enum SwitchboardError: Error, Sendable {
    case cannotListen(host: String, port: Int, reason: String)
    case unusableCertificate(String)
    case unusableSecret(file: String, reason: String)
}

extension SwitchboardError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotListen(let host, let port, let reason): "cannot listen on \(host):\(port): \(reason)"
        case .unusableCertificate(let reason): "cannot use the certificate and key: \(reason)"
        case .unusableSecret(let file, let reason): "cannot use the TURN secret in \(file): \(reason)"
        }
    }
}

/// Runs a switchboard until the task is cancelled; then ends its sessions and closes.
///
/// - Parameter onListening: called once, with the port, when connections are taken.
public func runSwitchboard(
    _ configuration: SwitchboardConfiguration, logger: Logger, onListening: @escaping @Sendable (Int) -> Void = { _ in }
) async throws {
    var clock = timespec()
    clock_gettime(CLOCK_REALTIME, &clock)
    let unixTime = Interval.seconds(Int64(clock.tv_sec)) + .nanoseconds(Int64(clock.tv_nsec))
    let epoch = unixTime - (SocketIOEndpoint<Switchboard>.now - .zero)
    try await serve(
        Switchboard(epoch: epoch, turn: try configuration.turn?.credentials()), settings: SocketIOServerSettings(),
        configuration, logger: logger,
        onListening: onListening)
}

/// As `runSwitchboard`, for any application and with any bounds.
package func serve<Application: SocketIOApplication>(
    _ application: Application, settings: SocketIOServerSettings, _ configuration: SwitchboardConfiguration,
    logger: Logger, onListening: @escaping @Sendable (Int) -> Void
) async throws {
    let group = MultiThreadedEventLoopGroup.singleton
    let endpoint = SocketIOEndpoint(application, settings: settings, eventLoop: group.next())
    let console = ConsoleFiles(directory: configuration.console ?? ConsoleFiles.standardDirectory)
    if console.isEmpty { logger.warning("there are no console files; serving Socket.IO only") }
    let tls = try configuration.tls()
    let responder = SwitchboardResponder(endpoint: endpoint, console: console, isSecure: tls != nil)
    let channel = SwitchboardChannel(
        responder: { request, writer, channel in
            let response = await responder.respond(to: request, on: channel)
            try await writer.write(response: response.head, body: response.body)
        }, endpoint: endpoint, idleTimeout: .seconds(60))
    if let tls {
        try await run(
            TLSChannel(channel, tlsConfiguration: tls), endpoint, configuration, logger: logger,
            onListening: onListening)
    } else {
        try await run(channel, endpoint, configuration, logger: logger, onListening: onListening)
    }
}

private func run<Application: SocketIOApplication>(
    _ channel: some ServerChildChannel, _ endpoint: SocketIOEndpoint<Application>,
    _ configuration: SwitchboardConfiguration, logger: Logger, onListening: @escaping @Sendable (Int) -> Void
) async throws {
    // The server says of itself at level info what we say better.
    var quiet = logger
    if quiet.logLevel == .info { quiet.logLevel = .warning }
    let server = Server(
        childChannelSetup: channel,
        configuration: ServerConfiguration(
            address: .hostname(configuration.host, port: configuration.port),
            availableConnectionsDelegate: MaximumAvailableConnections(4096)),
        onServerRunning: { onListening($0.localAddress?.port ?? configuration.port) },
        eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
    // In a task of its own: cancelled, the server would drop its connections in the middle of a word.
    let running = Task { try await server.run() }
    do {
        try await withTaskCancellationHandler {
            try await running.value
        } onCancel: {
            endpoint.close()
            Task { try? await server.shutdownGracefully() }
        }
    } catch let error as IOError {
        throw SwitchboardError.cannotListen(
            host: configuration.host, port: configuration.port, reason: String(cString: strerror(error.errnoCode)))
    } catch let error as SocketAddressError {
        throw SwitchboardError.cannotListen(host: configuration.host, port: configuration.port, reason: "\(error)")
    }
}

extension SwitchboardConfiguration.TURN {
    fileprivate func credentials() throws(SwitchboardError) -> TURNCredentials {
        let descriptor = open(secretFile, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .unusableSecret(file: secretFile, reason: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = read(descriptor, &bytes, bytes.count)
        let line = bytes.prefix(max(0, count)).prefix { $0 != 0x0A && $0 != 0x0D }
        guard line.count >= 16, let credentials = TURNCredentials(urls: urls, secret: Array(line)) else {
            throw .unusableSecret(file: secretFile, reason: "its first line must have at least 16 characters")
        }
        return credentials
    }
}

extension SwitchboardConfiguration {
    fileprivate func tls() throws(SwitchboardError) -> TLSConfiguration? {
        guard let certificate, let key else {
            guard certificate == nil, key == nil else {
                throw .unusableCertificate("a certificate needs its key, and a key its certificate")
            }
            return nil
        }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
            tls.minimumTLSVersion = .tlsv12
            tls.applicationProtocols = ["http/1.1"]
            _ = try NIOSSLContext(configuration: tls)
            return tls
        } catch {
            throw .unusableCertificate("\(error)")
        }
    }
}
