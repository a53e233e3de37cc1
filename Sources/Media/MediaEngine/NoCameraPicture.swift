import Primitives

/// The picture that a call goes on with while its camera gives none: a camera, crossed out, grey on dark. It has no words,
/// so that it needs no language.
struct NoCameraPicture {
    private let layout: PictureLayout
    private(set) var bytes: [UInt8]

    private static let ground: UInt8 = 40
    private static let figure: UInt8 = 190

    /// - Parameter layout: I420.
    init(_ layout: PictureLayout) {
        self.layout = layout
        bytes = [UInt8](repeating: 128, count: layout.size)
        for i in 0..<layout.offsetU { bytes[i] = Self.ground }
        draw()
    }

    /// Everything is a distance from the middle in fortieths of the shorter side.
    private mutating func draw() {
        let unit = Double(min(layout.width, layout.height)) / 40
        for row in 0..<layout.height {
            for column in 0..<layout.width {
                let x = (Double(column) + 0.5 - Double(layout.width) / 2) / unit
                let y = (Double(row) + 0.5 - Double(layout.height) / 2) / unit
                if Self.isFigure(x, y) { bytes[row * layout.strideY + column] = Self.figure }
            }
        }
    }

    private static func isFigure(_ x: Double, _ y: Double) -> Bool {
        let fromStroke = abs(x - y) / 1.414  // the stroke goes from the upper left to the lower right
        let isAlongStroke = abs(x + y) <= 22
        if isAlongStroke, fromStroke <= 0.8 { return true }
        if isAlongStroke, fromStroke <= 2 { return false }  // a gap keeps stroke and camera apart
        let isBody = x >= -10 && x <= 5 && abs(y) <= 6
        let isLens = x >= 6.5 && x <= 11 && abs(y) <= 1.5 + (x - 6.5)
        return isBody || isLens
    }
}
