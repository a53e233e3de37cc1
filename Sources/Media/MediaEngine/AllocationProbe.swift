import Glibc
import MediaControl

/// Heap allocations of each thread, where the process was started with the allocation counter in it; nothing otherwise.
struct AllocationProbe: Sendable {
    /// Allocations that the calling thread has made.
    typealias Reading = @convention(c) () -> UInt64

    private let reading: Reading?
    private let counts = FixedAtomics(count: MediaThreadName.allCases.count, initial: -1)

    /// Without `reading` the counter is looked for in the process, where the bench preloads it.
    init(_ reading: Reading? = nil) {
        if let reading {
            self.reading = reading
        } else {
            self.reading = dlsym(nil, "callpoint_thread_allocations").map { unsafeBitCast($0, to: Reading.self) }
        }
    }

    /// Notes how many allocations the calling thread has made.
    func note(_ thread: MediaThreadName) {
        guard let reading else { return }
        counts[Int(thread.rawValue)] = Int64(clamping: reading())
    }

    var statistics: [Statistic] {
        MediaThreadName.allCases.compactMap { thread in
            let count = counts[Int(thread.rawValue)]
            return count < 0 ? nil : Statistic("allocations/\(thread)", Double(count))
        }
    }
}
