import CLinux
import Primitives

extension callpoint_address {
    init(_ address: TransportAddress) {
        self.init(
            high: address.address.high, low: address.address.low, port: address.port,
            family: address.address.family == .ipv4 ? 4 : 6)
    }
}

extension TransportAddress {
    /// Nil for a family that is neither IPv4 nor IPv6.
    init?(_ address: callpoint_address) {
        switch address.family {
        case 4: self.init(IPAddress(ipv4: UInt32(truncatingIfNeeded: address.low)), port: address.port)
        case 6: self.init(IPAddress(ipv6High: address.high, low: address.low), port: address.port)
        default: return nil
        }
    }
}
