public import CV4L2
public import Primitives

/// The kernel's side of one open video device: all that a camera asks of it, so that a test can answer in its place.
public protocol VideoDriver: AnyObject {
    /// The ioctl of that name. `argument` is its structure.
    /// - Returns: 0 or more, or -errno.
    func ask(_ request: cv4l2_request, _ argument: UnsafeMutableRawPointer) -> Int32
    /// Maps the buffer at `offset` over reserved addresses, to be read.
    /// - Returns: 0 or -errno.
    func map(over address: UnsafeMutableRawPointer, length: Int, offset: Int64) -> Int32
    /// Waits for a picture or an error to fetch.
    /// - Returns: 1 if there is one, 0 at `deadline`, -errno.
    func wait(until deadline: Instant) -> Int32
    /// Waits for nothing but the time.
    func pause(until deadline: Instant)
    /// The clock that pictures are stamped with.
    func now() -> Instant
}

extension VideoDriver {
    func ask<Argument>(_ request: cv4l2_request, about argument: inout Argument) -> Int32 {
        withUnsafeMutablePointer(to: &argument) { ask(request, UnsafeMutableRawPointer($0)) }
    }
}
