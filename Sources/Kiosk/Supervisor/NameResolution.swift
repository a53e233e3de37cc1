import LinuxIO
package import Primitives
import Synchronization

/// Resolves names without anybody waiting for the system's resolver longer than `patience`.
package enum NameResolution {
    static let patience = Interval.seconds(5)
    /// Names that the resolver is at work on; each has a thread of its own, which may outlive our patience.
    private static let underWay = Atomic(0)
    private static let limit = 16

    /// Empty for a name that has no address, or none in time.
    package static func addresses(of name: String) async -> [IPAddress] {
        if let address = IPAddress(name) { return [address] }
        let (answers, answer) = AsyncStream.makeStream(of: [IPAddress].self, bufferingPolicy: .bufferingOldest(1))
        guard underWay.add(1, ordering: .relaxed).newValue <= limit else {
            underWay.subtract(1, ordering: .relaxed)
            return []
        }
        let thread = try? MediaThread(name: "names") {
            answer.yield(
                name.lowercased().hasSuffix(".local")
                    ? MulticastResolution.addresses(of: name) : HostNames.addresses(of: name))
            underWay.subtract(1, ordering: .relaxed)
        }
        guard thread != nil else {
            underWay.subtract(1, ordering: .relaxed)
            return []
        }
        let clock = Task {
            try? await Task.sleep(nanoseconds: UInt64(patience.nanoseconds))
            answer.yield([])
        }
        defer { clock.cancel() }
        for await addresses in answers { return addresses }
        return []
    }
}
