/// What has changed of a picture: at most four rectangles that together cover it, and may cover more.
///
/// It lies in place, so that noting changes allocates nothing.
public struct DirtyRegion: Equatable, Sendable {
    public static let capacity = 4
    private var boxes = InlineArray<4, PixelBox>(repeating: .empty)
    public private(set) var count = 0

    public init() {}
    public init(_ box: PixelBox) { add(box) }

    public var isEmpty: Bool { count == 0 }

    public subscript(index: Int) -> PixelBox {
        precondition(index >= 0 && index < count, "no such rectangle")
        return boxes[index]
    }

    /// Covers `box` as well. With no place left, it goes into the rectangle that grows least.
    public mutating func add(_ box: PixelBox) {
        guard !box.isEmpty else { return }
        for index in 0..<count where boxes[index].contains(box) { return }
        var best = 0
        var growth = Int.max
        for index in 0..<count {
            let grown = boxes[index].union(box).area - boxes[index].area - box.area
            if grown < growth { (best, growth) = (index, grown) }
        }
        // Two that lie on each other cost less as one.
        if count == Self.capacity || (count > 0 && growth <= 0) {
            boxes[best] = boxes[best].union(box)
        } else {
            boxes[count] = box
            count += 1
        }
    }

    public mutating func formUnion(_ other: DirtyRegion) {
        for index in 0..<other.count { add(other[index]) }
    }

    /// Whether every pixel of `box` lies in one of the rectangles.
    public func covers(_ box: PixelBox) -> Bool {
        for index in 0..<count where boxes[index].contains(box) { return true }
        return box.isEmpty
    }

    public static func == (a: DirtyRegion, b: DirtyRegion) -> Bool {
        guard a.count == b.count else { return false }
        for index in 0..<a.count where a[index] != b[index] { return false }
        return true
    }
}
