import Primitives
import Synchronization

/// A small value that one thread writes and others read; each holds the lock for one copy.
final class Latest<Value: Sendable>: Sendable {
    private let content: Mutex<Value>

    init(_ initial: Value) { content = Mutex(initial) }

    var value: Value {
        get { content.withLock { $0 } }
        set { content.withLock { $0 = newValue } }
    }
}
