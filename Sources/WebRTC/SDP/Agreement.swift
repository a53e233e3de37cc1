/// The payload types of one codec of the table, in one session.
struct PayloadTypes: Hashable {
    var primary: UInt8
    var retransmission: UInt8?

    var all: [UInt8] { [primary, retransmission].compactMap { $0 } }
}

/// What an accepted section has in common with our capabilities.
struct Agreement {
    /// Each with its row in the table, in the other side's order.
    var codecs: [(row: Int, codec: NegotiatedCodec)] = []
    var extensions = NegotiatedExtensions()
    /// Of a video section.
    var redundancy: RedundancyPayloadTypes?

    /// - Parameters:
    ///   - expected: for an answer, the numbers that our offer gave to each row; others are then no agreement.
    ///   - offered: likewise the extensions' ids.
    ///   - redundancy: likewise RED's and ULPFEC's.
    init(
        _ section: RemoteSection, _ capabilities: MediaCapabilities, expected: [Int: PayloadTypes]? = nil,
        offered: NegotiatedExtensions? = nil, redundancy: RedundancyPayloadTypes? = nil, steps: inout Int
    ) throws(NegotiationError) {
        agreeExtensions(section, capabilities, offered: offered, steps: &steps)
        let formats = Self.formats(section, steps: &steps)
        let retransmissions = Self.retransmissions(section, formats, steps: &steps)
        var taken: Set<Int> = []
        for payloadType in formats {
            guard let map = section.maps[payloadType] ?? RTPMap.fixed[payloadType] else { continue }
            let parameters = section.parameters[payloadType] ?? FormatParameters()
            for (row, capability) in capabilities.codecs.enumerated()
            where capability.kind == section.kind && !taken.contains(row) && capability.matches(map, parameters) {
                steps += 1
                if let expected, expected[row]?.primary != payloadType { continue }
                taken.insert(row)
                var retransmission = retransmissions[payloadType]
                if let expected {
                    if expected[row]?.retransmission != retransmission { retransmission = nil }
                } else if capability.retransmissionPayloadType == nil {
                    retransmission = nil
                }
                var feedback = section.wildcardFeedback.union(section.feedback[payloadType] ?? [])
                feedback.formIntersection(capability.feedback)
                if extensions.transportSequenceNumber == nil { feedback.remove(.transportCC) }
                codecs.append(
                    (
                        row,
                        NegotiatedCodec(
                            name: capability.map.name, clockRate: map.clockRate, channels: map.channels,
                            payloadType: payloadType, retransmissionPayloadType: retransmission, feedback: feedback,
                            remoteParameters: parameters)
                    ))
                break
            }
        }
        guard !codecs.isEmpty else { throw .noCommonCodec(section.kind) }
        if section.kind == .video, capabilities.redundancy != nil, expected == nil || redundancy != nil {
            self.redundancy = RedundancyPayloadTypes(
                section, formats: formats, retransmissions: retransmissions, expected: redundancy, steps: &steps)
        }
    }

    /// The usable payload types of the `m=` line, in order, each once.
    private static func formats(_ section: RemoteSection, steps: inout Int) -> [UInt8] {
        var seen: Set<UInt8> = []
        return section.description.formats.compactMap { text in
            steps += 1
            // 64 to 95 look like RTCP when multiplexed (RFC 5761 §4).
            guard let number = Text.decimal(text, as: UInt8.self), number < 128, !(64...95).contains(number),
                seen.insert(number).inserted
            else { return nil }
            return number
        }
    }

    /// `apt` of RFC 4588 §8.6, from a payload type to that of its retransmissions.
    private static func retransmissions(
        _ section: RemoteSection, _ formats: [UInt8], steps: inout Int
    ) -> [UInt8: UInt8] {
        var result: [UInt8: UInt8] = [:]
        for payloadType in formats {
            steps += 1
            guard let map = section.maps[payloadType], Text.lowercased(map.name) == "rtx",
                let text = section.parameters[payloadType]?["apt"],
                let associated = Text.decimal(Text.trimmed(text), as: UInt8.self), result[associated] == nil,
                section.maps[associated]?.clockRate == map.clockRate
            else { continue }
            result[associated] = payloadType
        }
        return result
    }

    private mutating func agreeExtensions(
        _ section: RemoteSection, _ capabilities: MediaCapabilities, offered: NegotiatedExtensions?, steps: inout Int
    ) {
        extensions.allowsMixed = section.allowsMixedExtensions && (offered?.allowsMixed ?? true)
        var taken: Set<UInt16> = []
        for map in section.extensions {
            steps += 1
            guard taken.insert(map.id).inserted, map.direction == .sendrecv, let id = UInt8(exactly: map.id),
                let kind = HeaderExtension(rawValue: map.uri), capabilities.extensions.contains(kind),
                extensions[kind] == nil
            else { continue }
            // 15 is reserved in the one-byte form; longer ids need the two-byte form (RFC 8285 §4.2, §5).
            guard (1...14).contains(id) || (id > 15 && extensions.allowsMixed) else { continue }
            // A mid that does not fit the one-byte form's 16 bytes is not sent in packets.
            if kind == .mid, (section.mid ?? "").utf8.count > 16 { continue }
            if let offered, offered[kind] != id { continue }
            extensions[kind] = id
        }
    }

    /// Whether the numbers of several sections can share a transport (RFC 8843 §9.1, §9.2).
    static func checkShared(_ agreements: [(MediaKind, Agreement)]) throws(NegotiationError) {
        var owners: [UInt8: String] = [:]
        var kinds: [UInt8: HeaderExtension] = [:]
        for (kind, agreement) in agreements {
            for (row, codec) in agreement.codecs {
                for (number, use) in [(codec.payloadType, "\(kind) \(row)")]
                    + (codec.retransmissionPayloadType.map { [($0, "\(kind) \(row) rtx")] } ?? [])
                {
                    guard owners[number] == nil || owners[number] == use else { throw .conflictingPayloadType(number) }
                    owners[number] = use
                }
            }
            for (number, use) in agreement.redundancy?.uses ?? [] {
                guard owners[number] == nil || owners[number] == use else { throw .conflictingPayloadType(number) }
                owners[number] = use
            }
            for kind in HeaderExtension.allCases {
                guard let id = agreement.extensions[kind] else { continue }
                guard kinds[id] == nil || kinds[id] == kind else { throw .conflictingExtension(id) }
                kinds[id] = kind
            }
        }
    }
}
