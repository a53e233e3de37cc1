/// Something about a person or a network: a name, an address, a token. Logs get a tag that tells two apart and nothing
/// else; only who says `.value` gets the thing itself.
public struct Redacted<Value: Sendable & Hashable>: Sendable, Hashable, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    public let value: Value

    public init(_ value: Value) { self.value = value }

    /// Four hexadecimal digits that are the same for equal values within one run of the process, whose hash is seeded
    /// anew each time: enough to follow one caller through a log, too little to recognise one.
    public var description: String {
        let digits = String(UInt16(truncatingIfNeeded: value.hashValue), radix: 16)
        return "‹" + String(repeating: "0", count: 4 - digits.count) + digits + "›"
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
