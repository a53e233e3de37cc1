import LinuxIO
import Primitives
import TLS

/// One connection: opened, asked something, and its first answer.
struct StreamProbe: ~Copyable {
    enum Result {
        case answered([UInt8])
        case failed(NetworkReport.Fault)
    }

    let patience: Interval
    /// Nil for a connection without TLS.
    let tls: (name: String, authorities: TLSAuthorities)?
    let isOver: @Sendable () -> Bool

    /// Blocks for `patience` at the most. `isWhole` says whether the bytes that came are all that is waited for.
    func ask(_ question: [UInt8], at address: TransportAddress, isWhole: ([UInt8]) -> Bool) -> Result {
        do throws(SystemError) {
            var set = try EpollSet()
            let stream: any ByteStream =
                if let tls {
                    try TLSStream(connectingTo: address, name: tls.name, authorities: tls.authorities)
                } else { try TCPStream(connectingTo: address) }
            defer { stream.close(in: set) }
            try stream.register(in: set, tag: 0)
            stream.send(question.span.bytes)
            let end = MonotonicClock.now() + patience
            var answer: [UInt8] = []
            while true {
                stream.progress()
                while stream.receive({ bytes in
                    answer += (0..<bytes.byteCount).map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
                    return bytes.byteCount
                }), answer.count < 65_536 {}
                if isWhole(answer) { return .answered(answer) }
                if case .closed(let error) = stream.state {
                    guard let error else { return answer.isEmpty ? .failed(.reset) : .answered(answer) }
                    return .failed(NetworkReport.Fault(error))
                }
                let left = end - MonotonicClock.now()
                guard left > .zero, !isOver() else { return .failed(.timedOut) }
                try stream.updateInterest(in: set)
                try set.wait(timeout: min(left, NetworkCheck.attention))
            }
        } catch {
            return .failed(.unreachable)
        }
    }
}

extension NetworkReport.Fault {
    init(_ error: StreamError) {
        switch error {
        case .refused: self = .refused
        case .timedOut: self = .timedOut
        case .unreachable, .system: self = .unreachable
        case .reset: self = .reset
        case .messageTooLong: self = .otherProtocol
        case .tls(let failure):
            switch failure {
            case .nameMismatch: self = .otherName
            case .notTrusted: self = .notTrusted
            case .expired: self = .expired
            case .clockBehind: self = .clockBehind
            case .handshake: self = .otherProtocol
            }
        }
    }
}
