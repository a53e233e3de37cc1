/// What the last changes of a picture were, each under its serial, so that whoever has an old copy of it knows what to
/// renew: a display with two buffers has one that is two changes old.
public struct DamageHistory: Sendable {
    /// Changes remembered; to a copy older than that everything is new.
    public static let depth = 8
    private var regions = InlineArray<8, DirtyRegion>(repeating: DirtyRegion())
    public private(set) var serial: UInt64 = 0
    private var known: UInt64 = 0

    /// - Parameter serial: of the picture before the first; everything about the first is new.
    public init(after serial: UInt64 = 0) { self.serial = serial }

    /// The next change, which makes the picture's serial one higher.
    public mutating func note(_ region: DirtyRegion) {
        serial &+= 1
        known = min(known + 1, UInt64(Self.depth))
        regions[Int(serial % UInt64(Self.depth))] = region
    }

    /// What a copy of the picture `copied` lacks; nil if everything must be copied.
    public func since(_ copied: UInt64?) -> DirtyRegion? {
        guard let copied, copied <= serial, serial - copied <= known else { return nil }
        var region = DirtyRegion()
        var at = copied
        while at < serial {
            at += 1
            region.formUnion(regions[Int(at % UInt64(Self.depth))])
        }
        return region
    }
}
