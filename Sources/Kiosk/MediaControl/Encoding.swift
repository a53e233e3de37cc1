import Primitives

/// Lets `write` fill a message and returns its bytes.
func encodedMessage(_ write: (inout ByteWriter) -> Void) throws(MediaControlError) -> [UInt8] {
    // Most messages are a few dozen bytes; a description is a few thousand.
    var capacity = 1_024
    while true {
        var bytes = [UInt8](repeating: 0, count: capacity)
        let (count, overflowed) = unsafe bytes.withUnsafeMutableBytes { memory in
            var fields = unsafe ByteWriter(memory.mutableBytes)  // used inside this call only
            write(&fields)
            return (fields.count, fields.overflowed)
        }
        if !overflowed {
            bytes.removeLast(capacity - count)
            return bytes
        }
        guard capacity < MediaControl.maximumMessageSize else { throw .tooLong }
        capacity = min(capacity * 8, MediaControl.maximumMessageSize)
    }
}
