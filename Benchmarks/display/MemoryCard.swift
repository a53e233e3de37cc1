import DRMDisplay
import Devices

/// A card whose buffers are ordinary memory and whose vertical blank has always just been.
final class MemoryCard: ModeSetting {
    private let mode: ConnectorMode
    private var token: UInt64?
    private var made: UInt32 = 0

    init(mode: ConnectorMode) { self.mode = mode }

    var descriptor: Int32 { -1 }
    func connectors(probing: Bool) throws(DeviceError) -> [Connector] { [try connector(1, probing: probing)] }
    func connector(_ id: UInt32, probing: Bool) throws(DeviceError) -> Connector {
        Connector(id: id, name: "Memory-1", status: .connected, modes: [mode], possibleCRTCs: 1)
    }
    func crtcs() throws(DeviceError) -> [UInt32] { [1] }
    func makeBuffer(width: Int, height: Int) throws(DeviceError) -> ScanoutBuffer {
        made += 1
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: width * 4 * height, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        return ScanoutBuffer(
            framebuffer: made, handle: made, memory: memory, width: width, height: height, stride: width * 4)
    }
    func free(_ buffer: ScanoutBuffer) { buffer.memory.deallocate() }
    func setMode(
        _ mode: ConnectorMode, crtc: UInt32, connector: UInt32, buffer: ScanoutBuffer
    ) throws(DeviceError) {}
    func flip(to buffer: ScanoutBuffer, crtc: UInt32, token: UInt64) throws(DeviceError) -> Bool {
        self.token = token
        return true
    }
    func finishedFlip() throws(DeviceError) -> UInt64? {
        defer { token = nil }
        return token
    }
}

/// Opens `card` for the presenter.
final class MemoryDisplays: DisplayBackend, @unchecked Sendable {  // the bench has one thread
    private let card: MemoryCard
    init(card: MemoryCard) { self.card = card }
    func openDisplay() throws(DeviceError) -> any DisplayOutput { try DRMDisplay.open(nil, nil, on: card) }
}
