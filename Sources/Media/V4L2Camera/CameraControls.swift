import CV4L2
import Devices

extension CameraControls {
    /// Sets them, each after asking whether the camera has it.
    /// - Returns: in words, what it has not or refused. A picture with the wrong exposure is better than none.
    func apply<Driver: VideoDriver>(to driver: Driver) -> [String] {
        var writer = ControlWriter(driver: driver)
        switch exposure {
        case .automatic?:
            // Most webcams leave the lens open and choose the time alone, and call that aperture priority.
            let modes = [V4L2_EXPOSURE_AUTO, V4L2_EXPOSURE_APERTURE_PRIORITY].map { Int32(bitPattern: $0.rawValue) }
            writer.setFirst(of: modes, CV4L2_EXPOSURE_MODE, "automatic exposure")
        case .fixed(let value)?:
            let modes = [V4L2_EXPOSURE_MANUAL, V4L2_EXPOSURE_SHUTTER_PRIORITY].map { Int32(bitPattern: $0.rawValue) }
            writer.setFirst(of: modes, CV4L2_EXPOSURE_MODE, "fixed exposure")
            writer.set(CV4L2_EXPOSURE, value, "exposure")
        case nil: break
        }
        writer.set(
            whiteBalance, mode: CV4L2_WHITE_BALANCE_MODE, value: CV4L2_WHITE_BALANCE, "white balance")
        writer.set(focus, mode: CV4L2_FOCUS_MODE, value: CV4L2_FOCUS, "focus")
        if let powerLine {
            writer.setFirst(of: [Int32(powerLine.rawValue)], CV4L2_POWER_LINE, "power line frequency")
        }
        return writer.warnings
    }
}

/// Sets controls one after another and keeps what could not be.
private struct ControlWriter<Driver: VideoDriver> {
    let driver: Driver
    var warnings: [String] = []

    mutating func set(_ setting: CameraControls.Setting?, mode: cv4l2_control, value: cv4l2_control, _ name: String) {
        switch setting {
        case .automatic?: set(mode, 1, "automatic \(name)")
        case .fixed(let number)?:
            // A camera without the automatic has nothing to switch off.
            if control(mode) != nil { set(mode, 0, "fixed \(name)") }
            set(value, number, name)
        case nil: break
        }
    }

    mutating func set(_ number: cv4l2_control, _ value: Int, _ name: String) {
        guard let control = control(number) else {
            warnings.append("the camera has no control of \(name)")
            return
        }
        guard value >= Int(control.minimum), value <= Int(control.maximum) else {
            warnings.append("\(name): \(value) is outside the camera's \(control.minimum) to \(control.maximum)")
            return
        }
        write(number, Int32(clamping: value), name)
    }

    /// Sets a menu to the first of `values` that it has.
    mutating func setFirst(of values: [Int32], _ number: cv4l2_control, _ name: String) {
        guard control(number) != nil else {
            warnings.append("the camera has no control of \(name)")
            return
        }
        for value in values where hasItem(value, in: number) {
            write(number, value, name)
            return
        }
        warnings.append("the camera has no \(name) as asked for")
    }

    /// Nil if the camera does not have it, or not to be written.
    private func control(_ number: cv4l2_control) -> v4l2_queryctrl? {
        var answer = v4l2_queryctrl()
        answer.id = number.rawValue
        guard driver.ask(CV4L2_QUERYCTRL, about: &answer) >= 0 else { return nil }
        let unusable = UInt32(V4L2_CTRL_FLAG_DISABLED) | UInt32(V4L2_CTRL_FLAG_READ_ONLY)
        return answer.flags & unusable == 0 ? answer : nil
    }

    private func hasItem(_ item: Int32, in number: cv4l2_control) -> Bool {
        var answer = v4l2_querymenu()
        answer.id = number.rawValue
        answer.index = UInt32(bitPattern: item)
        return driver.ask(CV4L2_QUERYMENU, about: &answer) >= 0
    }

    private mutating func write(_ number: cv4l2_control, _ value: Int32, _ name: String) {
        var control = v4l2_control()
        control.id = number.rawValue
        control.value = value
        if driver.ask(CV4L2_S_CTRL, about: &control) < 0 { warnings.append("the camera refused \(name) of \(value)") }
    }
}
