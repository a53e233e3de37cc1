import CDRM
import Devices
import Glibc
import LinuxIO

/// A card of this machine, open, with the right to set modes as long as this lives.
final class KernelCard: ModeSetting {
    /// "/dev/dri/card0"
    let path: String
    /// "vc4", "virtio_gpu"
    let driver: String
    private let file: FileDescriptor

    /// Bounds of what a card is asked about.
    private static let mostObjects = 32

    /// - Parameter asMaster: whether modes are to be set; otherwise the card is only looked at.
    init(path: String, asMaster: Bool) throws(DeviceError) {
        let raw = callpoint_drm_open(path)
        switch -raw {
        case ENOENT, ENODEV, ENXIO: throw .notFound(path)
        case EBUSY: throw .busy(path)
        case 1...: throw .failed(errno: -raw, operation: "open \(path)")
        default: break
        }
        file = FileDescriptor(owning: raw)
        self.path = path
        var name = [CChar](repeating: 0, count: 32)
        driver =
            callpoint_drm_driver(raw, &name, UInt32(name.count)) == 0
            ? String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : "unknown"
        if asMaster, callpoint_drm_master(raw) != 1 { throw .busy(path) }
    }

    var descriptor: Int32 { file.raw }

    @discardableResult
    private func check(_ result: Int32, _ operation: @autoclosure () -> String) throws(DeviceError) -> Int {
        guard result < 0 else { return Int(result) }
        switch -result {
        case ENODEV, ENXIO: throw .unplugged(path)
        // Another program has become the one that sets modes.
        case EACCES, EPERM: throw .busy(path)
        default: throw .failed(errno: -result, operation: "\(operation()) on \(path)")
        }
    }

    private func ids(
        _ operation: String, _ ask: (Int32, UnsafeMutablePointer<UInt32>?, UInt32) -> Int32
    ) throws(DeviceError) -> [UInt32] {
        var ids = [UInt32](repeating: 0, count: Self.mostObjects)
        let count = try check(
            ids.withUnsafeMutableBufferPointer { ask(file.raw, $0.baseAddress, UInt32($0.count)) }, operation)
        return Array(ids.prefix(count))
    }

    func crtcs() throws(DeviceError) -> [UInt32] { try ids("list CRTCs", callpoint_drm_crtcs) }

    func connectors(probing: Bool) throws(DeviceError) -> [Connector] {
        var found: [Connector] = []
        for id in try ids("list connectors", callpoint_drm_connectors) {
            do throws(DeviceError) {
                found.append(try connector(id, probing: probing))
            } catch .failed(ENOENT, _) {
                continue  // of a dock that was just taken away
            }
        }
        return found
    }

    func connector(_ id: UInt32, probing: Bool) throws(DeviceError) -> Connector {
        var answer = callpoint_drm_connector()
        try check(callpoint_drm_connector(file.raw, id, probing ? 1 : 0, &answer), "read connector \(id)")
        return Connector(answer)
    }

    func makeBuffer(width: Int, height: Int) throws(DeviceError) -> ScanoutBuffer {
        var made = callpoint_drm_buffer()
        try check(
            callpoint_drm_create_buffer(file.raw, UInt32(clamping: width), UInt32(clamping: height), &made),
            "make a buffer of \(width)x\(height)")
        return ScanoutBuffer(
            framebuffer: made.framebuffer, handle: made.handle,
            memory: UnsafeMutableRawBufferPointer(start: made.memory, count: Int(clamping: made.size)),
            width: width, height: height, stride: Int(made.stride))
    }

    func free(_ buffer: ScanoutBuffer) {
        var made = callpoint_drm_buffer()
        (made.framebuffer, made.handle) = (buffer.framebuffer, buffer.handle)
        (made.memory, made.size) = (buffer.memory.baseAddress, UInt64(buffer.memory.count))
        callpoint_drm_destroy_buffer(file.raw, &made)
    }

    func setMode(
        _ mode: ConnectorMode, crtc: UInt32, connector: UInt32, buffer: ScanoutBuffer
    ) throws(DeviceError) {
        var kernel = mode.kernel
        try check(
            callpoint_drm_set_mode(file.raw, crtc, connector, buffer.framebuffer, &kernel), "set mode \(mode.mode)")
    }

    func flip(to buffer: ScanoutBuffer, crtc: UInt32, token: UInt64) throws(DeviceError) -> Bool {
        let result = callpoint_drm_flip(file.raw, crtc, buffer.framebuffer, token)
        if result == -EBUSY { return false }
        try check(result, "flip")
        return true
    }

    func finishedFlip() throws(DeviceError) -> UInt64? {
        var newest: UInt64?
        var event = callpoint_drm_flip_event()
        while try check(callpoint_drm_read_events(file.raw, &event, 1), "read events") > 0 { newest = event.user }
        return newest
    }

    /// The cards of this machine, by number. Which number a card gets may differ from start to start.
    static var paths: [String] {
        (0..<16).map { "/dev/dri/card\($0)" }.filter { access($0, F_OK) == 0 }
    }
}

extension Connector {
    init(_ answer: callpoint_drm_connector) {
        let type = withUnsafeBytes(of: answer.type) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let status: Status =
            switch answer.status {
            case 1: .connected
            case 2: .disconnected
            default: .unknown
            }
        let modes = withUnsafeBytes(of: answer.modes) { bytes in
            bytes.bindMemory(to: callpoint_drm_mode.self).prefix(Int(answer.mode_count)).map { ConnectorMode($0) }
        }
        self.init(
            id: answer.id, name: "\(type)-\(answer.type_index)", status: status, modes: modes,
            possibleCRTCs: answer.possible_crtcs)
    }
}
