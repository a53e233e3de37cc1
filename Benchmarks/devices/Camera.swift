import CAllocationCounter
import Devices
import Glibc
import LinuxIO
import Primitives
import ScriptedDevices
import V4L2Camera

/// What it costs to take a picture from a camera's driver and hand it to the encoder, for each format a camera may deliver.
struct CameraPath {
    var format: CameraPixelFormat
    var pictures: Int

    func row() throws(DeviceError) -> String {
        let driver = ScriptedDriver()
        // The same picture over and over: what the paper camera does is no part of this.
        driver.draws = false
        driver.offers = [.init(format: format, width: 1280, height: 720, rates: [30])]
        let wanted = VideoFormat(width: 1280, height: 720, framesPerSecond: 30)
        let camera = try V4L2Camera(driver, wanted: wanted)
        for _ in 0..<10 { _ = try driver.picture(of: camera) }
        var (passed, copied) = (0, 0)
        let allocated = callpoint_thread_allocations()
        let began = processorTime()
        for _ in 0..<pictures {
            guard let picture = try driver.picture(of: camera) else { throw .stalled("the camera on paper") }
            if picture.isConverted { copied += 1 } else { passed += 1 }
        }
        let took = processorTime() - began
        return """
            {"format":"\(format.name)","pictures":\(pictures),"passed":\(passed),\
            "copied":\(copied),\
            "us_per_picture":\(took.microseconds / Int64(max(1, pictures))),\
            "allocations":\(callpoint_thread_allocations() - allocated)}
            """
    }

    /// What this thread has used of a processor: other work on the machine does not count.
    private func processorTime() -> Interval {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}
