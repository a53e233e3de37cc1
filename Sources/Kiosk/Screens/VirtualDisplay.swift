public import Primitives
import Synchronization

/// The screen of the virtual board: a framebuffer in memory that any number of viewers look at.
///
/// It is drawn only when somebody looks and something has changed since: `show` keeps what is to be shown, and looking
/// composes it. Pictures that nobody would see are left out, see `PictureSlot`. Any thread may call anything; who shows a picture never waits for who draws.
public final class VirtualDisplay: Sendable {
    public let width: Int
    public let height: Int
    public let options: ScreenOptions
    /// Pictures left out because nobody would have seen them.
    public let unseen = Counter()

    private let desk: Mutex<Desk>
    private let easel: Mutex<Easel>

    /// What is to be shown; held only for the length of a copy.
    private struct Desk: ~Copyable {
        var content = ScreenContent()
        var remote = PictureSlot()
        var local = PictureSlot()
        var lookedAt: Instant?
    }

    /// What draws; held while composing.
    private struct Easel: ~Copyable {
        let renderer: ScreenRenderer
    }

    /// - Precondition: 160 ≤ width, height ≤ 8192, as the board file's check has it.
    public init(width: Int = 1280, height: Int = 800, options: ScreenOptions = ScreenOptions()) {
        precondition((160...8192).contains(width) && (160...8192).contains(height), "impossible display size")
        (self.width, self.height, self.options) = (width, height, options)
        desk = Mutex(Desk())
        easel = Mutex(Easel(renderer: ScreenRenderer(width: width, height: height, options: options)))
    }

    /// What is to be on the screen from now on. Outside a call the pictures are forgotten, bytes and all.
    public func show(_ content: ScreenContent) {
        let forgets = desk.withLock { desk in
            let forgets = desk.content.mayHavePictures && !content.mayHavePictures
            desk.content = content
            if forgets {
                desk.remote.forget()
                desk.local.forget()
            }
            return forgets
        }
        if forgets { easel.withLock { $0.renderer.forgetPictures() } }
    }

    /// The other side's newest picture, copied before this returns.
    public func show(remote picture: I420View, at now: Instant) {
        let taken = desk.withLock { desk in
            desk.content.mayHavePictures && desk.remote.take(picture, at: now, lookedAt: desk.lookedAt)
        }
        if !taken { unseen.increment() }
    }

    /// The own camera's newest picture, copied before this returns.
    public func show(local picture: I420View, at now: Instant) {
        let taken = desk.withLock { desk in
            desk.content.mayHavePictures && desk.local.take(picture, at: now, lookedAt: desk.lookedAt)
        }
        if !taken { unseen.increment() }
    }

    /// Composes what is to be seen at `now` and lends the pixels: four bytes each, blue first, for this call only.
    /// - Parameters:
    ///   - serial: nil is returned, and nothing lent, if the picture of that number is still what is to be seen.
    public func withFrame<R>(
        at now: Instant, newerThan serial: UInt64? = nil, _ body: (DisplayFrame) throws -> R
    ) rethrows -> R? {
        try easel.withLock { easel in
            let renderer = compose(easel.renderer, at: now)
            guard renderer.serial != serial else { return nil }
            let frame = DisplayFrame(
                pixels: UnsafeRawBufferPointer(start: renderer.frame.pixels, count: height * renderer.frame.stride),
                width: width, height: height, stride: renderer.frame.stride, serial: renderer.serial)
            return try body(frame)
        }
    }

    /// The screen as a PNG file.
    public func png(at now: Instant) -> [UInt8] { easel.withLock { compose($0.renderer, at: now).frame.png() } }

    /// What is written on the screen.
    public func texts(at now: Instant) -> [String] {
        easel.withLock { compose($0.renderer, at: now).written.map(\.text) }
    }

    /// Where what is written stands, and how often the still layer was drawn.
    package func typography(at now: Instant) -> (texts: [PlacedText], layouts: Int) {
        easel.withLock { easel in
            let renderer = compose(easel.renderer, at: now)
            return (renderer.written, renderer.layouts)
        }
    }

    private func compose(_ renderer: ScreenRenderer, at now: Instant) -> ScreenRenderer {
        let content = desk.withLock { desk in
            desk.lookedAt = now
            desk.remote.hand(to: &renderer.remote)
            desk.local.hand(to: &renderer.local)
            return desk.content
        }
        renderer.draw(content, at: now)
        return renderer
    }
}
