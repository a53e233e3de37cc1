import CLinux
import Glibc

/// A plain thread for media: named, with a real-time priority where that is permitted.
///
/// This is the only place that makes threads. The entry closure must not be written inside an isolated context
/// (a main actor's `main`), which would trap when the thread enters it.
public final class MediaThread: @unchecked Sendable {  // the handle is written once, in init, and joined once
    private var handle = pthread_t()
    /// There is a thread that nobody has joined.
    private var isOwed = false

    private final class Entry {
        let name: String
        let priority: Int32?
        let body: @Sendable () -> Void
        init(name: String, priority: Int32?, body: @escaping @Sendable () -> Void) {
            (self.name, self.priority, self.body) = (name, priority, body)
        }
    }

    /// Starts at once. `name` is cut to 15 bytes by the kernel; `priority` is SCHED_FIFO's, 1–99.
    public init(name: String, priority: Int32? = nil, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let entry = Unmanaged.passRetained(Entry(name: name, priority: priority, body: body))
        let error = pthread_create(
            &handle, nil,
            { context in
                guard let context else { return nil }
                let entry = Unmanaged<Entry>.fromOpaque(context).takeRetainedValue()
                callpoint_name_thread(entry.name)
                if let priority = entry.priority { _ = callpoint_schedule_fifo(priority) }
                entry.body()
                return nil
            }, entry.toOpaque())
        guard error == 0 else {
            entry.release()
            throw SystemError(errno: error, operation: "start thread \(name)")
        }
        isOwed = true
    }

    /// The thread goes on, and its stack is the kernel's again as soon as it has ended.
    deinit { if isOwed { pthread_detach(handle) } }

    /// Waits for the thread's end. Once, by one thread.
    public func join() {
        guard isOwed else { return }
        isOwed = false
        pthread_join(handle, nil)
    }
}
