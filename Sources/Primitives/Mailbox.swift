import Synchronization

/// A place for one element, where the latest wins: a slow consumer sees the newest frame and never a queue of old ones.
///
/// Any threads; each call holds the lock for one exchange of a value.
public final class Mailbox<Element: ~Copyable & Sendable>: Sendable {
    /// Elements that were replaced before anyone took them.
    public let replaced = Counter()
    private let content = Mutex<Box>(Box())

    private struct Box: ~Copyable, Sendable { var element: Element? }

    public init() {}

    /// Leaves `element`; an older one that nobody took is given up and counted.
    public func put(_ element: consuming sending Element) {
        var incoming: Element? = consume element
        let old = content.withLock { box -> Element? in
            let old = box.element.take()
            box.element = incoming.take()
            return old
        }
        if old != nil { replaced.increment() }
    }

    /// The newest element, nil if none has come since the last call.
    public func take() -> Element? {
        content.withLock { $0.element.take() }
    }
}
