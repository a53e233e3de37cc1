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
