package import Devices
package import Primitives

/// A display that is shown on: a connector in a mode, with two buffers that are exchanged at the vertical blank.
///
/// What is presented is copied into the buffer that is not seen, of which only that is renewed which changed since it was
/// drawn last. Buffers are freed with it; the kernel then blanks the display. One thread.
package final class DRMOutput: DisplayOutput {
    package let name: String
    package let mode: DisplayMode
    private let card: any ModeSetting
    private let connector: UInt32
    private let crtc: UInt32
    private let connectorMode: ConnectorMode
    private let buffers: (ScanoutBuffer, ScanoutBuffer)
    private var flips = FlipState()
    private var checkedAt: Instant?

    private static let checkInterval = Interval.milliseconds(900)

    package init(
        card: any ModeSetting, connector: Connector, mode: ConnectorMode, crtc: UInt32
    ) throws(DeviceError) {
        (self.card, self.connector, self.crtc) = (card, connector.id, crtc)
        (name, self.mode, connectorMode) = (connector.name, mode.mode, mode)
        let first = try card.makeBuffer(width: mode.mode.width, height: mode.mode.height)
        do throws(DeviceError) {
            buffers = (first, try card.makeBuffer(width: mode.mode.width, height: mode.mode.height))
        } catch {
            card.free(first)
            throw error
        }
    }

    deinit {
        card.free(buffers.0)
        card.free(buffers.1)
    }

    package var descriptor: Int32 { card.descriptor }
    package var isReady: Bool { flips.isReady }

    package func present(
        _ pixels: RawSpan, stride: Int, damage: DamageHistory, at now: Instant
    ) throws(DeviceError) {
        precondition(isReady, "a picture is presented when the last one is seen")
        let back = flips.back == 0 ? buffers.0 : buffers.1
        draw(pixels, stride: stride, damage: damage, on: back)
        flips.drew(damage.serial)
        if flips.front == nil {
            try card.setMode(connectorMode, crtc: crtc, connector: connector, buffer: back)
            flips.showed()
        } else if try card.flip(to: back, crtc: crtc, token: flips.nextToken) {
            flips.began(at: now)
        } else {
            throw .stalled(name)
        }
    }

    private func draw(_ pixels: RawSpan, stride: Int, damage: DamageHistory, on buffer: ScanoutBuffer) {
        guard let changes = damage.since(flips.heldByBack) else {
            buffer.copy(
                PixelBox(x: 0, y: 0, width: buffer.width, height: buffer.height), from: pixels, stride: stride)
            return
        }
        for index in 0..<changes.count { buffer.copy(changes[index], from: pixels, stride: stride) }
    }

    package func update(at now: Instant) throws(DeviceError) {
        if let token = try card.finishedFlip() { flips.finished(token) }
        if flips.isOverdue(at: now) { throw .stalled(name) }
        if let checkedAt, now - checkedAt < Self.checkInterval { return }
        checkedAt = now
        let known = try card.connector(connector, probing: false)
        // A display that was exchanged for another has other modes, though it never seemed unplugged.
        let isStillThere = known.status != .disconnected && known.modes.contains { $0.mode == mode }
        if !isStillThere { throw .unplugged(name) }
    }
}
