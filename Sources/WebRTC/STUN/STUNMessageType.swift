/// What a message is (RFC 8489 §5).
public enum STUNClass: UInt8, Sendable {
    case request = 0b00
    case indication = 0b01
    case success = 0b10
    case error = 0b11
}

/// What a message is about; twelve bits.
public struct STUNMethod: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue & 0xFFF }
    public static let binding = STUNMethod(rawValue: 1)
    // RFC 8656 §17
    public static let allocate = STUNMethod(rawValue: 3)
    public static let refresh = STUNMethod(rawValue: 4)
    public static let send = STUNMethod(rawValue: 6)
    public static let data = STUNMethod(rawValue: 7)
    public static let createPermission = STUNMethod(rawValue: 8)
    public static let channelBind = STUNMethod(rawValue: 9)
}

/// The numbers of attributes, from the STUN Attributes registry.
public struct STUNAttribute: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let mappedAddress = STUNAttribute(rawValue: 0x0001)
    public static let username = STUNAttribute(rawValue: 0x0006)
    public static let messageIntegrity = STUNAttribute(rawValue: 0x0008)
    public static let errorCode = STUNAttribute(rawValue: 0x0009)
    public static let unknownAttributes = STUNAttribute(rawValue: 0x000A)
    public static let realm = STUNAttribute(rawValue: 0x0014)
    public static let nonce = STUNAttribute(rawValue: 0x0015)
    public static let messageIntegritySHA256 = STUNAttribute(rawValue: 0x001C)
    public static let passwordAlgorithm = STUNAttribute(rawValue: 0x001D)
    public static let userhash = STUNAttribute(rawValue: 0x001E)
    public static let xorMappedAddress = STUNAttribute(rawValue: 0x0020)
    public static let priority = STUNAttribute(rawValue: 0x0024)
    public static let useCandidate = STUNAttribute(rawValue: 0x0025)
    public static let software = STUNAttribute(rawValue: 0x8022)
    public static let fingerprint = STUNAttribute(rawValue: 0x8028)
    public static let iceControlled = STUNAttribute(rawValue: 0x8029)
    public static let iceControlling = STUNAttribute(rawValue: 0x802A)

    // RFC 8656 §18, and RFC 8489 §14.15
    public static let channelNumber = STUNAttribute(rawValue: 0x000C)
    public static let lifetime = STUNAttribute(rawValue: 0x000D)
    public static let xorPeerAddress = STUNAttribute(rawValue: 0x0012)
    public static let data = STUNAttribute(rawValue: 0x0013)
    public static let xorRelayedAddress = STUNAttribute(rawValue: 0x0016)
    public static let requestedAddressFamily = STUNAttribute(rawValue: 0x0017)
    public static let requestedTransport = STUNAttribute(rawValue: 0x0019)
    public static let additionalAddressFamily = STUNAttribute(rawValue: 0x8000)
    public static let alternateServer = STUNAttribute(rawValue: 0x8023)

    /// A receiver that does not know such an attribute must refuse a request that carries it (RFC 8489 §14).
    public var isComprehensionRequired: Bool { rawValue < 0x8000 }

    /// Whether one who answers binding requests knows the attribute, if only to leave it alone.
    var isKnown: Bool {
        switch self {
        case .mappedAddress, .username, .messageIntegrity, .errorCode, .unknownAttributes, .realm, .nonce,
            .messageIntegritySHA256, .passwordAlgorithm, .userhash, .xorMappedAddress, .priority, .useCandidate:
            true
        default: !isComprehensionRequired
        }
    }
}

/// Why bytes are not a STUN message.
public enum STUNError: Error, Equatable, Sendable {
    /// Shorter than a header, or the two top bits or the magic cookie are not STUN's.
    case notSTUN
    /// The length field is no multiple of four or does not agree with the datagram.
    case badLength
    /// An attribute runs past the end, or comes after FINGERPRINT.
    case badAttribute
}
