import Primitives

/// The fields that messages are made of. A text is its length in 32 bits and its UTF-8; an optional is a byte, 0 or 1,
/// before the value; a list is its length in 16 bits before the elements.
extension ByteWriter {
    @_lifetime(self: copy self)
    mutating func writeText(_ text: String) {
        let bytes = Array(text.utf8)
        write(UInt32(clamping: bytes.count))
        write(bytes)
    }

    @_lifetime(self: copy self)
    mutating func writeFlag(_ flag: Bool) { write(UInt8(flag ? 1 : 0)) }

    @_lifetime(self: copy self)
    mutating func writeOptionalText(_ text: String?) {
        writeFlag(text != nil)
        if let text { writeText(text) }
    }

    @_lifetime(self: copy self)
    mutating func writeOptional<T: FixedWidthInteger & BitwiseCopyable>(_ value: T?) {
        writeFlag(value != nil)
        if let value { write(value) }
    }

    /// A list longer than `MediaControl.maximumListLength` does not fit.
    @_lifetime(self: copy self)
    mutating func writeLength(_ count: Int) {
        if count > MediaControl.maximumListLength { pad(remaining + 1) }  // sets `overflowed`
        write(UInt16(clamping: count))
    }

    /// What is not finite crosses as 0.
    @_lifetime(self: copy self)
    mutating func writeNumber(_ number: Double) { write((number.isFinite ? number : 0).bitPattern) }

    /// What is not finite crosses as silence.
    @_lifetime(self: copy self)
    mutating func writeLevel(_ level: Float) { write((level.isFinite ? level : -127).bitPattern) }

    @_lifetime(self: copy self)
    mutating func write(_ frame: FrameDescription) {
        write(frame.slot)
        write(UInt16(clamping: frame.width))
        write(UInt16(clamping: frame.height))
        write(UInt16(clamping: frame.strideY))
        write(UInt16(clamping: frame.strideUV))
        write(frame.timestamp.nanoseconds)
    }
}

extension ByteReader {
    @_lifetime(self: copy self)
    mutating func byte() throws(MediaControlError) -> UInt8 {
        guard let value = readUInt8() else { throw .truncated }
        return value
    }

    @_lifetime(self: copy self)
    mutating func short() throws(MediaControlError) -> UInt16 {
        guard let value = readUInt16() else { throw .truncated }
        return value
    }

    @_lifetime(self: copy self)
    mutating func word() throws(MediaControlError) -> UInt32 {
        guard let value = readUInt32() else { throw .truncated }
        return value
    }

    @_lifetime(self: copy self)
    mutating func long() throws(MediaControlError) -> UInt64 {
        guard let value = readUInt64() else { throw .truncated }
        return value
    }

    @_lifetime(self: copy self)
    mutating func flag() throws(MediaControlError) -> Bool {
        switch try byte() {
        case 0: return false
        case 1: return true
        default: throw .invalidField
        }
    }

    @_lifetime(self: copy self)
    mutating func value<T: RawRepresentable>(_: T.Type) throws(MediaControlError) -> T where T.RawValue == UInt8 {
        guard let value = T(rawValue: try byte()) else { throw .invalidField }
        return value
    }

    @_lifetime(self: copy self)
    mutating func text() throws(MediaControlError) -> String {
        let count = try word()
        guard let bytes = readBytes(Int(count)) else { throw .truncated }
        guard let text = String(validating: bytes.toArray(), as: UTF8.self) else { throw .invalidText }
        return text
    }

    @_lifetime(self: copy self)
    mutating func optionalText() throws(MediaControlError) -> String? { try flag() ? try text() : nil }

    @_lifetime(self: copy self)
    mutating func optionalWord() throws(MediaControlError) -> UInt32? { try flag() ? try word() : nil }

    @_lifetime(self: copy self)
    mutating func optionalShort() throws(MediaControlError) -> UInt16? { try flag() ? try short() : nil }

    /// A list's length; `size` is the fewest bytes an element has, so that a false length reserves nothing.
    @_lifetime(self: copy self)
    mutating func length(elementsOf size: Int) throws(MediaControlError) -> Int {
        let count = Int(try short())
        guard count <= MediaControl.maximumListLength else { throw .invalidField }
        guard count * size <= remaining else { throw .truncated }
        return count
    }

    @_lifetime(self: copy self)
    mutating func frame() throws(MediaControlError) -> FrameDescription {
        let slot = try word()
        let (width, height) = (Int(try short()), Int(try short()))
        let (strideY, strideUV) = (Int(try short()), Int(try short()))
        let frame = FrameDescription(
            slot: slot, width: width, height: height, strideY: strideY, strideUV: strideUV,
            timestamp: Instant(nanoseconds: Int64(bitPattern: try long())))
        guard frame.isSound else { throw .invalidField }
        return frame
    }

    @_lifetime(self: copy self)
    mutating func level() throws(MediaControlError) -> Float {
        let level = Float(bitPattern: try word())
        guard level.isFinite else { throw .invalidField }
        return level
    }

    @_lifetime(self: copy self)
    mutating func number() throws(MediaControlError) -> Double {
        let number = Double(bitPattern: try long())
        guard number.isFinite else { throw .invalidField }
        return number
    }

    borrowing func end() throws(MediaControlError) {
        guard isAtEnd else { throw .trailingBytes }
    }
}
