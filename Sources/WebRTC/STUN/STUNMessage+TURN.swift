public import Primitives

/// The attributes of TURN (RFC 8656 §18) and of a server that sends its clients elsewhere.
extension STUNMessage {
    public var realm: RawSpan? { @_lifetime(copy self) get { value(of: .realm) } }
    public var nonce: RawSpan? { @_lifetime(copy self) get { value(of: .nonce) } }
    /// What a Send or Data indication carries.
    public var data: RawSpan? { @_lifetime(copy self) get { value(of: .data) } }

    /// Seconds.
    public var lifetime: UInt32? {
        guard let value = value(of: .lifetime), value.byteCount == 4 else { return nil }
        return value.bigEndian(UInt32.self, at: 0)
    }

    /// Who a Send indication is for, or a Data indication from.
    public var xorPeerAddress: TransportAddress? { address(in: .xorPeerAddress, mask: Self.magicCookie) }

    /// The address on the server that was allocated; a server that was asked for both families names one of each.
    public func xorRelayedAddress(_ family: IPAddress.Family) -> TransportAddress? {
        for occurrence in 0..<2 {
            let found = address(in: .xorRelayedAddress, occurrence: occurrence, mask: Self.magicCookie)
            if let found, found.address.family == family { return found }
        }
        return nil
    }

    /// With error 300: the server to ask instead (RFC 8489 §14.15).
    public var alternateServer: TransportAddress? { address(in: .alternateServer, mask: 0) }

    public var channelNumber: UInt16? {
        guard let value = value(of: .channelNumber), value.byteCount == 4 else { return nil }
        return value.bigEndian(UInt16.self, at: 0)
    }

    /// REQUESTED-TRANSPORT's protocol number; 17 is UDP.
    public var requestedTransport: UInt8? {
        guard let value = value(of: .requestedTransport) else { return nil }
        return value.byte(at: 0)
    }

    /// Of REQUESTED-ADDRESS-FAMILY or ADDITIONAL-ADDRESS-FAMILY.
    public func addressFamily(in attribute: STUNAttribute) -> IPAddress.Family? {
        guard let value = value(of: attribute), let family = value.byte(at: 0) else { return nil }
        return IPAddress.Family(rawValue: family)
    }
}
