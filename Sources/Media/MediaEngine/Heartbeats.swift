import LinuxIO
import MediaControl
import Primitives
import Synchronization

/// When each thread last went round its loop; written by each for itself, read by the control thread.
final class Heartbeats: Sendable {
    private let beats = FixedAtomics(count: MediaThreadName.allCases.count, initial: 0)

    func beat(_ thread: MediaThreadName, now: Instant) { beats[Int(thread.rawValue)] = now.nanoseconds }

    /// `thread` is about to wait for something that may never come, which is no fault.
    func rest(_ thread: MediaThreadName) { beats[Int(thread.rawValue)] = 0 }

    /// Whether `thread` has not gone round its loop for longer than kioskd would put up with.
    func isStuck(_ thread: MediaThreadName, now: Instant) -> Bool {
        let last = beats[Int(thread.rawValue)]
        return last != 0 && now - Instant(nanoseconds: last) > .seconds(3)
    }

    func ages(now: Instant) -> [Heartbeat] {
        MediaThreadName.allCases.compactMap { thread in
            let last = beats[Int(thread.rawValue)]
            return last == 0 ? nil : Heartbeat(thread: thread, age: now - Instant(nanoseconds: last))
        }
    }
}

/// A fixed number of 64-bit numbers that any thread reads and writes.
final class FixedAtomics: @unchecked Sendable {  // every access is atomic, and the memory is fixed
    private let values: UnsafeMutablePointer<Atomic<Int64>>
    private let count: Int

    init(count: Int, initial: Int64) {
        self.count = count
        values = .allocate(capacity: count)
        for i in 0..<count { (values + i).initialize(to: Atomic(initial)) }
    }

    deinit {
        values.deinitialize(count: count)
        values.deallocate()
    }

    subscript(index: Int) -> Int64 {
        get {
            precondition(index >= 0 && index < count, "no such number")
            return values[index].load(ordering: .relaxed)
        }
        set {
            precondition(index >= 0 && index < count, "no such number")
            values[index].store(newValue, ordering: .relaxed)
        }
    }
}
