/// Why a codec did not do what was asked. None of them leaves the codec unusable.
public enum CodecError: Error, Equatable, Sendable {
    /// A picture's size is none, or more than `PictureLimits` allow.
    case unsupportedDimensions
    /// The samples or planes handed over are fewer than said.
    case incompleteInput
    /// The output does not fit into the buffer handed over.
    case outputTooLarge
    /// Frames before the first key frame, or after one that was lost, cannot be decoded.
    case needsKeyFrame
    /// The bytes are not what the codec's standard says.
    case corrupt
    /// A setting that the codec does not have.
    case unsupportedConfiguration
    /// The library refused for a reason of its own, with its number.
    case library(Int32)
}

/// What is checked before libvpx sees a size: it has had faults in its own checks (CVE-2024-5197).
public enum PictureLimits {
    public static let maximumWidth = 1_920
    public static let maximumHeight = 1_080
    public static let minimumWidth = 16
    public static let minimumHeight = 16
}
