/// Why a packet was not protected or not accepted. The packet is then of no use and belongs in the pool.
public enum SRTPError: Error, Equatable, Sendable {
    /// The keys do not have the profile's length, or the library refused them.
    case setUp
    /// Shorter than its own header and trailer say it is, or not version 2; never given to the library.
    case malformed
    /// Protecting it would not fit the slot.
    case noRoom
    /// The tag does not match: forged, damaged, or for other keys.
    case authentication
    /// Seen before, or older than the window.
    case replayed
    /// One more SSRC than this session keeps state for.
    case tooManyStreams
    /// 2⁴⁸ packets under one key, or another refusal of the library's.
    case refused(status: Int)
}
