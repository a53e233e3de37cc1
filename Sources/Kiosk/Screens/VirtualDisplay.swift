public import Primitives

/// The screen of the virtual board: a framebuffer in memory that any number of viewers look at.
///
/// It is drawn only when somebody looks and something has changed since: `show` keeps what is to be shown, and a
/// `snapshot` composes it. Any thread may call anything.
public final class VirtualDisplay: Sendable {
    public let width: Int
    public let height: Int
    public let options: ScreenOptions

    /// - Precondition: 160 ≤ width, height ≤ 8192, as the board file's check has it.
    public init(width: Int = 1280, height: Int = 800, options: ScreenOptions = ScreenOptions()) {
        precondition((160...8192).contains(width) && (160...8192).contains(height), "impossible display size")
        (self.width, self.height, self.options) = (width, height, options)
    }

    /// What is to be on the screen from now on. Scenes without a picture forget the pictures they were shown with.
    public func show(_ content: ScreenContent) {}

    /// The other side's newest picture, copied before this returns; a picture nobody will see may be left out.
    public func show(remote picture: borrowing I420View, at now: Instant) {}

    /// The own camera's newest picture.
    public func show(local picture: borrowing I420View, at now: Instant) {}
}
