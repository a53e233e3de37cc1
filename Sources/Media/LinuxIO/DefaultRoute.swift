import CLinux
public import Primitives

/// Where what has no better route leaves this host: one default route of the kernel's.
public struct DefaultRoute: Hashable, Sendable {
    public let family: IPAddress.Family
    /// Of the interface; 0 for none.
    public let index: UInt32
    /// The first, where there are several; nil on a link between two.
    public let gateway: IPAddress?
    public let table: UInt32
    /// Of several in a table the least is used.
    public let metric: UInt32
}

extension NetworkInterfaces {
    /// The default routes of both families; at most 64. Equal sets mean that datagrams still leave as they did, however
    /// often the kernel has said them again. Any thread; asks the kernel.
    public static func defaultRoutes() throws(SystemError) -> Set<DefaultRoute> {
        var list = [callpoint_route](repeating: callpoint_route(), count: 64)
        let count = callpoint_default_routes(&list, UInt32(list.count))
        guard count >= 0 else { throw .last("list routes") }
        return Set(list.prefix(Int(count)).map { DefaultRoute($0) })
    }

    /// What one netlink message says; nil if it is not a default route's, whatever it is instead.
    package static func defaultRoute(in message: [UInt8]) -> DefaultRoute? {
        var route = callpoint_route()
        let isRoute = message.withUnsafeBytes { bytes in
            // Aligned as the kernel's are.
            withUnsafeTemporaryAllocation(byteCount: max(bytes.count, 16), alignment: 8) { copy in
                copy.copyMemory(from: bytes)
                return callpoint_read_route(copy.baseAddress, bytes.count, &route)
            }
        }
        return isRoute == 1 ? DefaultRoute(route) : nil
    }
}

extension DefaultRoute {
    fileprivate init(_ route: callpoint_route) {
        self.init(
            family: route.family == 4 ? .ipv4 : .ipv6, index: route.index,
            gateway: TransportAddress(route.gateway)?.address, table: route.table, metric: route.metric)
    }
}
