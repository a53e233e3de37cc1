/// Two rows of black and white blocks at a picture's top that a program can read back after encoding and scaling: the
/// frame's number, and its time in milliseconds.
///
/// A row is 40 blocks of width/40 (rounded down to even) pixels square: the marker 1 0 1 0, then 32 bits from the
/// highest, then 4 bits that are the exclusive-or of the eight groups of four. White is 1.
public enum PictureCode {
    public static let columns = 40

    /// Side of a block in pixels.
    public static func blockSize(width: Int) -> Int { max(2, width / columns & ~1) }

    /// The 40 bits of a row that says `value`, from left to right, in the low bits.
    static func row(_ value: UInt32) -> UInt64 { 0b1010 << 36 | UInt64(value) << 4 | UInt64(checksum(value)) }

    private static func checksum(_ value: UInt32) -> UInt8 {
        var sum: UInt32 = 0
        for shift in stride(from: UInt32(0), to: 32, by: 4) { sum ^= value >> shift & 15 }
        return UInt8(sum)
    }

    /// Draws both rows into an I420 picture of `width` × `height`.
    static func burn(
        frame: UInt32, milliseconds: UInt32, into luma: inout MutableSpan<UInt8>, width: Int, height: Int
    ) {
        let block = blockSize(width: width)
        guard block * columns <= width, block * 2 <= height else { return }
        for (line, value) in [(0, frame), (1, milliseconds)] {
            let bits = row(value)
            for column in 0..<columns {
                let shade: UInt8 = bits >> UInt64(columns - 1 - column) & 1 == 1 ? 235 : 16
                for y in line * block..<(line + 1) * block {
                    for x in column * block..<(column + 1) * block { luma[y * width + x] = shade }
                }
            }
        }
    }

    /// Reads a row of a picture's luma back. Nil if the marker or the checksum is not there.
    public static func read(row line: Int, luma: Span<UInt8>, width: Int, height: Int, stride: Int) -> UInt32? {
        let block = blockSize(width: width)
        guard line >= 0, block * columns <= width, (line + 1) * block <= height, stride >= width,
            luma.count >= (height - 1) * stride + width
        else { return nil }
        var bits: UInt64 = 0
        for column in 0..<columns {
            let shade = luma[(line * block + block / 2) * stride + column * block + block / 2]
            bits = bits << 1 | (shade > 125 ? 1 : 0)
        }
        let value = UInt32(truncatingIfNeeded: bits >> 4)
        return bits == row(value) ? value : nil
    }
}
