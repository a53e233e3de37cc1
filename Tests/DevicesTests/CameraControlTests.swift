import CV4L2
import Devices
import Primitives
import ScriptedDevices
import Testing
import V4L2Camera

@Suite struct CameraControlTests {
    private static let webcam: [UInt32: (range: ClosedRange<Int32>, value: Int32)] = [
        CV4L2_EXPOSURE_MODE.rawValue: (1...3, 3), CV4L2_EXPOSURE.rawValue: (3...2047, 250),
        CV4L2_WHITE_BALANCE_MODE.rawValue: (0...1, 1), CV4L2_WHITE_BALANCE.rawValue: (2800...6500, 4000),
        CV4L2_POWER_LINE.rawValue: (0...2, 2),
    ]

    private func open(_ controls: CameraControls) throws -> (ScriptedDriver, [String]) {
        let driver = ScriptedDriver()
        driver.controls = Self.webcam
        let camera = try V4L2Camera(driver, controls: controls)
        return (driver, camera.warnings)
    }

    @Test func whatIsAskedForIsSet() throws {
        let (driver, warnings) = try open(
            CameraControls(exposure: .fixed(156), whiteBalance: .fixed(4600), powerLine: .hertz50))
        #expect(warnings.isEmpty)
        #expect(driver.controls[CV4L2_EXPOSURE_MODE.rawValue]?.value == 1)
        #expect(driver.controls[CV4L2_EXPOSURE.rawValue]?.value == 156)
        #expect(driver.controls[CV4L2_WHITE_BALANCE_MODE.rawValue]?.value == 0)
        #expect(driver.controls[CV4L2_WHITE_BALANCE.rawValue]?.value == 4600)
        #expect(driver.controls[CV4L2_POWER_LINE.rawValue]?.value == 1)
    }

    @Test func automaticIsWhatTheCameraCallsSo() throws {
        let (driver, warnings) = try open(CameraControls(exposure: .automatic, whiteBalance: .automatic))
        #expect(warnings.isEmpty)
        #expect(driver.controls[CV4L2_EXPOSURE_MODE.rawValue]?.value == 3)
    }

    @Test func nothingAskedForIsNothingTouched() throws {
        let (driver, warnings) = try open(CameraControls())
        #expect(warnings.isEmpty && driver.asked[CV4L2_S_CTRL.rawValue] == nil)
    }

    @Test func whatACameraCannotDoIsAWarning() throws {
        let (driver, warnings) = try open(
            CameraControls(exposure: .fixed(9_999), focus: .automatic, powerLine: .automatic))
        #expect(
            warnings == [
                "exposure: 9999 is outside the camera's 3 to 2047", "the camera has no control of automatic focus",
                "the camera has no power line frequency as asked for",
            ])
        #expect(driver.controls[CV4L2_POWER_LINE.rawValue]?.value == 2)
    }

    @Test func aRefusalIsAWarningToo() throws {
        let driver = ScriptedDriver()
        driver.controls = Self.webcam
        driver.failures[CV4L2_S_CTRL.rawValue] = -16
        let camera = try V4L2Camera(driver, controls: CameraControls(powerLine: .hertz60))
        #expect(camera.warnings == ["the camera refused power line frequency of 2"])
    }
}
