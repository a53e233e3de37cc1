import Glibc
public import Primitives

extension UDPSocket {
    /// For `group` and its port on the interface that has `address`, IPv4, beside whoever else listens there. What it
    /// sends to the group leaves by that interface and goes no further than the link.
    public convenience init(joining group: TransportAddress, onInterfaceOf address: IPAddress) throws(SystemError) {
        guard let groupIPv4 = group.address.ipv4, let own = address.ipv4 else {
            throw SystemError(errno: EAFNOSUPPORT, operation: "join \(group) on \(address)")
        }
        try self.init(bindingShared: group)
        let interface = in_addr(s_addr: own.bigEndian)
        try set(
            IP_ADD_MEMBERSHIP,
            to: ip_mreq(imr_multiaddr: in_addr(s_addr: groupIPv4.bigEndian), imr_interface: interface))
        // Not what comes to the group by other interfaces, which other sockets have joined on.
        try set(IP_MULTICAST_ALL, to: Int32(0))
        try set(IP_MULTICAST_IF, to: interface)
        // RFC 6762 §11; no router forwards this group, whatever the number.
        try set(IP_MULTICAST_TTL, to: Int32(255))
    }

    private func set<Value: BitwiseCopyable>(_ option: Int32, to value: Value) throws(SystemError) {
        var value = value
        guard setsockopt(raw, Int32(IPPROTO_IP), option, &value, socklen_t(MemoryLayout<Value>.size)) == 0 else {
            throw .last("set option \(option) of a socket for a group")
        }
    }
}
