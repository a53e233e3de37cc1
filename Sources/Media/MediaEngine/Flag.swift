import Synchronization

/// A yes or no that one thread sets and others read.
final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { value.load(ordering: .acquiring) }
    func set(_ new: Bool = true) { value.store(new, ordering: .releasing) }
    /// Whether it was set; it is not any more.
    func take() -> Bool { value.exchange(false, ordering: .acquiringAndReleasing) }
}
