package import Devices

/// One card's kernel mode setting: what libdrm is asked for, and nothing more. Tests answer in the kernel's place.
/// One thread at a time.
package protocol ModeSetting: AnyObject {
    /// Readable when a flip is done.
    var descriptor: Int32 { get }
    /// - Parameter probing: ask the displays themselves, which may take long; otherwise what the kernel last knew.
    func connectors(probing: Bool) throws(DeviceError) -> [Connector]
    /// One connector as `connectors`.
    func connector(_ id: UInt32, probing: Bool) throws(DeviceError) -> Connector
    func crtcs() throws(DeviceError) -> [UInt32]
    func makeBuffer(width: Int, height: Int) throws(DeviceError) -> ScanoutBuffer
    func free(_ buffer: ScanoutBuffer)
    func setMode(_ mode: ConnectorMode, crtc: UInt32, connector: UInt32, buffer: ScanoutBuffer) throws(DeviceError)
    /// Shows `buffer` from the next vertical blank on, of which `token` then tells.
    /// - Returns: false if the last flip is not done yet.
    func flip(to buffer: ScanoutBuffer, crtc: UInt32, token: UInt64) throws(DeviceError) -> Bool
    /// The token of the newest flip that is done; nil if none is.
    func finishedFlip() throws(DeviceError) -> UInt64?
}

/// Memory that a CRTC reads pixels from, four bytes each. Freed by whoever made it.
package struct ScanoutBuffer {
    package let framebuffer: UInt32
    package let handle: UInt32
    package let memory: UnsafeMutableRawBufferPointer
    package let width: Int
    package let height: Int
    /// Bytes from one line to the next.
    package let stride: Int

    /// - Precondition: `memory` holds `height` lines of `stride` bytes, and a line has room for `width` pixels.
    package init(
        framebuffer: UInt32, handle: UInt32, memory: UnsafeMutableRawBufferPointer, width: Int, height: Int, stride: Int
    ) {
        precondition(stride >= width * 4 && memory.count >= stride * height, "a buffer holds its picture")
        (self.framebuffer, self.handle, self.memory) = (framebuffer, handle, memory)
        (self.width, self.height, self.stride) = (width, height, stride)
    }

    /// Copies what is in `part` of a picture of the same size.
    func copy(_ part: PixelBox, from pixels: RawSpan, stride from: Int) {
        let part = part.intersection(PixelBox(x: 0, y: 0, width: width, height: height))
        precondition(pixels.byteCount >= from * height && from >= width * 4, "the picture has the buffer's size")
        pixels.withUnsafeBytes { source in
            for y in part.y..<part.bottom {
                let line = UnsafeRawBufferPointer(rebasing: source[(y * from + part.x * 4)...].prefix(part.width * 4))
                UnsafeMutableRawBufferPointer(rebasing: memory[(y * stride + part.x * 4)...]).copyMemory(from: line)
            }
        }
    }
}
