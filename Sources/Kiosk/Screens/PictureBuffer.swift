import CYUV

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

    /// The picture of `source`, scaled (and mirrored) into this buffer.
    func scale(_ source: PictureBuffer, width: Int, height: Int) {
        guard let from = source.planes.baseAddress, !source.isEmpty,
            let base = resize(width: width, height: height)
        else { return }
        generation = source.generation
        I420Scale(
            from, Int32(source.width), from + source.sizeY, Int32(source.strideUV),
            from + source.sizeY + source.sizeUV, Int32(source.strideUV), Int32(source.width), Int32(source.height),
            base, Int32(width), base + sizeY, Int32(strideUV), base + sizeY + sizeUV, Int32(strideUV), Int32(width),
            Int32(height), kFilterBox)
    }

    /// Writes the picture into `canvas` with its top left at `x`, `y`, where it must fit.
    func paint(on canvas: Canvas, x: Int, y: Int) {
        guard let base = planes.baseAddress, !isEmpty, x >= 0, y >= 0, x + width <= canvas.width,
            y + height <= canvas.height
        else { return }
        canvas.flush()
        I420ToARGB(
            base, Int32(width), base + sizeY, Int32(strideUV), base + sizeY + sizeUV, Int32(strideUV),
            canvas.pixels + y * canvas.stride + x * 4, Int32(canvas.stride), Int32(width), Int32(height))
        canvas.touched()
    }

    /// Forgets the picture and its bytes.
    func wipe() {
        planes.update(repeating: 0)
        (width, height, generation) = (0, 0, 0)
    }
}
