import LinuxIO
import Primitives
import STUN
import Synchronization

/// A TURN server on loopback that demands credentials and then gives what the test says.
final class ScriptedRelay: Sendable {
    enum Answer: Sendable {
        case grants
        case refuses(Int)
        /// Says nothing to a request with credentials.
        case silent
    }

    static let (realm, password) = ("callpoint", "correct horse")
    let port: UInt16
    private let thread: MediaThread
    private let signal: EventFD
    private let seen: Seen

    init(_ answer: Answer) throws {
        let signal = try EventFD()
        self.signal = signal
        let socket = try UDPSocket(binding: TransportAddress(NetworkCheckTests.host, port: 0))
        port = socket.localAddress.port
        nonisolated(unsafe) let held = socket  // given over to the thread
        let seen = Seen()
        self.seen = seen
        thread = try MediaThread(name: "relay") {
            guard var set = try? EpollSet(), (try? set.add(held.raw, tag: 0)) != nil,
                (try? set.add(signal, tag: 1)) != nil
            else { return }
            let pool = BufferPool(slotCount: 64, slotSize: 1500)
            while (try? set.wait(timeout: nil)) != nil {
                for index in 0..<set.count where set[index] == 1 { return }
                var answers: [([UInt8], TransportAddress)] = []
                while held.receive(
                    into: pool,
                    { packet, source, _ in
                        if let bytes = Self.answer(packet.bytes, answer, seen) { answers.append((bytes, source)) }
                    })
                {}
                for (bytes, source) in answers {
                    guard var packet = try? pool.take() else { continue }
                    packet.copy(from: bytes.span.bytes)
                    held.send(packet, to: source)
                }
                held.flush()
            }
        }
    }

    /// Ends it. - Returns: what it was asked: "allocate", "allocate with credentials", "release".
    func stop() -> [String] {
        signal.signal()
        thread.join()
        return seen.requests.withLock { $0 }
    }

    private final class Seen: Sendable { let requests = Mutex<[String]>([]) }
    private static func answer(_ bytes: RawSpan, _ answer: Answer, _ seen: Seen) -> [UInt8]? {
        guard let message = try? STUNMessage(bytes), message.messageClass == .request else { return nil }
        let knows = message.username != nil
        let isRelease = message.method == .refresh && message.lifetime == 0
        seen.requests.withLock { $0.append(isRelease ? "release" : knows ? "allocate with credentials" : "allocate") }
        guard knows else { return refusal(401, message) }
        let key = LongTermKey.md5(
            username: Array("kiosk".utf8), realm: Array(realm.utf8), password: Array(password.utf8))
        guard let key, message.hasIntegrity(under: key) else { return refusal(401, message) }
        switch answer {
        case .silent: return nil
        case .refuses(let code) where !isRelease: return refusal(code, message)
        case .grants, .refuses:
            return write(message, .success, key: key) { writer in
                let relayed = TransportAddress(IPAddress(ipv4: 0xC000_0201), port: 50_000)
                if !isRelease { writer.writeXOR(.xorRelayedAddress, relayed) }
                writer.write(.lifetime, word: isRelease ? 0 : 600)
            }
        }
    }

    private static func refusal(_ code: Int, _ message: borrowing STUNMessage) -> [UInt8] {
        write(message, .error, key: nil) { writer in
            writer.writeErrorCode(code)
            writer.write(.realm, Array(realm.utf8))
            writer.write(.nonce, Array("nonce".utf8))
        }
    }

    private static func write(
        _ message: borrowing STUNMessage, _ kind: STUNClass, key: [UInt8]?,
        _ body: (inout STUNMessageWriter) -> Void
    ) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 512)
        var span = bytes.mutableSpan
        var writer = STUNMessageWriter(
            span.mutableBytes, kind, message.method, transactionID: message.transactionID)
        body(&writer)
        let count = writer.finish(integrityKey: key) ?? 0
        return Array(bytes.prefix(count))
    }
}
