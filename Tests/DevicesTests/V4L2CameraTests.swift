import CV4L2
import Devices
import Glibc
import Primitives
import ScriptedDevices
import Testing
import V4L2Camera

@Suite struct V4L2CameraTests {
    @Test(arguments: CameraPixelFormat.allCases)
    func theScriptedCameraConformsInEveryFormat(format: CameraPixelFormat) throws {
        let driver = ScriptedDriver()
        driver.offers = [.init(format: format, width: 64, height: 48, rates: [30])]
        if format == .mjpeg { driver.jpeg = try Specimens.jpeg(width: 64, height: 48) }
        let wanted = VideoFormat(width: 64, height: 48, framesPerSecond: 30)
        try VideoConformance(
            open: { frames throws(DeviceError) in try V4L2Camera(driver, wanted: wanted, frames: frames) },
            now: driver.now, slotSize: wanted.frameSize
        ).check()
        #expect(!driver.streams)
    }

    @Test func picturesArePassedInTheCamerasOwnMemory() throws {
        let driver = ScriptedDriver()
        driver.padding = 32
        let pool = BufferPool(slotCount: 3, slotSize: 64 * 48 * 3 / 2)
        let camera = try V4L2Camera(driver, frames: pool)
        guard let frame = try driver.picture(of: camera) else {
            Issue.record("no picture")
            return
        }
        #expect(!frame.isConverted && pool.inUse == 0 && pool.highWater == 0)
        #expect(frame.layout == PictureLayout(format: .nv12, width: 64, height: 48, strideY: 96, strideUV: 96))
        #expect(driver.queued.count == 5)
    }

    @Test func aPictureGivenUpIsTheDriversAgainAtTheNextCall() throws {
        let driver = ScriptedDriver()
        let camera = try V4L2Camera(driver)
        for _ in 0..<100 { #expect(try driver.picture(of: camera) != nil) }
        #expect(driver.queued.count == 5)
        #expect(camera.framesLost.count == 0 && camera.framesDamaged.count == 0)
    }

    @Test func theRateThatIsWantedIsSet() throws {
        let driver = ScriptedDriver()
        driver.offers = [.init(format: .yu12, width: 64, height: 48, rates: [5, 15, 30])]
        let camera = try V4L2Camera(driver, wanted: VideoFormat(width: 64, height: 48, framesPerSecond: 15))
        #expect(driver.rate == 15 && camera.format.framesPerSecond == 15)
        let start = driver.now()
        for _ in 0..<15 { _ = try driver.picture(of: camera) }
        #expect((.milliseconds(930)...Interval.milliseconds(960)).contains(driver.now() - start))
    }

    @Test func damagedPicturesAreLeftOutAndLostOnesCounted() throws {
        let driver = ScriptedDriver()
        let camera = try V4L2Camera(driver)
        _ = try driver.picture(of: camera)
        var number = 0
        driver.tamper = { buffer in
            number += 1
            if number <= 3 { buffer.flags |= UInt32(V4L2_BUF_FLAG_ERROR) }
            if number == 4 { buffer.bytesused = 100 }
            if number == 5 { buffer.sequence += 7 }
        }
        guard let frame = try driver.picture(of: camera) else {
            Issue.record("no picture")
            return
        }
        #expect(number == 5 && camera.framesDamaged.count == 4 && camera.framesLost.count == 7)
        #expect(frame.sequence == 13)
    }

    @Test(arguments: [
        (ENODEV, DeviceError.unplugged("camera")), (EIO, .failed(errno: EIO, operation: "take a picture from camera")),
    ])
    func aLostCameraIsATypedError(errno: Int32, expected: DeviceError) throws {
        let driver = ScriptedDriver()
        let camera = try V4L2Camera(driver)
        driver.failures[CV4L2_DQBUF.rawValue] = -errno
        #expect(throws: expected) { _ = try driver.picture(of: camera) != nil }
    }

    @Test func aStalledCameraIsStartedAgainOnceAndThenGivenUp() throws {
        let driver = ScriptedDriver()
        let camera = try V4L2Camera(driver)
        _ = try driver.picture(of: camera)
        driver.isStalled = true
        let start = driver.now()
        driver.asked = [:]
        for _ in 0..<20 { #expect(try camera.next(until: driver.now() + .milliseconds(100)) == nil) }
        #expect(camera.restarts.count == 0)
        _ = try camera.next(until: driver.now() + .milliseconds(100))
        #expect(camera.restarts.count == 1 && driver.asked[CV4L2_STREAMON.rawValue] == 1)
        #expect(throws: DeviceError.stalled("camera")) {
            while driver.now() - start < .seconds(10) { _ = try camera.next(until: driver.now() + .milliseconds(100)) }
        }
        #expect(driver.now() - start < .seconds(5))
        // It waits for the time to pass and does not ask again and again.
        #expect(driver.waits < 80, "\(driver.waits) waits in \((driver.now() - start).seconds) s")
    }

    @Test func aCameraThatWakesUpAfterItsRestartGoesOn() throws {
        let driver = ScriptedDriver()
        let camera = try V4L2Camera(driver)
        for _ in 0..<3 {
            driver.isStalled = true
            while driver.asked[CV4L2_STREAMON.rawValue, default: 0] < 2 {
                _ = try camera.next(until: driver.now() + .milliseconds(100))
            }
            driver.isStalled = false
            driver.asked = [:]
            driver.asked[CV4L2_STREAMON.rawValue] = 1
            #expect(try driver.picture(of: camera) != nil)
        }
        #expect(camera.restarts.count == 3)
    }

    @Test func withAllPicturesHeldItNeitherSpinsNorFails() throws {
        let driver = ScriptedDriver()
        let camera = try V4L2Camera(driver)
        var held = SlotArray<VideoFrame>(capacity: 6)
        for index in 0..<6 {
            guard let frame = try driver.picture(of: camera) else { continue }
            held.put(frame, at: index)
        }
        #expect(held.count == 6 && driver.queued.isEmpty)
        let waits = driver.waits
        #expect(try driver.picture(of: camera) == nil)
        #expect(driver.waits == waits, "poll without a buffer returns at once")
        held.clear(at: 0)
        #expect(try driver.picture(of: camera) != nil)
    }

    @Test func aDriverThatGivesWhatItDoesNotHaveIsNotBelieved() throws {
        for wrong in [UInt32(6), 31, .max] {
            let driver = ScriptedDriver()
            let camera = try V4L2Camera(driver)
            driver.tamper = { $0.index = wrong }
            #expect(throws: DeviceError.self) { _ = try driver.picture(of: camera) != nil }
        }
        let driver = ScriptedDriver()
        let camera = try V4L2Camera(driver)
        var held: VideoFrame? = try driver.picture(of: camera)
        let slot = held.slot
        driver.tamper = { $0.index = UInt32(slot ?? 0) }
        #expect(throws: DeviceError.self) { _ = try driver.picture(of: camera) != nil }
        held = nil
    }

    @Test func impossibleTimesAreReplaced() throws {
        let driver = ScriptedDriver()
        let camera = try V4L2Camera(driver)
        var last = Instant.zero
        let stamps: [(Int, Int)] = [(0, 0), (.max, .max), (.min, 5), (900, 0), (100_000, 0), (1_000, -1)]
        for (seconds, microseconds) in stamps {
            driver.tamper = { $0.timestamp = timeval(tv_sec: seconds, tv_usec: microseconds) }
            guard let frame = try driver.picture(of: camera) else {
                Issue.record("no picture")
                return
            }
            #expect(frame.capturedAt > last && frame.capturedAt <= driver.now())
            #expect(driver.now() - frame.capturedAt < .seconds(2))
            last = frame.capturedAt
        }
        // A stamp of another clock is none.
        driver.tamper = { $0.flags = 0 }
        #expect(try driver.picture(of: camera) != nil)
    }

    @Test func everyRefusalAtOpeningIsATypedError() throws {
        let requests = [
            CV4L2_QUERYCAP, CV4L2_ENUM_FMT, CV4L2_ENUM_FRAMESIZES, CV4L2_S_FMT, CV4L2_REQBUFS, CV4L2_QUERYBUF,
            CV4L2_QBUF, CV4L2_STREAMON,
        ]
        for request in requests.map(\.rawValue) + [UInt32.max] {
            for errno in [EIO, EBUSY, ENODEV, EINVAL] {
                let driver = ScriptedDriver()
                driver.failures[request] = -errno
                #expect(throws: DeviceError.self, "request \(request), error \(errno)") { _ = try V4L2Camera(driver) }
            }
        }
        let busy = ScriptedDriver()
        busy.failures[CV4L2_S_FMT.rawValue] = -EBUSY
        #expect(throws: DeviceError.busy("camera")) { _ = try V4L2Camera(busy) }
    }

    @Test func impossibleAnswersAtOpeningAreRefused() {
        let lies: [(inout v4l2_pix_format) -> Void] = [
            { $0.width = 0 }, { $0.height = .max }, { $0.width = 63 }, { $0.bytesperline = 1 },
            { $0.bytesperline = .max }, { $0.pixelformat = 0 }, { $0.sizeimage = 10 }, { $0.sizeimage = .max },
            {
                $0.width = 1280; $0.height = 720
            },
        ]
        for (number, lie) in lies.enumerated() {
            let driver = ScriptedDriver()
            driver.adjust = lie
            #expect(throws: DeviceError.self, "lie \(number)") { _ = try V4L2Camera(driver) }
        }
        for count in [UInt32(0), 1, 3, 33, .max] {
            let driver = ScriptedDriver()
            driver.bufferCount = count
            #expect(throws: DeviceError.self) { _ = try V4L2Camera(driver) }
        }
        let microphone = ScriptedDriver()
        microphone.capabilities = UInt32(V4L2_CAP_STREAMING)
        #expect(throws: DeviceError.unsupported("camera is no camera")) { _ = try V4L2Camera(microphone) }
    }

    @Test func aLargerPictureThanTheSlotsGetsSlotsOfItsOwn() throws {
        let driver = ScriptedDriver()
        driver.offers = [.init(format: .uyvy, width: 128, height: 96, rates: [30])]
        let pool = BufferPool(slotCount: 3, slotSize: 64 * 48 * 3 / 2)
        let camera = try V4L2Camera(driver, frames: pool)
        guard let frame = try driver.picture(of: camera) else {
            Issue.record("no picture")
            return
        }
        #expect(frame.width == 128 && frame.isConverted && pool.highWater == 0)
    }
}

extension VideoFrame? {
    var slot: Int? {
        switch self {
        case .some(let frame): frame.buffer.slot
        case .none: nil
        }
    }
}
