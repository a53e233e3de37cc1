/// Why a device cannot be used, in the terms of whoever must mend it.
public enum DeviceError: Error, Equatable, Sendable {
    /// No device of that name is there, or it has gone.
    case notFound(String)
    /// Another process has it.
    case busy(String)
    /// It was there and was unplugged.
    case unplugged(String)
    /// It is there and delivers nothing.
    case stalled(String)
    /// It offers nothing that can be used: what it offers, or what is wrong with the file.
    case unsupported(String)
    /// A system call on it failed.
    case failed(errno: Int32, operation: String)
}

extension DeviceError {
    /// For whoever must mend it.
    /// - Parameter systemError: an error number of the system's and the operation, in words.
    public func words(_ systemError: (Int32, String) -> String) -> String {
        switch self {
        case .notFound(let name): "\(name) is not there"
        case .busy(let name): "\(name) is in use by another process"
        case .unplugged(let name): "\(name) was unplugged"
        case .stalled(let name): "\(name) delivers nothing"
        case .unsupported(let what): what
        case .failed(let errno, let operation): systemError(errno, operation)
        }
    }
}
