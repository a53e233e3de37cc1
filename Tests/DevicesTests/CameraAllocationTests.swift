import CAllocationCounter
import Devices
import Primitives
import ScriptedDevices
import Testing
import V4L2Camera

@Suite struct CameraAllocationTests {
    /// Without optimisation Swift itself takes memory for accesses to arrays.
    static var isOptimised: Bool {
        #if DEBUG
            false
        #else
            true
        #endif
    }

    @Test(.enabled(if: isOptimised), arguments: [CameraPixelFormat.nv12, .yu12, .yuyv, .uyvy])
    func aPictureTakesNothingFromTheHeap(format: CameraPixelFormat) throws {
        let driver = ScriptedDriver()
        driver.offers = [.init(format: format, width: 64, height: 48, rates: [30])]
        let camera = try V4L2Camera(driver)
        for _ in 0..<10 { _ = try driver.picture(of: camera) }
        let before = callpoint_thread_allocations()
        for _ in 0..<300 { _ = try driver.picture(of: camera) }
        #expect(callpoint_thread_allocations() - before == 0)
    }
}
