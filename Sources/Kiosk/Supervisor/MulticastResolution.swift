import LinuxIO
import MulticastDNS
import Primitives

/// Asks the local networks for a browser's `.local` name. Blocks for three seconds at the most; for a thread of its own.
enum MulticastResolution {
    private static let pauses: [Interval] = [.milliseconds(250), .milliseconds(750), .seconds(2)]

    /// Asks from each IPv4 address of this host, which the kernel then takes the interface from. Empty if nobody answers.
    static func addresses(of name: String) -> [IPAddress] {
        var random = RandomSource.system
        guard let query = MulticastDNSQuery(name: name, id: UInt16.random(in: 0...UInt16.max, using: &random)),
            let own = try? NetworkInterfaces.addresses(includingLoopback: false), var set = try? EpollSet()
        else { return [] }
        var sockets: [UDPSocket] = []
        for entry in own where entry.address.family == .ipv4 && sockets.count < 8 {
            guard let socket = try? UDPSocket(binding: TransportAddress(entry.address, port: 0)),
                (try? set.add(socket.raw, tag: UInt64(sockets.count))) != nil
            else { continue }
            sockets.append(socket)
        }
        guard !sockets.isEmpty else { return [] }
        let pool = BufferPool(slotCount: 64, slotSize: MulticastDNSQuery.maximumSize)
        let question = query.question
        for pause in pauses {
            for socket in sockets {
                guard var packet = try? pool.take() else { continue }
                packet.copy(from: question.span.bytes)
                socket.send(packet, to: MulticastDNSQuery.group)
                socket.flush()
            }
            let until = MonotonicClock.now() + pause
            while MonotonicClock.now() < until {
                guard (try? set.wait(timeout: max(.zero, until - MonotonicClock.now()))) != nil else { return [] }
                var found: [IPAddress] = []
                for socket in sockets {
                    while socket.receive(into: pool, { packet, _, _ in found += query.addresses(in: packet.bytes) }) {}
                }
                if !found.isEmpty { return found }
            }
        }
        return []
    }
}
