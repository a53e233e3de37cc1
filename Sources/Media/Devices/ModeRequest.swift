/// The mode a board file asks for: "1920x1080", or with pictures a second "1920x1080@50".
public struct ModeRequest: Equatable, Sendable, CustomStringConvertible {
    public var width: Int
    public var height: Int
    /// Hertz; nil takes what is nearest to 60.
    public var rate: Int?

    public init(width: Int, height: Int, rate: Int? = nil) {
        (self.width, self.height, self.rate) = (width, height, rate)
    }

    public var description: String { "\(width)x\(height)" + (rate.map { "@\($0)" } ?? "") }
}
