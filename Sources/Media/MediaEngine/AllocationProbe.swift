import Glibc
import MediaControl

/// Heap allocations of each thread, where the process was started with the allocation counter in it; nothing otherwise.
struct AllocationProbe: Sendable {
    private typealias Reading = @convention(c) () -> UInt64

    private static let reading: Reading? = {
        guard let symbol = dlsym(nil, "callpoint_thread_allocations") else { return nil }
        return unsafeBitCast(symbol, to: Reading.self)
    }()

    private let counts = FixedAtomics(count: MediaThreadName.allCases.count, initial: -1)

    /// Notes how many allocations the calling thread has made.
    func note(_ thread: MediaThreadName) {
        guard let reading = Self.reading else { return }
        counts[Int(thread.rawValue)] = Int64(clamping: reading())
    }

    var statistics: [Statistic] {
        MediaThreadName.allCases.compactMap { thread in
            let count = counts[Int(thread.rawValue)]
            return count < 0 ? nil : Statistic("allocations/\(thread)", Double(count))
        }
    }
}
