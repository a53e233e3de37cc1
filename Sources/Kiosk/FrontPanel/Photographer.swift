import CTurboJPEG
import NIOCore
import Primitives
import Screens

/// Takes the screen as JPEG, once for all who look.
struct Photographer: ~Copyable {
    private let compressor: UnsafeMutableRawPointer?
    private var memory: UnsafeMutablePointer<UInt8>?
    private var capacity = 0
    private var newest: (jpeg: ByteBuffer, serial: UInt64)?

    init() { compressor = tjInitCompress() }

    deinit {
        if let compressor { tjDestroy(compressor) }
        memory?.deallocate()
    }

    /// - Returns: nil if what is seen is still the picture `serial`, or cannot be compressed.
    mutating func photograph(
        _ display: VirtualDisplay, at now: Instant, newerThan serial: UInt64?
    ) -> (jpeg: ByteBuffer, serial: UInt64)? {
        let taken = display.withFrame(at: now, newerThan: newest?.serial) { frame in
            compress(frame).map { ($0, frame.serial) }
        }
        if let taken { newest = taken.map { (jpeg: $0.0, serial: $0.1) } }
        guard let newest, newest.serial != serial else { return nil }
        return newest
    }

    private mutating func compress(_ frame: DisplayFrame) -> ByteBuffer? {
        let (width, height) = (Int32(frame.width), Int32(frame.height))
        let most = Int(tjBufSize(width, height, Int32(TJSAMP_420.rawValue)))
        if capacity < most {
            memory?.deallocate()
            memory = .allocate(capacity: most)
            capacity = most
        }
        var length = UInt(capacity)
        let pixels = frame.pixels.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let compressor, let pixels, memory != nil,
            tjCompress2(
                compressor, pixels, width, Int32(frame.stride), height, Int32(TJPF_BGRX.rawValue), &memory, &length,
                Int32(TJSAMP_420.rawValue), 82, TJFLAG_NOREALLOC | TJFLAG_FASTDCT) == 0
        else { return nil }
        return ByteBuffer(bytes: UnsafeRawBufferPointer(start: memory, count: Int(length)))
    }
}
