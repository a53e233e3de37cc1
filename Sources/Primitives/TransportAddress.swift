/// An IP address, IPv4 or IPv6, in 16 bytes; an IPv4 address is kept as itself and never equals its IPv6-mapped form.
public struct IPAddress: Hashable, Sendable {
    public enum Family: UInt8, Hashable, Sendable { case ipv4 = 1, ipv6 = 2 }  // the numbers of RFC 8489 §14.1
    public let family: Family
    /// IPv6: the first eight bytes. IPv4: 0.
    public let high: UInt64
    /// IPv6: the last eight bytes. IPv4: the address in the low 32 bits.
    public let low: UInt64

    public init(ipv4: UInt32) { (family, high, low) = (.ipv4, 0, UInt64(ipv4)) }
    public init(ipv6High: UInt64, low: UInt64) { (family, high, self.low) = (.ipv6, ipv6High, low) }

    public var ipv4: UInt32? { family == .ipv4 ? UInt32(truncatingIfNeeded: low) : nil }

    public var isLoopback: Bool {
        family == .ipv4 ? low >> 24 == 127 : high == 0 && low == 1
    }
    /// 169.254/16 or fe80::/10.
    public var isLinkLocal: Bool { family == .ipv4 ? low >> 16 == 0xA9FE : high >> 54 == 0x3FA }
    public var isUnspecified: Bool { high == 0 && low == 0 }
    /// ::ffff:0:0/96, which a kernel treats as IPv4 and a filter easily forgets.
    public var isIPv4Mapped: Bool { family == .ipv6 && high == 0 && low >> 32 == 0xFFFF }
    public var isMulticast: Bool { family == .ipv4 ? low >> 28 == 0xE : high >> 56 == 0xFF }
}

/// Where a datagram comes from or goes to.
public struct TransportAddress: Hashable, Sendable {
    public var address: IPAddress
    public var port: UInt16

    public init(_ address: IPAddress, port: UInt16) { (self.address, self.port) = (address, port) }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted quad, or the canonical text of RFC 5952.
    public var description: String {
        if let v4 = ipv4 { return "\(v4 >> 24).\(v4 >> 16 & 255).\(v4 >> 8 & 255).\(v4 & 255)" }
        if isIPv4Mapped { return "::ffff:\(IPAddress(ipv4: UInt32(truncatingIfNeeded: low)))" }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> UInt64(48 - $0 % 4 * 16)) }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(1, best.count) { best = start..<end }
            start = max(end, start + 1)
        }
        func hex(_ r: Range<Int>) -> String { r.map { String(groups[$0], radix: 16) }.joined(separator: ":") }
        return best.isEmpty ? hex(0..<8) : hex(0..<best.lowerBound) + "::" + hex(best.upperBound..<8)
    }

    /// Strict: a dotted quad without leading zeros, or RFC 4291 §2.2 text without a zone. Nil for anything else.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8.prefix(64))
        guard bytes.count <= 45 else { return nil }
        if !bytes.contains(UInt8(ascii: ":")) {
            guard let v4 = Self.parseIPv4(bytes[...]) else { return nil }
            self.init(ipv4: v4)
        } else {
            guard let (high, low) = Self.parseIPv6(bytes[...]) else { return nil }
            self.init(ipv6High: high, low: low)
        }
    }

    private static func parseIPv4(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var octet: UInt32 = 0
            for c in part {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(c) else { return nil }
                octet = octet * 10 + UInt32(c - UInt8(ascii: "0"))
            }
            guard octet < 256 else { return nil }
            value = value << 8 | octet
        }
        return value
    }

    private static func parseIPv6(_ bytes: ArraySlice<UInt8>) -> (UInt64, UInt64)? {
        var halves: [[UInt16]] = [[]]
        let parts = bytes.split(separator: UInt8(ascii: ":"), maxSplits: 9, omittingEmptySubsequences: false)
        guard (3...9).contains(parts.count) else { return nil }
        for (i, part) in parts.enumerated() {
            if part.isEmpty {
                // "::" shows as an empty part: one inside, or two at either end.
                let atEdge = i == 0 || i == parts.count - 1
                if atEdge {
                    let neighbour = i == 0 ? parts[1] : parts[parts.count - 2]
                    guard neighbour.isEmpty else { return nil }
                    if parts.count == 3 && i == 0 { continue }
                    continue
                }
                guard halves.count == 1 else { return nil }
                halves.append([])
            } else if i == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let v4 = parseIPv4(part) else { return nil }
                halves[halves.count - 1] += [UInt16(v4 >> 16), UInt16(v4 & 0xFFFF)]
            } else {
                guard part.count <= 4 else { return nil }
                var group: UInt16 = 0
                for c in part {
                    guard let digit = Self.hexDigit(c) else { return nil }
                    group = group << 4 | UInt16(digit)
                }
                halves[halves.count - 1].append(group)
            }
        }
        let known = halves.reduce(0) { $0 + $1.count }
        guard halves.count == 2 ? known <= 7 : known == 8 else { return nil }
        let groups = halves[0] + Array(repeating: 0, count: 8 - known) + (halves.count == 2 ? halves[1] : [])
        func join(_ r: Range<Int>) -> UInt64 { r.reduce(0) { $0 << 16 | UInt64(groups[$1]) } }
        return (join(0..<4), join(4..<8))
    }

    private static func hexDigit(_ c: UInt8) -> UInt8? {
        switch c {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): c - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): c - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): c - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension TransportAddress: CustomStringConvertible {
    public var description: String { address.family == .ipv6 ? "[\(address)]:\(port)" : "\(address):\(port)" }
}
