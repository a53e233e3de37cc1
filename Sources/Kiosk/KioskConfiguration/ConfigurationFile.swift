import Glibc

/// Reads a configuration file strictly: every problem in it is found, and any problem refuses it as a whole.
package enum ConfigurationFile {
    package static func decode<Value>(
        _ bytes: [UInt8], file: String, _ read: (ConfigurationSection) -> Value
    ) throws(ConfigurationError) -> Value {
        let source = ConfigurationSection.Source(file: file)
        let root: YAMLNode?
        do throws(YAMLDocument.Failure) {
            root = try YAMLDocument.parse(bytes)
        } catch {
            throw ConfigurationError(problems: [
                .init(file: file, line: error.line, key: "", message: error.message)
            ])
        }
        let section = ConfigurationSection(root: root, source: source)
        let value = read(section)
        section.rejectUnknownKeys()
        guard source.problems.isEmpty else {
            throw ConfigurationError(problems: source.problems.sorted { $0.line < $1.line })
        }
        return value
    }

    /// Every key that `read` asks for, dotted and sorted.
    package static func keys<Value>(_ read: (ConfigurationSection) -> Value) -> [String] {
        let source = ConfigurationSection.Source(file: "")
        _ = read(ConfigurationSection(root: nil, source: source))
        return Set(source.keys).sorted()
    }

    /// The file's bytes, at most one more than a configuration may have.
    package static func contents(of path: String) throws(ConfigurationError) -> [UInt8] {
        func failed(_ message: String) -> ConfigurationError {
            ConfigurationError(problems: [.init(file: path, line: 0, key: "", message: message)])
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failed("cannot be opened: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: YAMLDocument.sizeLimit + 1)
        var count = 0
        while count < bytes.count {
            let n = bytes.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress.map { $0 + count }, $0.count - count)
            }
            if n < 0, errno == EINTR { continue }
            guard n >= 0 else { throw failed("cannot be read: \(String(cString: strerror(errno)))") }
            if n == 0 { break }
            count += n
        }
        return Array(bytes.prefix(count))
    }
}
