import CLinux
public import Primitives

/// An address of this host on an interface that is up.
public struct InterfaceAddress: Sendable, Equatable {
    public let name: String
    public let index: UInt32
    public let address: IPAddress
    /// Made by IPv6 privacy extensions, and gone within days (RFC 8981).
    public let isTemporary: Bool

    public init(name: String, index: UInt32, address: IPAddress, isTemporary: Bool = false) {
        (self.name, self.index, self.address, self.isTemporary) = (name, index, address, isTemporary)
    }
}

public enum NetworkInterfaces {
    /// The addresses that ICE may use as host candidates: up, with a carrier, and neither loopback (unless asked for), unspecified,
    /// nor link-local (RFC 8445 §5.1.1.1), nor deprecated or tentative; on an interface that `filter` lets through. Where
    /// an interface has a temporary IPv6 address the lasting one of the same network is left out, as it names the
    /// machine wherever that goes (RFC 8835 §3.5). At most 32, in the kernel's order. Any thread; asks the kernel.
    public static func addresses(
        includingLoopback: Bool, filter: InterfaceFilter = InterfaceFilter()
    ) throws(SystemError) -> [InterfaceAddress] {
        var list = [callpoint_interface](repeating: callpoint_interface(), count: 128)
        let count = callpoint_interfaces(&list, UInt32(list.count))
        guard count >= 0 else { throw .last("list network interfaces") }
        let unusable = UInt32(CALLPOINT_ADDRESS_DEPRECATED | CALLPOINT_ADDRESS_TENTATIVE)
        let found = list.prefix(Int(count)).compactMap { entry -> InterfaceAddress? in
            guard let address = TransportAddress(entry.address)?.address, !address.isLinkLocal, !address.isUnspecified,
                includingLoopback || !address.isLoopback, entry.flags & unusable == 0
            else { return nil }
            let name = withUnsafeBytes(of: entry.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard filter.admits(name) || address.isLoopback else { return nil }
            return InterfaceAddress(
                name: name, index: entry.index, address: address,
                isTemporary: entry.flags & UInt32(CALLPOINT_ADDRESS_TEMPORARY) != 0)
        }
        return Array(withoutLastingTwins(found).prefix(32))
    }

    /// Leaves out each IPv6 address that has a temporary one beside it, on its interface and in its /64.
    package static func withoutLastingTwins(_ list: [InterfaceAddress]) -> [InterfaceAddress] {
        list.filter { one in
            guard one.address.family == .ipv6, !one.isTemporary, !one.address.isLoopback else { return true }
            return !list.contains {
                $0.isTemporary && $0.index == one.index && $0.address.high == one.address.high
            }
        }
    }

    /// The address that this host would send from to `target`, by the routes of now; nil without a route. Nothing is sent.
    public static func source(towards target: TransportAddress) -> IPAddress? {
        var wanted = callpoint_address(target)
        var source = callpoint_address()
        guard callpoint_source_towards(&wanted, &source) == 0 else { return nil }
        return TransportAddress(source)?.address
    }
}
