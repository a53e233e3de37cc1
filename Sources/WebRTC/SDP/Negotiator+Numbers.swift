extension Negotiator.Agreed {
    /// Keeps what numbers the agreements use, and forgets older uses of the same numbers: an offer may give them anew.
    mutating func keepNumbers(of agreements: [Agreement]) {
        var current: [Int: PayloadTypes] = [:]
        var currentExtensions = NegotiatedExtensions()
        for agreement in agreements {
            for (row, codec) in agreement.codecs {
                current[row] = PayloadTypes(
                    primary: codec.payloadType, retransmission: codec.retransmissionPayloadType)
            }
            for kind in HeaderExtension.allCases {
                if let id = agreement.extensions[kind] { currentExtensions[kind] = id }
            }
        }
        let used = Set(current.values.flatMap { $0.all })
        payloadTypes = payloadTypes.filter { used.isDisjoint(with: $0.value.all) }
            .merging(current) { _, new in new }
        let ids = Set(HeaderExtension.allCases.compactMap { currentExtensions[$0] })
        for kind in HeaderExtension.allCases {
            if let id = extensions[kind], ids.contains(id) { extensions[kind] = nil }
            if let id = currentExtensions[kind] { extensions[kind] = id }
        }
    }
}

extension Negotiator {
    /// The session's numbers, and for codecs without one the table's or, if that is taken, a free one.
    func offeredPayloadTypes() -> [Int: PayloadTypes] {
        var result = agreed.payloadTypes
        var used = Set(result.values.flatMap { $0.all })
        // RFC 3551 §3 for the dynamic range; below it what RFC 5761 §4 leaves.
        let free = Array(96...127) + Array(35...63) as [UInt8]
        func take(_ preferred: UInt8) -> UInt8? {
            guard let number = ([preferred] + free).first(where: { !used.contains($0) }) else { return nil }
            used.insert(number)
            return number
        }
        for (row, capability) in capabilities.codecs.enumerated() where result[row] == nil {
            guard let primary = take(capability.payloadType) else { continue }
            result[row] = PayloadTypes(
                primary: primary, retransmission: capability.retransmissionPayloadType.flatMap(take))
        }
        return result
    }

    /// The session's ids, and the lowest free ones for what has none.
    func offeredExtensions() -> NegotiatedExtensions {
        var result = agreed.extensions
        result.allowsMixed = true
        var used = Set(HeaderExtension.allCases.compactMap { result[$0] })
        for kind in capabilities.extensions where result[kind] == nil {
            guard let id = (1...14 as ClosedRange<UInt8>).first(where: { !used.contains($0) }) else { continue }
            result[kind] = id
            used.insert(id)
        }
        return result
    }
}
