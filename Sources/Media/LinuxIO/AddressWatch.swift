import CLinux

/// Tells that this host's addresses, routes or links have changed: a descriptor for an `EpollSet`. One thread.
///
/// It tells that something has happened and not what is now, because the kernel repeats itself (each router
/// advertisement renews every address): who is told asks `NetworkInterfaces` and compares.
public final class AddressWatch {
    public struct Changes: OptionSet, Sendable {
        public let rawValue: Int32
        public init(rawValue: Int32) { self.rawValue = rawValue }
        public static let addresses = Changes(rawValue: 1)
        public static let routes = Changes(rawValue: 2)
        public static let links = Changes(rawValue: 4)
    }

    private let descriptor: FileDescriptor

    public init() throws(SystemError) {
        descriptor = try FileDescriptor(callpoint_netlink_watch(), "watch this host's addresses")
    }

    public var raw: Int32 { descriptor.raw }

    /// What has changed since the last call; never waits. Everything, where the kernel had to leave messages out.
    public func changes() throws(SystemError) -> Changes {
        let changes = callpoint_netlink_changes(descriptor.raw)
        guard changes >= 0 else { throw .last("read changes of this host's addresses") }
        return Changes(rawValue: changes)
    }
}
