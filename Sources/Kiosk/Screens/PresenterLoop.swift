package import Devices
package import Primitives

/// What the display's thread does each time it wakes: opens the display, draws, presents. Reads no clock and waits for
/// nothing.
package struct PresenterLoop {
    private let screen: VirtualDisplay
    private let displays: any DisplayBackend
    private let report: (DisplayCondition) -> Void
    private var output: (any DisplayOutput)?
    private var presented: UInt64?
    private var condition: DisplayCondition?
    private var retryAt: Instant?

    /// Between attempts to open, and between looks at the connector.
    package static let pace = Interval.seconds(1)

    package init(
        screen: VirtualDisplay, displays: any DisplayBackend, report: @escaping (DisplayCondition) -> Void
    ) {
        (self.screen, self.displays, self.report) = (screen, displays, report)
    }

    /// What to wait for beside the time; nil while there is no display.
    package var descriptor: Int32? { output?.descriptor }

    /// - Returns: when it wants to be called again at the latest.
    package mutating func step(at now: Instant) -> Instant {
        do throws(DeviceError) {
            if output == nil {
                if let retryAt, now < retryAt { return retryAt }
                try open()
            }
            return try show(at: now)
        } catch {
            close()
            note(.dark(error))
            let next = now + Self.pace
            retryAt = next
            return next
        }
    }

    package mutating func close() {
        output = nil
        screen.setShown(false)
    }

    private mutating func open() throws(DeviceError) {
        let output = try displays.openDisplay()
        screen.resize(width: output.mode.width, height: output.mode.height)
        screen.setShown(true)
        self.output = output
        presented = nil
        note(.shows(name: output.name, mode: output.mode))
    }

    private mutating func show(at now: Instant) throws(DeviceError) -> Instant {
        guard let output else { return now + Self.pace }
        try output.update(at: now)
        if output.isReady {
            let serial = try screen.withFrame(at: now, newerThan: presented) { frame throws(DeviceError) -> UInt64 in
                try output.present(
                    RawSpan(_unsafeBytes: frame.pixels), stride: frame.stride, damage: frame.damage, at: now)
                return frame.serial
            }
            if let serial { presented = serial }
        }
        let check = now + Self.pace
        // Until the vertical blank nothing can be shown; the display's descriptor tells when that was.
        return output.isReady ? min(check, screen.nextChange(after: now)) : check
    }

    /// Reports what is new, so that a display that stays away is told of once.
    private mutating func note(_ condition: DisplayCondition) {
        guard condition != self.condition else { return }
        self.condition = condition
        report(condition)
    }
}
