import DRMDisplay
import Devices

/// A card that answers as it is told to, and notes what it is asked for. One thread.
final class ScriptedCard: ModeSetting {
    var known: [Connector]
    var crtcNumbers: [UInt32] = [41, 42]
    /// The lines of buffers are longer than their pixels, as real ones' are.
    var padding = 64
    var buffersLeft = 8
    /// Flips asked for: the framebuffer and the token.
    private(set) var flips: [(framebuffer: UInt32, token: UInt64)] = []
    private(set) var modesSet: [(framebuffer: UInt32, crtc: UInt32, connector: UInt32)] = []
    private(set) var probes = 0
    private(set) var live: [UInt32: UnsafeMutableRawBufferPointer] = [:]
    var finished: UInt64?
    var flipRefusal: DeviceError?
    var isBusy = false
    private var made: UInt32 = 0

    init(_ known: [Connector]) { self.known = known }

    static func connector(
        _ name: String = "HDMI-A-1", id: UInt32 = 7, _ status: Connector.Status = .connected,
        _ modes: [ConnectorMode] = [ModeRequestTests.mode(320, 240, preferred: true)], crtcs: UInt32 = 0b10
    ) -> Connector {
        Connector(id: id, name: name, status: status, modes: modes, possibleCRTCs: crtcs)
    }

    var descriptor: Int32 { 0 }
    func connectors(probing: Bool) throws(DeviceError) -> [Connector] {
        probes += probing ? 1 : 0
        return known
    }
    func connector(_ id: UInt32, probing: Bool) throws(DeviceError) -> Connector {
        guard let connector = known.first(where: { $0.id == id }) else { throw .unplugged("connector \(id)") }
        return connector
    }
    func crtcs() throws(DeviceError) -> [UInt32] { crtcNumbers }

    func makeBuffer(width: Int, height: Int) throws(DeviceError) -> ScanoutBuffer {
        guard buffersLeft > 0 else { throw .failed(errno: 12, operation: "make a buffer") }
        buffersLeft -= 1
        made += 1
        let stride = width * 4 + padding
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: stride * height, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        live[made] = memory
        return ScanoutBuffer(
            framebuffer: made, handle: made, memory: memory, width: width, height: height, stride: stride)
    }
    func free(_ buffer: ScanoutBuffer) { live.removeValue(forKey: buffer.framebuffer)?.deallocate() }

    func setMode(
        _ mode: ConnectorMode, crtc: UInt32, connector: UInt32, buffer: ScanoutBuffer
    ) throws(DeviceError) { modesSet.append((buffer.framebuffer, crtc, connector)) }

    func flip(to buffer: ScanoutBuffer, crtc: UInt32, token: UInt64) throws(DeviceError) -> Bool {
        if let flipRefusal { throw flipRefusal }
        if isBusy { return false }
        flips.append((buffer.framebuffer, token))
        return true
    }
    func finishedFlip() throws(DeviceError) -> UInt64? {
        defer { finished = nil }
        return finished
    }

    /// The byte at a pixel of the buffer that is seen.
    func seen(_ x: Int, _ y: Int) -> UInt8? {
        guard let number = flips.last?.framebuffer ?? modesSet.last?.framebuffer, let memory = live[number] else {
            return nil
        }
        return memory[y * (320 * 4 + padding) + x * 4]
    }
}

/// A picture of 320×240 that is painted in boxes of one value and notes what was painted.
struct Painting {
    var bytes = [UInt8](repeating: 0, count: 320 * 240 * 4)
    var damage = DamageHistory()

    mutating func paint(_ value: UInt8, _ box: PixelBox) {
        for y in box.y..<box.bottom {
            for x in box.x * 4..<box.right * 4 { bytes[y * 1280 + x] = value }
        }
        damage.note(DirtyRegion(box))
    }
}
