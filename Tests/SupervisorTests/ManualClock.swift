import Primitives
import Supervisor
import Synchronization

/// Time that passes when the test says so.
final class ManualClock: SupervisorClock {
    private struct Sleeper {
        var id: Int
        var until: Instant
        var continuation: CheckedContinuation<Void, any Error>
    }
    private struct State {
        var now = Instant(nanoseconds: 1_000_000_000_000)
        var next = 0
        var cancelled: Set<Int> = []
        var sleepers: [Sleeper] = []
    }
    private let state = Mutex(State())

    func now() -> Instant { state.withLock { $0.now } }
    func wallClockMilliseconds() -> Int64 { 1_700_000_000_000 }
    func timeOfDay() -> String { "10:42" }

    func sleep(until instant: Instant) async throws {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    if state.now >= instant { return .success(()) }
                    state.sleepers.append(Sleeper(id: id, until: instant, continuation: continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let sleeper: Sleeper? = state.withLock { state in
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    func advance(_ interval: Interval) {
        let due = state.withLock { state in
            state.now += interval
            let due = state.sleepers.filter { $0.until <= state.now }
            state.sleepers.removeAll { $0.until <= state.now }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }
}
