public import Primitives

extension STUNMessage {
    /// USERNAME: in ICE, the receiver's username fragment, a colon, and the sender's.
    public var username: RawSpan? { @_lifetime(copy self) get { value(of: .username) } }

    public var priority: UInt32? {
        guard let value = value(of: .priority), value.byteCount == 4 else { return nil }
        return value.bigEndian(UInt32.self, at: 0)
    }

    public var useCandidate: Bool { value(of: .useCandidate) != nil }

    /// The tie-breaker of ICE-CONTROLLING.
    public var iceControlling: UInt64? { tieBreaker(.iceControlling) }
    /// The tie-breaker of ICE-CONTROLLED.
    public var iceControlled: UInt64? { tieBreaker(.iceControlled) }

    private func tieBreaker(_ attribute: STUNAttribute) -> UInt64? {
        guard let value = value(of: attribute), value.byteCount == 8 else { return nil }
        return value.bigEndian(UInt64.self, at: 0)
    }

    /// The number of ERROR-CODE, 300 to 699.
    public var errorCode: Int? {
        guard let value = value(of: .errorCode), let hundreds = value.byte(at: 2), let rest = value.byte(at: 3),
            (3...6).contains(hundreds & 7), rest < 100
        else { return nil }
        return Int(hundreds & 7) * 100 + Int(rest)
    }

    /// The address that the answering side saw the request come from; XOR-MAPPED-ADDRESS (RFC 8489 §14.2).
    public var xorMappedAddress: TransportAddress? {
        address(in: .xorMappedAddress, mask: Self.magicCookie)
    }

    /// Reads an address attribute; `mask` is the magic cookie for those that are XORed, and 0 for the others.
    func address(in attribute: STUNAttribute, occurrence: Int = 0, mask: UInt32) -> TransportAddress? {
        guard let value = value(of: attribute, occurrence: occurrence), let family = value.byte(at: 1),
            let port = value.bigEndian(UInt16.self, at: 2)
        else { return nil }
        let plainPort = port ^ UInt16(truncatingIfNeeded: mask >> 16)
        switch IPAddress.Family(rawValue: family) {
        case .ipv4:
            guard value.byteCount == 8, let address = value.bigEndian(UInt32.self, at: 4) else { return nil }
            return TransportAddress(IPAddress(ipv4: address ^ mask), port: plainPort)
        case .ipv6:
            guard value.byteCount == 20, let high = value.bigEndian(UInt64.self, at: 4),
                let low = value.bigEndian(UInt64.self, at: 12)
            else { return nil }
            guard mask != 0 else { return TransportAddress(IPAddress(ipv6High: high, low: low), port: plainPort) }
            let highMask = UInt64(mask) << 32 | UInt64(transactionID.high)
            return TransportAddress(IPAddress(ipv6High: high ^ highMask, low: low ^ transactionID.low), port: plainPort)
        case nil: return nil
        }
    }
}
