import Devices
import LinuxIO
import MediaControl
import Primitives

/// Whether a device shall be open, and since when it is. Written by the control thread and by the device's own.
final class DeviceSwitch: Sendable {
    let kind: DeviceKind
    private let wanted = Flag()
    private let cut = Flag()
    private let failing = Flag()
    private let openedAt = Gauge(.max)

    init(_ kind: DeviceKind) { self.kind = kind }

    /// Whether the device is to be open: asked for, and not cut.
    var isWanted: Bool { wanted.isSet && !cut.isSet }

    /// What kioskd asks for, whether or not the device is cut.
    var isAsked: Bool {
        get { wanted.isSet }
        set { wanted.set(newValue) }
    }

    /// The privacy switch is on: whatever is asked for, the device is not opened, and closes if it is open.
    var isCut: Bool {
        get { cut.isSet }
        set { cut.set(newValue) }
    }

    /// It was opened, or tried to be, and does not do what it should; it is tried again.
    var isFailing: Bool { failing.isSet }

    /// When the device was opened; nothing taken before may be sent. `.distantFuture` while it is closed.
    var openSince: Instant { Instant(nanoseconds: openedAt.current) }
    var isOpen: Bool { openSince != .distantFuture }

    /// The device has been opened; tells kioskd.
    func opened(_ detail: String, now: Instant, control: ControlLink) {
        openedAt.set(now.nanoseconds)
        failing.set(false)
        control.post(.deviceState(device: kind, state: .open, detail: detail))
    }

    /// The device is about to be closed: what it delivered is not used any more.
    func closing() { openedAt.set(.max) }

    /// The device has been closed; tells kioskd.
    func closed(control: ControlLink) {
        failing.set(false)
        control.post(.deviceState(device: kind, state: .closed, detail: ""))
    }

    func failed(_ error: DeviceError, control: ControlLink) {
        openedAt.set(.max)
        failing.set()
        control.post(.deviceState(device: kind, state: .failed, detail: error.detail))
    }
}

extension DeviceError {
    /// In words, for whoever must mend it.
    var detail: String { words { SystemError(errno: $0, operation: $1).description } }
}
