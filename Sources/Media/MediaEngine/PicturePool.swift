import Codecs
import LinuxIO
import MediaControl
import Primitives
import Synchronization

/// The pictures that kioskd sees: slots in a memfd, lent by `lend` and taken back when kioskd releases them.
///
/// Any thread. Which slots kioskd has is kept here and never taken from what kioskd says, so that a wrong or repeated
/// release cannot give a slot out twice.
final class PicturePool: Sendable {
    static let maximumSlots = 64

    let pool: BufferPool
    let memory: SharedMemory
    /// Pictures that were not lent because kioskd has all slots or does not read its socket.
    let refused = Counter()
    /// Releases of slots that kioskd did not have.
    let falseReleases = Counter()
    private let lent = Atomic<UInt64>(0)

    init(slots: Int) throws(SystemError) {
        // Any picture that a decoder may give; what is not written to takes no memory.
        let slotSize =
            (try? I420Layout(width: PictureLimits.maximumWidth, height: PictureLimits.maximumHeight).size) ?? 0
        let count = min(slots, Self.maximumSlots)
        let size = BufferPool.memorySize(slotCount: count, slotSize: slotSize)
        memory = try SharedMemory(name: "callpoint-pictures", size: size)
        pool = BufferPool(slotCount: count, slotSize: slotSize, memory: memory.bytes)
    }

    var description: FrameMemory {
        FrameMemory(
            maximumWidth: PictureLimits.maximumWidth, maximumHeight: PictureLimits.maximumHeight,
            slots: pool.slotCount, slotSize: pool.offset(ofSlot: 1))
    }

    func take() -> PooledBuffer? {
        guard let buffer = try? pool.take() else {
            refused.increment()
            return nil
        }
        return buffer
    }

    /// Hands a picture over to kioskd by `send`, which says whether the message left; if not, the slot is free again.
    func lend(_ picture: consuming PooledBuffer, by send: (UInt32) -> Bool) {
        let slot = picture.relinquish()
        let bit = UInt64(1) << UInt64(slot)
        lent.bitwiseOr(bit, ordering: .acquiringAndReleasing)
        guard !send(UInt32(slot)) else { return }
        refused.increment()
        _ = release(slot)
    }

    /// kioskd no longer reads `slot`.
    func release(slot: UInt32) {
        if !(slot < Self.maximumSlots && release(Int(slot))) { falseReleases.increment() }
    }

    private func release(_ slot: Int) -> Bool {
        let bit = UInt64(1) << UInt64(slot)
        let before = lent.bitwiseAnd(~bit, ordering: .acquiringAndReleasing).oldValue
        return before & bit != 0 && pool.reclaim(slot: slot)
    }
}
