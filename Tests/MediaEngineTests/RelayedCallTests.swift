import Foundation
import LinuxIO
import MediaControl
import MediaEngine
import Primitives
import Testing
import VirtualDevices

/// coturn on the loopback interface, as long as this is kept.
final class TURNServerProcess {
    static let path = "/usr/bin/turnserver"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

    let port: UInt16
    let tlsPort: UInt16
    let certificate: String
    private let process = Process()
    private let folder: URL

    init() throws {
        let files = FileManager.default
        folder = files.temporaryDirectory.appending(path: "callpoint-turn-\(getpid())")
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        certificate = folder.appending(path: "certificate.pem").path
        let key = folder.appending(path: "key.pem").path
        let maker = Process()
        maker.executableURL = URL(filePath: "/usr/bin/openssl")
        maker.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate,
        ]
        maker.standardError = FileHandle.nullDevice
        try maker.run()
        maker.waitUntilExit()
        port = try Self.freePort()
        tlsPort = try Self.freePort()

        process.executableURL = URL(filePath: Self.path)
        process.arguments = [
            "-n", "--no-cli", "--no-dtls", "-L", "127.0.0.1", "-E", "127.0.0.1", "-p", "\(port)",
            "--tls-listening-port", "\(tlsPort)", "--lt-cred-mech", "-u", "kiosk:secret", "-r", "test.example",
            "--allow-loopback-peers", "--cert", certificate, "--pkey", key, "--log-file", "stdout", "--simple-log",
            "--pidfile", folder.appending(path: "pid").path, "--userdb", folder.appending(path: "users").path,
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        for port in [port, tlsPort] { try Self.waitUntilOpen(port) }
    }

    /// A connection that is refused is tried again for ten seconds.
    private static func waitUntilOpen(_ port: UInt16) throws {
        let end = MonotonicClock.now() + .seconds(10)
        var set = try EpollSet()
        while true {
            let stream = try TCPStream(connectingTo: TransportAddress(IPAddress(ipv4: 0x7F00_0001), port: port))
            try stream.register(in: set, tag: 1)
            while stream.state == .opening, MonotonicClock.now() < end {
                try set.wait(timeout: .milliseconds(100))
                stream.progress()
            }
            let isOpen = stream.state == .open
            stream.close(in: set)
            if isOpen { return }
            guard MonotonicClock.now() < end else { throw TURNServerFailed(port: port) }
            try set.wait(timeout: .milliseconds(20))
        }
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)  // it takes minutes over anything gentler
        try? FileManager.default.removeItem(at: folder)
    }

    private static func freePort() throws -> UInt16 {
        try TCPListener(binding: TransportAddress(IPAddress(ipv4: 0x7F00_0001), port: 0)).localAddress.port
    }

    struct TURNServerFailed: Error { let port: UInt16 }
}

@Suite(.serialized, .enabled(if: TURNServerProcess.isInstalled)) struct RelayedCallTests {
    /// Through the real coturn, with nothing but relays allowed.
    @Test(arguments: ["udp", "tcp", "tls"]) func aCallThroughARelay(way: String) throws {
        let server = try TURNServerProcess()
        var settings = NetworkSettings()
        settings.policy = .relay
        settings.authorities = server.certificate
        settings.servers = [
            MediaServer(
                url: ICEServerURL(
                    scheme: way == "tls" ? .turns : .turn, host: "localhost",
                    port: way == "tls" ? server.tlsPort : server.port, transport: way == "udp" ? .udp : .tcp),
                address: IPAddress(ipv4: 0x7F00_0001), username: "kiosk", credential: "secret")
        ]
        let (boardA, boardB) = (try CountingBoard(tone: 440), try CountingBoard(tone: 620))
        let (a, b) = (try KioskEnd(.test, devices: boardA), try KioskEnd(.test, devices: boardB))
        try Call.greet(a, b)
        for end in [a, b] { try end.send(.network(settings)) }
        let call = Call(a, 1, b, 2)
        try call.openDevices()
        try call.start()
        let isUp = try call.run(for: .seconds(20)) { call in
            call.seen.caller.numbers.count > 40 && call.seen.callee.numbers.count > 40
        }
        #expect(isUp, "\(call.seen.caller.states) \(call.seen.caller.failures) \(call.seen.callee.failures)")
        let statistics = try a.statistics(1)
        #expect(statistics["candidate-pair/relayed"] == 1)
        #expect(statistics["stream/unsent"] == 0)
    }
}
