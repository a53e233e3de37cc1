import Glibc
public import Primitives

public enum HostNames {
    /// The addresses of `name`, IPv6 and IPv4 as the system prefers them, at most 8; one that is an address already is
    /// itself. Empty when there are none. Blocks for as long as the system's resolver takes, half a minute at the worst: not
    /// for a thread that anything waits for.
    public static func addresses(of name: String) -> [IPAddress] {
        if let address = IPAddress(name) { return [address] }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var entry = list
        while let one = entry?.pointee, addresses.count < 8 {
            if let address = IPAddress(one), !addresses.contains(address) { addresses.append(address) }
            entry = one.ai_next
        }
        return addresses
    }
}

extension IPAddress {
    fileprivate init?(_ info: addrinfo) {
        guard let bytes = UnsafeRawPointer(info.ai_addr) else { return nil }
        func word(at offset: Int, _ count: Int) -> UInt64 {
            (0..<count).reduce(0) { $0 << 8 | UInt64(bytes.load(fromByteOffset: offset + $1, as: UInt8.self)) }
        }
        switch info.ai_family {
        case AF_INET:
            guard info.ai_addrlen >= 8 else { return nil }
            self.init(ipv4: UInt32(truncatingIfNeeded: word(at: 4, 4)))
        case AF_INET6:
            guard info.ai_addrlen >= 24 else { return nil }
            self.init(ipv6High: word(at: 8, 8), low: word(at: 16, 8))
        default: return nil
        }
    }
}
