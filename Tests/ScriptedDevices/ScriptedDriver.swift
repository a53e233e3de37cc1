package import CV4L2
package import Devices
import Glibc
package import Primitives
package import V4L2Camera

/// A camera's driver that answers as a test says, in virtual time: every wait ends at once and moves the clock.
///
/// It keeps the kernel's rules where a camera could break them: only a buffer that it was given is filled, a camera that
/// does not stream gives an error at once.
package final class ScriptedDriver: VideoDriver {
    package struct Offer {
        package var format: CameraPixelFormat
        package var width: Int
        package var height: Int
        package var rates: [UInt32]

        package init(format: CameraPixelFormat, width: Int, height: Int, rates: [UInt32]) {
            (self.format, self.width, self.height, self.rates) = (format, width, height, rates)
        }
    }

    package init() {}

    // What the camera is.
    package var card = "Scripted Camera"
    package var capabilities = UInt32(V4L2_CAP_VIDEO_CAPTURE) | UInt32(V4L2_CAP_STREAMING)
    package var offers: [Offer] = [Offer(format: .nv12, width: 64, height: 48, rates: [30])]
    package var bufferCount: UInt32 = 6
    /// Bytes of padding at the end of each row.
    package var padding = 0
    /// What the driver makes of the format that it is asked for.
    package var adjust: (inout v4l2_pix_format) -> Void = { _ in }
    /// Controls by number: range, value.
    package var controls: [UInt32: (range: ClosedRange<Int32>, value: Int32)] = [:]

    // What goes wrong.
    /// -errno for each request of a name.
    package var failures: [cv4l2_request.RawValue: Int32] = [:]
    package var isStalled = false
    /// What is done to the description of the next filled buffer.
    package var tamper: (inout v4l2_buffer) -> Void = { _ in }
    package var jpeg: [UInt8] = []
    /// Whether each picture is another one.
    package var draws = true

    // What has happened.
    package private(set) var time = Instant.zero + .seconds(1_000)
    package var asked: [cv4l2_request.RawValue: Int] = [:]
    package private(set) var waits = 0
    package private(set) var streams = false
    package private(set) var queued: [UInt32] = []
    package private(set) var rate: UInt32 = 30
    package private(set) var filled = 0

    private var format = v4l2_pix_format()
    private var memory: [UnsafeMutableRawPointer] = []
    private var nextPicture = Instant.zero
    private var sequence: UInt32 = 0

    package func now() -> Instant { time }
    package func pause(until deadline: Instant) { time = max(time, deadline) }

    package func wait(until deadline: Instant) -> Int32 {
        waits += 1
        if !streams || queued.isEmpty { return 1 }  // as vb2_poll does
        if !isStalled, nextPicture <= deadline {
            time = max(time, nextPicture)
            return 1
        }
        time = max(time, deadline)
        return 0
    }

    package func map(over address: UnsafeMutableRawPointer, length: Int, offset: Int64) -> Int32 {
        if let failure = failures[UInt32.max] { return failure }
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED
        guard mmap(address, length, PROT_READ | PROT_WRITE, flags, -1, 0) != MAP_FAILED else { return -ENOMEM }
        memory.append(address)
        return 0
    }

    private var size: Int { max(Int(format.sizeimage), jpeg.count) }

    package func ask(_ request: cv4l2_request, _ argument: UnsafeMutableRawPointer) -> Int32 {
        asked[request.rawValue, default: 0] += 1
        if let failure = failures[request.rawValue] { return failure }
        func edit<T>(_: T.Type, _ change: (inout T) -> Int32) -> Int32 {
            change(&argument.assumingMemoryBound(to: T.self).pointee)
        }
        switch request {
        case CV4L2_QUERYCAP: return edit(v4l2_capability.self, describe)
        case CV4L2_ENUM_FMT: return edit(v4l2_fmtdesc.self, offerFormat)
        case CV4L2_ENUM_FRAMESIZES: return edit(v4l2_frmsizeenum.self, offerSize)
        case CV4L2_ENUM_FRAMEINTERVALS: return edit(v4l2_frmivalenum.self, offerRate)
        case CV4L2_S_FMT: return edit(v4l2_format.self, setFormat)
        case CV4L2_S_PARM:
            return edit(v4l2_streamparm.self) { parameters in
                rate = parameters.parm.capture.timeperframe.denominator
                return 0
            }
        case CV4L2_REQBUFS:
            return edit(v4l2_requestbuffers.self) { request in
                if request.count > 0 { request.count = bufferCount }
                return 0
            }
        case CV4L2_QUERYBUF:
            return edit(v4l2_buffer.self) { buffer in
                buffer.length = UInt32(size)
                buffer.m.offset = buffer.index * 4096
                return 0
            }
        case CV4L2_QBUF:
            return edit(v4l2_buffer.self) { buffer in
                guard !queued.contains(buffer.index) else { return -EINVAL }
                queued.append(buffer.index)
                return 0
            }
        case CV4L2_DQBUF: return edit(v4l2_buffer.self, fill)
        case CV4L2_STREAMON:
            streams = true
            sequence = 0
            nextPicture = time + .milliseconds(10)
            return 0
        case CV4L2_STREAMOFF:
            streams = false
            queued = []
            return 0
        case CV4L2_QUERYCTRL:
            return edit(v4l2_queryctrl.self) { query in
                guard let control = controls[query.id] else { return -EINVAL }
                (query.minimum, query.maximum) = (control.range.lowerBound, control.range.upperBound)
                return 0
            }
        case CV4L2_QUERYMENU:
            return edit(v4l2_querymenu.self) { query in
                controls[query.id]?.range.contains(Int32(bitPattern: query.index)) == true ? 0 : -EINVAL
            }
        case CV4L2_S_CTRL:
            return edit(v4l2_control.self) { control in
                controls[control.id]?.value = control.value
                return 0
            }
        default: return -ENOTTY
        }
    }

    private func describe(_ answer: inout v4l2_capability) -> Int32 {
        withUnsafeMutableBytes(of: &answer.card) { $0.copyBytes(from: card.utf8.prefix(31)) }
        answer.capabilities = capabilities
        return 0
    }

    private func offerFormat(_ answer: inout v4l2_fmtdesc) -> Int32 {
        var formats: [CameraPixelFormat] = []
        for offer in offers where !formats.contains(offer.format) { formats.append(offer.format) }
        guard formats.indices.contains(Int(answer.index)) else { return -EINVAL }
        answer.pixelformat = formats[Int(answer.index)].fourCC
        return 0
    }

    private func offerSize(_ answer: inout v4l2_frmsizeenum) -> Int32 {
        let sizes = offers.filter { $0.format.fourCC == answer.pixel_format }
        guard sizes.indices.contains(Int(answer.index)) else { return -EINVAL }
        answer.type = V4L2_FRMSIZE_TYPE_DISCRETE.rawValue
        let size = sizes[Int(answer.index)]
        answer.discrete = v4l2_frmsize_discrete(width: UInt32(size.width), height: UInt32(size.height))
        return 0
    }

    private func offerRate(_ answer: inout v4l2_frmivalenum) -> Int32 {
        let (code, width, height) = (answer.pixel_format, Int(answer.width), Int(answer.height))
        guard
            let rates = offers.first(where: { $0.format.fourCC == code && $0.width == width && $0.height == height })?
                .rates,
            rates.indices.contains(Int(answer.index))
        else { return -EINVAL }
        answer.type = V4L2_FRMIVAL_TYPE_DISCRETE.rawValue
        answer.discrete = v4l2_fract(numerator: 1, denominator: rates[Int(answer.index)])
        return 0
    }

    private func setFormat(_ request: inout v4l2_format) -> Int32 {
        var pixels = request.fmt.pix
        let row =
            pixels.width
            * (pixels.pixelformat == CameraPixelFormat.yuyv.fourCC
                || pixels.pixelformat == CameraPixelFormat.uyvy.fourCC ? 2 : 1) + UInt32(padding)
        let isPlanar =
            pixels.pixelformat == CameraPixelFormat.nv12.fourCC
            || pixels.pixelformat == CameraPixelFormat.yu12.fourCC
        pixels.bytesperline = row
        pixels.sizeimage = isPlanar ? row * pixels.height * 3 / 2 : row * pixels.height
        if pixels.pixelformat == CameraPixelFormat.mjpeg.fourCC { pixels.bytesperline = 0 }
        adjust(&pixels)
        format = pixels
        request.fmt.pix = pixels
        return 0
    }

    private func fill(_ buffer: inout v4l2_buffer) -> Int32 {
        guard streams else { return -EINVAL }
        guard !queued.isEmpty, !isStalled, nextPicture <= time else { return -EAGAIN }
        let index = queued.removeFirst()
        buffer.index = index
        buffer.sequence = sequence
        buffer.bytesused = jpeg.isEmpty ? format.sizeimage : UInt32(jpeg.count)
        buffer.flags = UInt32(V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)
        buffer.timestamp = timeval(
            tv_sec: Int(time.nanoseconds / 1_000_000_000), tv_usec: Int(time.nanoseconds / 1_000 % 1_000_000))
        if memory.indices.contains(Int(index)) {
            let target = UnsafeMutableRawBufferPointer(start: memory[Int(index)], count: size)
            if jpeg.isEmpty, draws {
                for i in target.indices { target[i] = UInt8(truncatingIfNeeded: i &+ filled) }
            } else if !jpeg.isEmpty {
                target.copyBytes(from: jpeg)
            }
        }
        tamper(&buffer)
        filled += 1
        sequence += 1
        nextPicture = nextPicture + .seconds(1) / Int64(max(1, rate))
        return 0
    }
}

extension V4L2Camera where Driver == ScriptedDriver {
    /// The scripted camera with a wish and a pool of its own.
    package convenience init(
        _ driver: ScriptedDriver, wanted: VideoFormat = VideoFormat(width: 64, height: 48, framesPerSecond: 30),
        controls: CameraControls = CameraControls(), frames: BufferPool? = nil
    ) throws(DeviceError) {
        try self.init(
            driver: driver, name: "camera", wanted: wanted, controls: controls,
            frames: frames ?? BufferPool(slotCount: 3, slotSize: wanted.frameSize))
    }
}

extension ScriptedDriver {
    /// The camera's next picture within a second of this driver's time.
    package func picture(of camera: V4L2Camera<ScriptedDriver>) throws(DeviceError) -> VideoFrame? {
        try camera.next(until: now() + .seconds(1))
    }
}
