import CYUV
import Devices

/// A picture kept in memory of its own, reused from frame to frame. It changes hands whole, under a lock.
final class PictureBuffer: @unchecked Sendable {
    private(set) var width = 0
    private(set) var height = 0
    private var planes: UnsafeMutableBufferPointer<UInt8> = .allocate(capacity: 0)
    /// The picture's number among those of its source; 0 for none.
    private(set) var generation: UInt64 = 0

    deinit { planes.deallocate() }

    var isEmpty: Bool { width == 0 }
    var strideUV: Int { (width + 1) / 2 }
    private var sizeY: Int { width * height }
    private var sizeUV: Int { strideUV * ((height + 1) / 2) }

    private func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8>? {
        if planes.count < count {
            planes.deallocate()
            planes = .allocate(capacity: count)
            planes.initialize(repeating: 0)
        }
        return planes.baseAddress
    }

    private func resize(width: Int, height: Int) -> UnsafeMutablePointer<UInt8>? {
        (self.width, self.height) = (width, height)
        return reserve(sizeY + 2 * sizeUV)
    }

    func copy(_ picture: I420View, generation: UInt64) {
        guard let base = resize(width: picture.width, height: picture.height) else { return }
        self.generation = generation
        I420Copy(
            picture.y, Int32(picture.strideY), picture.u, Int32(picture.strideUV), picture.v, Int32(picture.strideUV),
            base, Int32(width), base + sizeY, Int32(strideUV), base + sizeY + sizeUV, Int32(strideUV), Int32(width),
            Int32(height))
    }

    /// The picture of `source`, scaled into this buffer; nothing if it is that already.
    func scale(_ source: PictureBuffer, width: Int, height: Int) {
        guard generation != source.generation || self.width != width || self.height != height,
            let from = source.planes.baseAddress, !source.isEmpty,
            let base = resize(width: width, height: height)
        else { return }
        generation = source.generation
        I420Scale(
            from, Int32(source.width), from + source.sizeY, Int32(source.strideUV),
            from + source.sizeY + source.sizeUV, Int32(source.strideUV), Int32(source.width), Int32(source.height),
            base, Int32(width), base + sizeY, Int32(strideUV), base + sizeY + sizeUV, Int32(strideUV), Int32(width),
            Int32(height), kFilterBox)
    }

    /// Writes the part of the picture that lies in `part` into `canvas`, the picture's top left being at `x`, `y`. Where it
    /// begins within the picture has to be even both ways, as four pixels share their colour.
    func paint(on canvas: Canvas, x: Int, y: Int, part: PixelBox) {
        guard let base = planes.baseAddress, !isEmpty else { return }
        let part = part.intersection(PixelBox(x: x, y: y, width: width, height: height))
            .intersection(PixelBox(x: 0, y: 0, width: canvas.width, height: canvas.height))
        guard !part.isEmpty else { return }
        let (dx, dy) = (part.x - x, part.y - y)
        precondition(dx % 2 == 0 && dy % 2 == 0, "a part of a picture begins at a whole sample of colour")
        let u = base + sizeY + dy / 2 * strideUV + dx / 2
        I420ToARGB(
            base + dy * width + dx, Int32(width), u, Int32(strideUV), u + sizeUV, Int32(strideUV),
            canvas.pixels + part.y * canvas.stride + part.x * 4, Int32(canvas.stride), Int32(part.width),
            Int32(part.height))
    }

    /// Forgets the picture and its bytes.
    func wipe() {
        planes.update(repeating: 0)
        (width, height, generation) = (0, 0, 0)
    }
}
