import CLinux
public import Primitives

/// An address of this host on an interface that is up.
public struct InterfaceAddress: Sendable, Equatable {
    public let name: String
    public let index: UInt32
    public let address: IPAddress
}

public enum NetworkInterfaces {
    /// The addresses that ICE may use as host candidates: up, and neither loopback (unless asked for), unspecified,
    /// nor link-local (RFC 8445 §5.1.1.1). At most 32, in the kernel's order.
    public static func addresses(includingLoopback: Bool) throws(SystemError) -> [InterfaceAddress] {
        var list = [callpoint_interface](repeating: callpoint_interface(), count: 32)
        let count = callpoint_interfaces(&list, UInt32(list.count))
        guard count >= 0 else { throw .last("list network interfaces") }
        return list.prefix(Int(count)).compactMap { entry in
            guard let address = TransportAddress(entry.address)?.address, !address.isLinkLocal, !address.isUnspecified,
                includingLoopback || !address.isLoopback
            else { return nil }
            let name = withUnsafeBytes(of: entry.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            return InterfaceAddress(name: name, index: entry.index, address: address)
        }
    }
}
