import Devices

/// A rectangle in pixels, y downwards.
public struct Box: Equatable, Sendable {
    public var x, y, width, height: Double

    public init(_ x: Double, _ y: Double, _ width: Double, _ height: Double) {
        (self.x, self.y, self.width, self.height) = (x, y, max(0, width), max(0, height))
    }

    public var right: Double { x + width }
    public var bottom: Double { y + height }
    var centreX: Double { x + width / 2 }
    var centreY: Double { y + height / 2 }

    func inset(_ dx: Double, _ dy: Double) -> Box { Box(x + dx, y + dy, width - 2 * dx, height - 2 * dy) }

    /// The whole pixels that it touches.
    var pixels: PixelBox {
        let (left, top) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
        return PixelBox(
            x: left, y: top, width: Int(right.rounded(.up)) - left, height: Int(bottom.rounded(.up)) - top)
    }

    /// Whether `other` lies inside, but for half a pixel of antialiasing.
    public func contains(_ other: Box) -> Bool {
        other.x >= x - 0.5 && other.y >= y - 0.5 && other.right <= right + 0.5 && other.bottom <= bottom + 0.5
    }

    /// The largest box of the proportions `width`:`height` in the middle of this one, on whole even pixels.
    public func fitting(width: Int, height: Int) -> Box {
        guard width > 0, height > 0 else { return self }
        let scale = min(self.width / Double(width), self.height / Double(height))
        let w = max(2, (Double(width) * scale).rounded())
        let h = max(2, (Double(height) * scale).rounded())
        return Box((x + (self.width - w) / 2).rounded(.down), (y + (self.height - h) / 2).rounded(.down), w, h)
    }
}
