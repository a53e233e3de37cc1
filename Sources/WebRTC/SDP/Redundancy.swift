/// The payload types by which a video section carries forward error correction as browsers do: ULPFEC (RFC 5109) inside
/// RED (RFC 2198), on the stream that it protects.
public struct RedundancyPayloadTypes: Hashable, Sendable {
    public var red: UInt8
    /// Retransmissions of packets in RED (RFC 4588).
    public var redRetransmission: UInt8?
    public var ulpfec: UInt8

    public init(red: UInt8, redRetransmission: UInt8? = nil, ulpfec: UInt8) {
        (self.red, self.redRetransmission, self.ulpfec) = (red, redRetransmission, ulpfec)
    }

    var all: [UInt8] { [red, redRetransmission, ulpfec].compactMap { $0 } }

    /// Each with what it is for.
    var uses: [(UInt8, String)] {
        [(red, "red"), (ulpfec, "ulpfec")] + (redRetransmission.map { [($0, "red rtx")] } ?? [])
    }

    static let clockRate: UInt32 = 90_000

    /// What of `section` we take: both, or nothing.
    /// - Parameter expected: for an answer, the numbers of our offer; others are then no agreement.
    init?(
        _ section: RemoteSection, formats: [UInt8], retransmissions: [UInt8: UInt8],
        expected: RedundancyPayloadTypes?, steps: inout Int
    ) {
        func first(_ name: String, _ expected: UInt8?) -> UInt8? {
            formats.first { number in
                steps += 1
                guard expected == nil || expected == number, let map = section.maps[number] else { return false }
                return map.clockRate == Self.clockRate && map.channels == 1 && Text.lowercased(map.name) == name
            }
        }
        guard let red = first("red", expected?.red), let ulpfec = first("ulpfec", expected?.ulpfec) else { return nil }
        var retransmission = retransmissions[red]
        if let expected, expected.redRetransmission != retransmission { retransmission = nil }
        self.init(red: red, redRetransmission: retransmission, ulpfec: ulpfec)
    }
}
