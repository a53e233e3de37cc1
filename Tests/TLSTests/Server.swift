import Foundation
import LinuxIO
import Primitives

/// A certificate authority and OpenSSL's own test server, in a folder that goes with it.
final class Server {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)")
    let address: TransportAddress
    private let process = Process()
    var authority: String { folder.appending(path: "ca.pem").path }

    /// - Parameter dates: of the server's certificate, as `openssl ca` takes them.
    init(name: String, from: String = "20200101000000Z", to: String = "20990101000000Z") throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let configuration = """
            [ca]
            default_ca = here
            [here]
            database = index.txt
            new_certs_dir = .
            serial = serial
            default_md = sha256
            policy = any
            x509_extensions = server
            [any]
            commonName = supplied
            [server]
            subjectAltName = \(name)
            """
        try Data(configuration.utf8).write(to: folder.appending(path: "ca.conf"))
        try Data().write(to: folder.appending(path: "index.txt"))
        try Data("01\n".utf8).write(to: folder.appending(path: "serial"))
        let port = try Port.free()
        address = TransportAddress(IPAddress(ipv4: 0x7F00_0001), port: port)
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        try run(["req", "-x509", "-days", "9000", "-subj", "/CN=Test", "-keyout", "ca.key", "-out", "ca.pem"] + key)
        try run(["req", "-new", "-subj", "/CN=server", "-keyout", "key.pem", "-out", "request.pem"] + key)
        try run([
            "ca", "-batch", "-notext", "-config", "ca.conf", "-cert", "ca.pem", "-keyfile", "ca.key", "-in",
            "request.pem", "-out", "cert.pem", "-startdate", from, "-enddate", to,
        ])
        // Sends back each line reversed: proof that both directions work.
        prepare(
            process,
            ["s_server", "-accept", "127.0.0.1:\(port)", "-cert", "cert.pem", "-key", "key.pem", "-rev", "-quiet"])
        try process.run()
    }

    deinit {
        // Not a signal that can be blocked: a child has its parent's mask.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    private func prepare(_ process: Process, _ arguments: [String]) {
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
    }

    private func run(_ arguments: [String]) throws {
        let process = Process()
        prepare(process, arguments)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(arguments: arguments) }
    }

    struct Failure: Error { let arguments: [String] }
}

enum Port {
    /// A port that was free a moment ago.
    static func free() throws -> UInt16 {
        try TCPListener(binding: TransportAddress(IPAddress(ipv4: 0x7F00_0001), port: 0)).localAddress.port
    }
}
