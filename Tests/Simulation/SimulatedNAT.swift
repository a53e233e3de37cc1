public import Primitives

/// A network address translator of one of the four classic kinds (RFC 3489 §5; mapping and filtering of RFC 4787), without
/// hairpinning.
public final class SimulatedNAT {
    public enum Kind: String, Sendable, CaseIterable {
        /// One mapping a socket; anybody may use it.
        case fullCone
        /// Only addresses that were sent to.
        case addressRestricted
        /// Only addresses and ports that were sent to.
        case portRestricted
        /// A mapping for each destination, which alone may use it.
        case symmetric
    }

    private struct Mapping {
        let inside: TransportAddress
        let destination: TransportAddress?
        let port: UInt16
        var allowed: Set<TransportAddress> = []
        var lastUsed: Instant
    }

    public let kind: Kind
    public private(set) var publicAddress: IPAddress
    /// A mapping that nothing was sent through for so long is forgotten.
    public var timeout = Interval.seconds(60)
    private var mappings: [Mapping] = []
    private var nextPort: UInt16

    public init(_ kind: Kind, publicAddress: IPAddress, firstPort: UInt16 = 20_000) {
        self.kind = kind
        self.publicAddress = publicAddress
        nextPort = firstPort
    }

    /// Forgets every mapping, as after a reboot or a change of the address outside.
    public func rebind(to address: IPAddress? = nil) {
        mappings.removeAll()
        publicAddress = address ?? publicAddress
        nextPort += 100
    }

    /// What a datagram from `inside` looks to come from.
    func outbound(_ inside: TransportAddress, to destination: TransportAddress, now: Instant) -> TransportAddress {
        mappings.removeAll { $0.lastUsed + timeout <= now }
        let key = kind == .symmetric ? destination : nil
        let index: Int
        if let known = mappings.firstIndex(where: { $0.inside == inside && $0.destination == key }) {
            index = known
        } else {
            mappings.append(Mapping(inside: inside, destination: key, port: nextPort, lastUsed: now))
            // Far apart, as those who count on predicting them find out.
            nextPort += 7
            index = mappings.count - 1
        }
        mappings[index].lastUsed = now
        mappings[index].allowed.insert(destination)
        return TransportAddress(publicAddress, port: mappings[index].port)
    }

    /// Who inside a datagram is for; nil if it is let through to nobody.
    func inbound(_ outside: TransportAddress, from source: TransportAddress, now: Instant) -> TransportAddress? {
        guard outside.address == publicAddress,
            let mapping = mappings.first(where: { $0.port == outside.port && $0.lastUsed + timeout > now })
        else { return nil }
        let isAllowed =
            switch kind {
            case .fullCone: true
            case .addressRestricted: mapping.allowed.contains { $0.address == source.address }
            case .portRestricted, .symmetric: mapping.allowed.contains(source)
            }
        return isAllowed ? mapping.inside : nil
    }
}
