import Primitives

/// The newest picture of one source, waiting to be drawn.
///
/// While a display shows the screen, every picture is kept; while somebody looks from afar (has looked within two seconds),
/// twenty a second; otherwise two, so that who looks next sees something recent. The rest is not even copied.
struct PictureSlot {
    private var picture = PictureBuffer()
    private var isFresh = false
    private var takenAt: Instant?
    private var count: UInt64 = 0

    private static let attention = Interval.seconds(2)
    private static let viewed = Interval.milliseconds(50)
    private static let unviewed = Interval.milliseconds(500)

    /// Copies `view` if it would be seen.
    /// - Returns: false if it was left out.
    mutating func take(_ view: I420View, at now: Instant, lookedAt: Instant?, isShown: Bool = false) -> Bool {
        let isViewed = lookedAt.map { now - $0 < Self.attention } ?? false
        // A stamp from the future must not keep later pictures out.
        if !isShown, let takenAt, now >= takenAt, now - takenAt < (isViewed ? Self.viewed : Self.unviewed) {
            return false
        }
        count &+= 1
        picture.copy(view, generation: count)
        (isFresh, takenAt) = (true, now)
        return true
    }

    /// Exchanges the picture for `drawn`, if there is a newer one.
    mutating func hand(to drawn: inout PictureBuffer) {
        guard isFresh else { return }
        swap(&picture, &drawn)
        isFresh = false
    }

    mutating func forget() {
        picture.wipe()
        (isFresh, takenAt) = (false, nil)
    }
}
