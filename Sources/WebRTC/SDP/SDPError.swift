/// Why a text is not a session description (RFC 8866) that is worth reading on. Lines are counted from 1.
public enum SDPError: Error, Hashable, Sendable {
    case tooLarge
    case tooManyLines
    case lineTooLong(line: Int)
    case tooManyMediaSections
    case tooManyCandidates(mLineIndex: Int)
    /// Not of the form `<letter>=<value>`.
    case malformedLine(line: Int)
    /// A NUL or a carriage return inside a line.
    case illegalCharacter(line: Int)
    /// A type letter that is unknown, repeated, or not allowed where it stands.
    case unexpectedLine(line: Int)
    /// The line's value does not have its type's form.
    case malformedValue(line: Int)
    case missingLine(Character)
}

/// What one description may be at the most. The default refuses nothing that a browser sends.
public struct SDPLimits: Hashable, Sendable {
    /// Bytes of the whole text.
    public var size = 64 * 1024
    public var lines = 2000
    /// Bytes of one line.
    public var lineLength = 4096
    public var mediaSections = 16
    public var candidatesPerSection = 64

    public init() {}
}
