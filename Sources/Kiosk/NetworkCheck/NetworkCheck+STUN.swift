import LinuxIO
import Primitives
import STUN

extension NetworkCheck {
    typealias Answer = Result<IPAddress?, ProbeFailure>

    func askByStream(
        _ url: ICEServerURL, _ server: TransportAddress, _ isOver: @escaping @Sendable () -> Bool
    ) -> Answer {
        let isSecure = url.scheme == .turns || url.scheme == .stuns
        let stream = StreamProbe(patience: patience, tls: isSecure ? (url.host, authorities) : nil, isOver: isOver)
        let (question, id) = Self.question(url)
        let result = stream.ask(question, at: server) { bytes in
            bytes.count >= Self.length(of: bytes) ?? .max
        }
        switch result {
        case .answered(let bytes):
            guard let mapped = Self.understand(bytes.prefix(Self.length(of: bytes) ?? 0), id) else {
                return .failure(ProbeFailure(fault: .otherProtocol))
            }
            return .success(mapped)
        case .failed(let fault): return .failure(ProbeFailure(fault: fault))
        }
    }

    /// Asks up to four times within `patience`: a lost datagram is not a blocked port.
    func askByDatagram(_ url: ICEServerURL, _ server: TransportAddress, _ isOver: () -> Bool) -> Answer {
        let (question, id) = Self.question(url)
        let pool = BufferPool(slotCount: 40, slotSize: 1500)
        do throws(SystemError) {
            let socket = try UDPSocket(binding: TransportAddress(server.address.unspecified, port: 0))
            var set = try EpollSet()
            try set.add(socket.raw, tag: 0)
            let end = MonotonicClock.now() + patience
            for attempt in 1...4 where !isOver() {
                guard var packet = try? pool.take() else { break }
                packet.copy(from: question.span.bytes)
                socket.send(packet, to: server)
                socket.flush()
                let until = attempt == 4 ? end : min(end, MonotonicClock.now() + .milliseconds(250 << Int64(attempt)))
                while MonotonicClock.now() < until, !isOver() {
                    try set.wait(timeout: min(Self.attention, max(.zero, until - MonotonicClock.now())))
                    var answer: IPAddress??
                    while socket.receive(
                        into: pool,
                        { packet, source, _ in
                            guard source == server else { return }
                            let bytes = packet.bytes.toArray()
                            if let mapped = Self.understand(bytes[...], id) { answer = .some(mapped) }
                        })
                    {}
                    if let answer { return .success(answer) }
                }
            }
        } catch { return .failure(ProbeFailure(fault: .unreachable)) }
        return .failure(ProbeFailure(fault: .timedOut))
    }

    /// A Binding request to a STUN server, to a TURN server an Allocate request that it must ask credentials for.
    private static func question(_ url: ICEServerURL) -> ([UInt8], STUNTransactionID) {
        var random = RandomSource.system
        let id = STUNTransactionID(using: &random)
        let isRelay = url.scheme == .turn || url.scheme == .turns
        var bytes = [UInt8](repeating: 0, count: 64)
        var span = bytes.mutableSpan
        var writer = STUNMessageWriter(
            span.mutableBytes, .request, isRelay ? .allocate : .binding, transactionID: id)
        if isRelay { writer.write(.requestedTransport, word: 17 << 24) }  // UDP
        let count = writer.finish(integrityKey: nil) ?? 0
        return (Array(bytes.prefix(count)), id)
    }

    /// The message's length by its own word; nil while its header is not whole.
    private static func length(of bytes: [UInt8]) -> Int? {
        bytes.count >= 20 ? 20 + (Int(bytes[2]) << 8 | Int(bytes[3])) : nil
    }

    /// The address that the server sees, nil inside where it says none; nil if this is no answer to `id`.
    private static func understand(_ bytes: ArraySlice<UInt8>, _ id: STUNTransactionID) -> IPAddress?? {
        let bytes = Array(bytes)
        guard let message = try? STUNMessage(bytes.span.bytes), message.transactionID == id,
            message.messageClass == .success || message.messageClass == .error
        else { return nil }
        return .some(message.xorMappedAddress?.address)
    }
}
