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
        let currentRedundancy = agreements.lazy.compactMap { $0.redundancy }.first
        let used = Set(current.values.flatMap { $0.all } + (currentRedundancy?.all ?? []))
        if let currentRedundancy {
            redundancy = currentRedundancy
        } else if let old = redundancy, !used.isDisjoint(with: old.all) {
            redundancy = nil
        }
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
    func offeredPayloadTypes() -> (codecs: [Int: PayloadTypes], redundancy: RedundancyPayloadTypes?) {
        var result = agreed.payloadTypes
        var used = Set(result.values.flatMap { $0.all } + (agreed.redundancy?.all ?? []))
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
        if let redundancy = agreed.redundancy { return (result, redundancy) }
        guard let wanted = capabilities.redundancy, let red = take(wanted.red), let ulpfec = take(wanted.ulpfec) else {
            return (result, nil)
        }
        let retransmission = wanted.redRetransmission.flatMap(take)
        return (result, RedundancyPayloadTypes(red: red, redRetransmission: retransmission, ulpfec: ulpfec))
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
