public import Primitives
import Synchronization

/// The kiosk's screen: a framebuffer in memory that any number of viewers look at, one of which may be a real display.
///
/// It is drawn only when somebody looks and something has changed since: `show` keeps what is to be shown, and looking
/// composes it. Pictures that nobody would see are left out, see `PictureSlot`. Any thread may call anything; who shows a picture never waits for who draws.
public final class VirtualDisplay: Sendable {
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
        var width: Int
        var height: Int
        /// Called when there is something new to be seen.
        var watcher: (@Sendable () -> Void)?
        /// The watcher has a display that shows it all.
        var isShown = false
    }

    /// What draws; held while composing.
    private struct Easel: ~Copyable {
        var renderer: ScreenRenderer
    }

    /// - Precondition: 120 ≤ width, height ≤ 8192, as the board file's check has it.
    public init(width: Int = 1280, height: Int = 800, options: ScreenOptions = ScreenOptions()) {
        Self.check(width, height)
        self.options = options
        desk = Mutex(Desk(width: width, height: height))
        easel = Mutex(Easel(renderer: ScreenRenderer(width: width, height: height, options: options)))
    }

    private static func check(_ width: Int, _ height: Int) {
        precondition((120...8192).contains(width) && (120...8192).contains(height), "impossible display size")
    }

    /// Pixels.
    public var width: Int { desk.withLock { $0.width } }
    public var height: Int { desk.withLock { $0.height } }

    /// Lays the screen out anew for another display. The newest pictures are drawn with the next ones that come.
    /// - Precondition: as for `init`.
    public func resize(width: Int, height: Int) {
        Self.check(width, height)
        easel.withLock { easel in
            let old = easel.renderer
            guard old.frame.width != width || old.frame.height != height else { return }
            let new = ScreenRenderer(width: width, height: height, options: options, after: old.serial)
            (new.remote, new.local) = (old.remote, old.local)
            easel.renderer = new
            desk.withLock { ($0.width, $0.height) = (width, height) }
        }
    }

    /// Has `watcher` called, on the thread that shows something, whenever there is something new to be seen. One watcher.
    public func watch(_ watcher: (@Sendable () -> Void)?) { desk.withLock { $0.watcher = watcher } }

    /// Whether a display shows every picture; otherwise only some are kept for who looks from afar.
    public func setShown(_ isShown: Bool) { desk.withLock { $0.isShown = isShown } }

    /// What is to be on the screen from now on. Outside a call the pictures are forgotten, bytes and all.
    public func show(_ content: ScreenContent) {
        let (forgets, watcher) = desk.withLock { desk -> (Bool, (@Sendable () -> Void)?) in
            guard desk.content != content else { return (false, nil) }
            let forgets = desk.content.mayHavePictures && !content.mayHavePictures
            desk.content = content
            if forgets {
                desk.remote.forget()
                desk.local.forget()
            }
            return (forgets, desk.watcher)
        }
        if forgets { easel.withLock { $0.renderer.forgetPictures() } }
        watcher?()
    }

    /// The other side's newest picture, copied before this returns.
    public func show(remote picture: I420View, at now: Instant) {
        show { $0.remote.take(picture, at: now, lookedAt: $0.lookedAt, isShown: $0.isShown) }
    }

    /// The own camera's newest picture, copied before this returns.
    public func show(local picture: I420View, at now: Instant) {
        show { $0.local.take(picture, at: now, lookedAt: $0.lookedAt, isShown: $0.isShown) }
    }

    private func show(_ take: (inout Desk) -> Bool) {
        let watcher = desk.withLock { desk -> (@Sendable () -> Void)?? in
            guard desk.content.mayHavePictures, take(&desk) else { return nil }
            return .some(desk.watcher)
        }
        if let watcher { watcher?() } else { unseen.increment() }
    }

    /// Composes what is to be seen at `now` and lends the pixels: four bytes each, blue first, for this call only.
    /// - Parameters:
    ///   - serial: nil is returned, and nothing lent, if the picture of that number is still what is to be seen.
    public func withFrame<R, E: Error>(
        at now: Instant, newerThan serial: UInt64? = nil, _ body: (DisplayFrame) throws(E) -> R
    ) throws(E) -> R? {
        try easel.withLock { easel throws(E) -> R? in
            let renderer = compose(easel.renderer, at: now)
            guard renderer.serial != serial else { return nil }
            let canvas = renderer.frame
            let frame = DisplayFrame(
                pixels: UnsafeRawBufferPointer(start: canvas.pixels, count: canvas.height * canvas.stride),
                width: canvas.width, height: canvas.height, stride: canvas.stride, damage: renderer.damage)
            return try body(frame)
        }
    }

    /// When the screen will next look otherwise by itself; `distantFuture` if it waits for something to be shown.
    public func nextChange(after now: Instant) -> Instant {
        desk.withLock { $0.content.nextChange(after: now, connectingDelay: options.connectingDelay) }
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
