/// Which network interfaces media may use, by name.
///
/// Without a list of its own it leaves out the bridges and pairs that containers and virtual machines make: an address of
/// theirs leads nowhere, costs checks, and tells the other side what runs here.
public struct InterfaceFilter: Sendable, Equatable {
    /// Names; a `*` at the end stands for any ending. Empty: all that `excluded` does not name.
    public var included: [String]
    /// Names of the same kind; they go before `included`.
    public var excluded: [String]

    /// Docker, Podman, LXC, libvirt and Kubernetes.
    public static let virtual = [
        "docker*", "br-*", "veth*", "virbr*", "vnet*", "lxc*", "lxd*", "podman*", "cni*", "flannel*", "cali*",
    ]

    public init(included: [String] = [], excluded: [String] = InterfaceFilter.virtual) {
        (self.included, self.excluded) = (included, excluded)
    }

    public func admits(_ name: String) -> Bool {
        guard !excluded.contains(where: { Self.matches(name, $0) }) else { return false }
        return included.isEmpty || included.contains { Self.matches(name, $0) }
    }

    private static func matches(_ name: String, _ pattern: String) -> Bool {
        pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name == pattern
    }
}
