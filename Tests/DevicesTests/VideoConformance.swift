import Devices
import LinuxIO
import Primitives
import Testing

/// What every camera must do, real, virtual or scripted.
struct VideoConformance {
    /// Opens it anew.
    var open: (BufferPool) throws(DeviceError) -> any VideoSource
    /// The clock that its pictures are stamped with.
    var now: () -> Instant = MonotonicClock.now
    var slotSize: Int

    func check() throws {
        let frames = BufferPool(slotCount: 3, slotSize: slotSize)
        var held: VideoFrame?
        do {
            let camera = try open(frames)
            try checkPictures(of: camera)
            try checkHolding(of: camera)
            held = try camera.next(until: now() + .seconds(2))
        }
        // A picture outlives its camera, and does not keep the next from opening.
        let before = held.digest
        #expect(before != nil)
        let again = try open(frames)
        #expect(try again.next(until: now() + .seconds(3)) != nil)
        #expect(held.digest == before)
        held = nil
    }

    private func checkPictures(of camera: any VideoSource) throws {
        var last: (sequence: UInt32, at: Instant)?
        for _ in 0..<5 {
            guard let frame = try camera.next(until: now() + .seconds(2)) else {
                Issue.record("no picture within two seconds")
                return
            }
            #expect(frame.width == camera.format.width && frame.height == camera.format.height)
            #expect(frame.buffer.count >= frame.layout.size)
            #expect(frame.capturedAt <= now() && now() - frame.capturedAt < .seconds(2))
            if let last { #expect(frame.sequence > last.sequence && frame.capturedAt > last.at) }
            last = (frame.sequence, frame.capturedAt)
        }
        // A deadline that has passed is no picture and no wait.
        #expect(try camera.next(until: now() - .seconds(1)) == nil)
    }

    /// A picture does not change in its holder's hands; one who holds all gets none; when they are given up they come again.
    private func checkHolding(of camera: any VideoSource) throws {
        let wait = Interval.milliseconds(200) + .seconds(2) / Int64(max(1, camera.format.framesPerSecond))
        var held = SlotArray<VideoFrame>(capacity: 64)
        var digests: [Int?] = []
        while held.count < 64, let frame = try camera.next(until: now() + wait) {
            held.put(frame, at: held.count)
            digests.append(held[held.count - 1].digest)
        }
        #expect(held.count >= 2 && held.count < 64, "\(held.count) pictures held")
        for index in 0..<held.count { #expect(held[index].digest == digests[index]) }
        held.removeAll()
        #expect(try camera.next(until: now() + .seconds(2)) != nil)
    }
}

extension VideoFrame {
    /// Of all its bytes.
    var digest: Int? {
        buffer.withUnsafeBytes { bytes in
            var hasher = Hasher()
            hasher.combine(bytes: bytes)
            return hasher.finalize()
        }
    }
}

extension VideoFrame? {
    var digest: Int? {
        switch self {
        case .some(let frame): frame.digest
        case .none: nil
        }
    }
}
