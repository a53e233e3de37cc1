import CV4L2
import Devices
import Primitives
import ScriptedDevices
import Testing
import V4L2Camera

@Suite struct CameraConversionTests {
    /// The luma of a packed picture is every second byte, and its padding is not seen.
    @Test(arguments: [CameraPixelFormat.yuyv, .uyvy])
    func packedPicturesKeepTheirLuma(format: CameraPixelFormat) throws {
        let driver = ScriptedDriver()
        driver.offers = [.init(format: format, width: 64, height: 48, rates: [30])]
        driver.padding = 24
        let camera = try V4L2Camera(driver)
        guard let frame = try driver.picture(of: camera) else {
            Issue.record("no picture")
            return
        }
        #expect(frame.isConverted && frame.layout == PictureLayout(format: .i420, width: 64, height: 48))
        let stride = 64 * 2 + 24
        for row in 0..<48 {
            for column in 0..<64 {
                let at = row * stride + column * 2 + (format == .uyvy ? 1 : 0)
                let expected = UInt8(truncatingIfNeeded: at)
                guard frame.buffer.bytes.byte(at: row * 64 + column) == expected else {
                    Issue.record("row \(row), column \(column)")
                    return
                }
            }
        }
    }

    private static func compressed(_ jpeg: [UInt8]) -> ScriptedDriver {
        let driver = ScriptedDriver()
        driver.offers = [.init(format: .mjpeg, width: 64, height: 48, rates: [30])]
        driver.jpeg = jpeg
        return driver
    }

    @Test func aCompressedPictureIsSeenAsItWas() throws {
        let driver = Self.compressed(try Specimens.jpeg(width: 64, height: 48, luma: 90))
        let camera = try V4L2Camera(driver)
        guard let frame = try driver.picture(of: camera) else {
            Issue.record("no picture")
            return
        }
        #expect(abs(Int(frame.buffer.bytes.byte(at: 64 * 24 + 32) ?? 0) - 90) <= 2)
    }

    /// Of a damaged JPEG nothing is asked but that it is a picture or is counted, and that the next good one is seen.
    @Test func hostileCompressedPicturesAreLeftOutOrSurvived() throws {
        let good = try Specimens.jpeg(width: 64, height: 48)
        let driver = Self.compressed(good)
        let camera = try V4L2Camera(driver)
        var random = RandomSource(seed: 3)
        var damaged = 0
        for number in 0..<600 {
            var bytes = good
            switch number % 4 {
            case 0: bytes = (0..<good.count).map { _ in UInt8.random(in: 0...255, using: &random) }
            case 1: bytes = Array(good.prefix(Int.random(in: 0..<good.count, using: &random)))
            case 2:
                for _ in 0..<20 {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
                }
            default: bytes = try Specimens.jpeg(width: 128, height: 96)
            }
            if bytes.count > good.count { bytes = Array(bytes.prefix(good.count)) }
            let used = UInt32(bytes.count)
            driver.jpeg = bytes + Array(repeating: 0, count: good.count - bytes.count)
            driver.tamper = { $0.bytesused = used }
            let before = camera.framesDamaged.count
            let isSeen = try camera.next(until: driver.now() + .milliseconds(40)) != nil
            #expect(isSeen || camera.framesDamaged.count > before)
            if !isSeen { damaged += 1 }
            driver.jpeg = good
            driver.tamper = { _ in }
            #expect(try driver.picture(of: camera) != nil)
        }
        #expect(damaged > 300)
    }
}
