import Glibc
import LinuxIO
import Primitives
import Testing

@Suite struct ServiceManagerTests {
    private func manager(_ environment: [String: String], pid: Int32 = 42) -> ServiceManager {
        ServiceManager(environment: { environment[$0] }, pid: pid)
    }

    /// A datagram socket as systemd has one; a path, or an abstract name with "@".
    private final class Receiver {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)

        init(_ address: String) {
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: address.utf8) }
            if address.hasPrefix("@") { name.sun_path.0 = 0 }
            let length = socklen_t(2 + address.utf8.count)
            let bound = withUnsafePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
            }
            #expect(bound == 0)
        }

        deinit { close(descriptor) }

        func read() -> String? {
            var bytes = [UInt8](repeating: 0, count: 512)
            let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
        }
    }

    @Test(arguments: ["/tmp/callpoint-notify-\(getpid()).sock", "@callpoint-notify-\(getpid())"])
    func linesArriveAsOneDatagram(address: String) {
        let receiver = Receiver(address)
        defer { unlink(address) }
        let manager = manager(["NOTIFY_SOCKET": address])
        #expect(manager.notify(["READY=1", "STATUS=in a call"]))
        #expect(receiver.read() == "READY=1\nSTATUS=in a call")
        #expect(manager.notify(["STATUS=one\nWATCHDOG=1"]))
        #expect(receiver.read() == "STATUS=one WATCHDOG=1")
        #expect(receiver.read() == nil)
    }

    @Test func aManagerThatIsNotThereStopsNothing() {
        #expect(!manager([:]).notify(["READY=1"]))
        #expect(!manager(["NOTIFY_SOCKET": "/nonexistent/notify"]).notify(["READY=1"]))
        #expect(!manager(["NOTIFY_SOCKET": "vsock:2:1"]).notify(["READY=1"]))
    }

    @Test func whatIsMeantForAnotherProcessIsNotTaken() {
        #expect(manager(["WATCHDOG_USEC": "3000000"]).watchdog == .seconds(3))
        #expect(manager(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "42"]).watchdog == .seconds(3))
        #expect(manager(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "43"]).watchdog == nil)
        for nonsense in ["0", "-1", "soon", "9223372036854775807"] {
            #expect(manager(["WATCHDOG_USEC": nonsense]).watchdog == nil)
        }
        #expect(manager(["LISTEN_FDS": "1", "LISTEN_PID": "42"]).listeners == 1)
        #expect(manager(["LISTEN_FDS": "1", "LISTEN_PID": "43"]).listeners == 0)
        #expect(manager(["LISTEN_FDS": "1"]).listeners == 0)
        #expect(manager(["LISTEN_FDS": "-1", "LISTEN_PID": "42"]).listeners == 0)
    }

    @Test func credentialsAreFilesOfOneFolder() {
        let manager = manager(["CREDENTIALS_DIRECTORY": "/run/credentials/kioskd.service"])
        #expect(manager.credential("site.yaml") == "/run/credentials/kioskd.service/site.yaml")
        for name in ["", "..", ".", "../shadow", "a/b"] { #expect(manager.credential(name) == nil) }
        #expect(self.manager([:]).credential("site.yaml") == nil)
        #expect(self.manager(["CREDENTIALS_DIRECTORY": "relative"]).credential("site.yaml") == nil)
    }

    @Test func anInheritedListenerServesAndLeavesItsFileAlone() throws {
        let path = "/tmp/callpoint-inherit-\(getpid()).sock"
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
        let raw = socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0)
        let bound = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(raw, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        defer { unlink(path) }
        #expect(throws: SystemError.self) { _ = try SeqPacketListener(inheriting: raw) }
        #expect(listen(raw, 1) == 0)
        do {
            let listener = try SeqPacketListener(inheriting: raw)
            let client = try SeqPacketSocket.connect(path: path)
            let server = try listener.accept()
            try client.send([7 as UInt8].span.bytes)
            var buffer = [UInt8](repeating: 0, count: 8)
            let count = try buffer.withUnsafeMutableBytes { try server.receive(into: $0)?.count }
            #expect(count == 1)
        }
        #expect(access(path, F_OK) == 0)
    }

    @Test func patienceEnds() throws {
        let (near, far) = try SeqPacketSocket.pair()
        near.setPatience(.milliseconds(20))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 8)
        defer { buffer.deallocate() }
        do throws(SystemError) {
            _ = try near.receive(into: buffer)
            Issue.record("something came")
        } catch {
            #expect(error.errno == EAGAIN)
        }
        withExtendedLifetime(far) {}
    }
}
