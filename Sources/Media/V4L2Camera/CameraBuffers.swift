import CV4L2
import Devices
import Glibc
import Primitives

/// A run of addresses that a camera's buffers are mapped over; gone with the last picture in it.
private final class BufferMemory: @unchecked Sendable {  // the addresses never change
    let bytes: UnsafeMutableRawBufferPointer

    init(size: Int) throws(DeviceError) {
        guard let address = cv4l2_reserve(size) else { throw .failed(errno: ENOMEM, operation: "map the buffers") }
        bytes = UnsafeMutableRawBufferPointer(start: address, count: size)
    }

    deinit { cv4l2_release(bytes.baseAddress, bytes.count) }
}

/// A camera's own buffers as the slots of a pool: slot i is the driver's buffer i.
///
/// A slot is out while the driver has it or a picture holds it; a picture given up, on any thread, makes it free, and
/// `giveFree` gives it to the driver again. The mapping outlives the open device for as long as a picture is held.
struct CameraBuffers<Driver: VideoDriver>: ~Copyable {
    private let driver: Driver
    private let name: String
    private let pool: BufferPool
    private let lengths: [Int]
    /// Whether the driver has the buffer; it may give back only what it has.
    private var isQueued: [Bool]
    private(set) var queuedCount = 0

    /// What is asked for: one with the encoder, one waiting for it, one in hand, and three for the driver.
    static var wantedCount: UInt32 { 6 }
    /// With fewer the driver would have none left to fill.
    static var leastCount: Int { 4 }
    private static var mostCount: Int { 32 }
    private static var longest: Int { 1 << 26 }

    /// - Parameter size: bytes that each must hold at the least.
    init(_ driver: Driver, name: String, size: Int) throws(DeviceError) {
        var request = v4l2_requestbuffers.mapped(count: Self.wantedCount)
        let result = driver.ask(CV4L2_REQBUFS, about: &request)
        if result == -EBUSY { throw .busy(name) }
        guard result >= 0 else { throw .failed(errno: -result, operation: "ask \(name) for buffers") }
        let count = Int(clamping: request.count)
        guard (Self.leastCount...Self.mostCount).contains(count) else {
            throw .unsupported("\(name) has \(count) buffers; \(Self.leastCount) to \(Self.mostCount) are needed")
        }
        let places = try Self.places(of: driver, name: name, count: count, size: size)
        let page = max(4_096, cv4l2_page())
        let stride = ((places.map(\.length).max() ?? 1) + page - 1) / page * page
        let memory = try BufferMemory(size: stride * count)
        guard let base = memory.bytes.baseAddress else { throw .failed(errno: ENOMEM, operation: "map the buffers") }
        for (index, place) in places.enumerated() {
            let result = driver.map(over: base + index * stride, length: place.length, offset: place.offset)
            guard result >= 0 else { throw .failed(errno: -result, operation: "map a buffer of \(name)") }
        }
        self.driver = driver
        self.name = name
        pool = BufferPool(slotCount: count, slotSize: stride, memory: memory.bytes, owner: memory)
        lengths = places.map(\.length)
        isQueued = [Bool](repeating: false, count: count)
    }

    private static func places(
        of driver: Driver, name: String, count: Int, size: Int
    ) throws(DeviceError) -> [(length: Int, offset: Int64)] {
        var places: [(Int, Int64)] = []
        for index in 0..<count {
            var buffer = v4l2_buffer.mapped(index: index)
            let result = driver.ask(CV4L2_QUERYBUF, about: &buffer)
            guard result >= 0 else { throw .failed(errno: -result, operation: "ask \(name) for a buffer") }
            let length = Int(buffer.length)
            guard length >= size, length <= longest else {
                throw .unsupported("\(name) has buffers of \(length) bytes; a picture takes \(size)")
            }
            places.append((length, Int64(buffer.m.offset)))
        }
        return places
    }

    /// Gives the driver every free buffer.
    mutating func giveFree() throws(DeviceError) {
        while let free = pool.takeIfFree() {
            let index = free.relinquish()
            var buffer = v4l2_buffer.mapped(index: index)
            let result = driver.ask(CV4L2_QBUF, about: &buffer)
            guard result >= 0 else {
                pool.reclaim(slot: index)
                throw result == -ENODEV
                    ? .unplugged(name) : .failed(errno: -result, operation: "give \(name) a buffer")
            }
            isQueued[index] = true
            queuedCount += 1
        }
    }

    /// Takes a filled buffer from the driver, nil if it has none now.
    /// - Returns: what the driver says of it, and its contents; giving these up makes the buffer free.
    mutating func take() throws(DeviceError) -> FilledBuffer? {
        var buffer = v4l2_buffer.mapped()
        let result = driver.ask(CV4L2_DQBUF, about: &buffer)
        guard result >= 0 else {
            switch -result {
            case EAGAIN: return nil
            case ENODEV, ENXIO: throw .unplugged(name)
            default: throw .failed(errno: -result, operation: "take a picture from \(name)")
            }
        }
        let index = Int(clamping: buffer.index)
        guard isQueued.indices.contains(index), isQueued[index] else {
            throw .unsupported("\(name) gives back buffer \(index), which it did not have")
        }
        isQueued[index] = false
        queuedCount -= 1
        let count = min(Int(buffer.bytesused), lengths[index])
        return FilledBuffer(contents: pool.resume(slot: index, count: count), description: buffer)
    }

    /// After STREAMOFF the driver has no buffer any more.
    mutating func takeBackAll() {
        for index in isQueued.indices where isQueued[index] {
            isQueued[index] = false
            pool.reclaim(slot: index)
        }
        queuedCount = 0
    }
}

extension v4l2_buffer {
    /// What names one of the driver's own buffers; any, where the driver says which.
    static func mapped(index: Int = 0) -> v4l2_buffer {
        var buffer = v4l2_buffer()
        buffer.index = UInt32(clamping: index)
        buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue
        buffer.memory = V4L2_MEMORY_MMAP.rawValue
        return buffer
    }
}

extension v4l2_requestbuffers {
    /// So many of the driver's own buffers; none gives all back.
    static func mapped(count: UInt32) -> v4l2_requestbuffers {
        var request = v4l2_requestbuffers()
        request.count = count
        request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue
        request.memory = V4L2_MEMORY_MMAP.rawValue
        return request
    }
}

/// A buffer that the driver has filled.
struct FilledBuffer: ~Copyable {
    var contents: PooledBuffer
    let description: v4l2_buffer
}
