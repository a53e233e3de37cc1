import Glibc

/// The console's files, read once when the server starts.
package struct ConsoleFiles: Sendable {
    package struct File: Sendable {
        package var content: [UInt8]
        package var contentType: String
        package var entityTag: String
    }

    private var files: [String: File] = [:]
    private static let sizeLimit = 16 * 1024 * 1024
    private static let fileLimit = 1000

    package var isEmpty: Bool { files.isEmpty }

    /// Reads `directory` and what is in it; where it cannot, there are no files.
    package init(directory: String) { read(directory, prefix: "/", depth: 0) }

    /// Where the files are unless told otherwise: beside the program as the build leaves them, else where a package puts them.
    package static var standardDirectory: String {
        let beside = programDirectory + "/callpoint_SwitchboardServer.resources/Console"
        return access(beside, R_OK | X_OK) == 0 ? beside : "/usr/share/callpoint/console"
    }

    /// The file for a request's path; "/" is the index.
    package func file(path: Substring) -> File? { files[path == "/" ? "/index.html" : String(path)] }

    private static var programDirectory: String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { chars in
                chars.baseAddress.map { readlink("/proc/self/exe", $0, chars.count) } ?? 0
            }
        }
        guard count > 0, let slash = buffer[..<count].lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return String(decoding: buffer[..<slash], as: UTF8.self)
    }

    private mutating func read(_ directory: String, prefix: String, depth: Int) {
        guard depth < 4, let stream = opendir(directory) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream), files.count < Self.fileLimit {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix(".") else { continue }
            var status = stat()
            guard stat(directory + "/" + name, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: read(directory + "/" + name, prefix: prefix + name + "/", depth: depth + 1)
            case S_IFREG:
                guard let content = Self.content(directory + "/" + name) else { continue }
                files[prefix + name] = File(
                    content: content, contentType: Self.contentType(name), entityTag: Self.entityTag(content))
            default: continue
            }
        }
    }

    private static func content(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var content: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 * 1024)
        while content.count <= sizeLimit {
            let count = part.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map { Glibc.read(file, $0, buffer.count) } ?? 0
            }
            guard count > 0 else { return count == 0 ? content : nil }
            content += part[..<count]
        }
        return nil
    }

    /// FNV-1a of the content, which changes when the content does; nobody gains by a collision with himself.
    private static func entityTag(_ content: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in content { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return "\"" + String(hash, radix: 16) + "-" + String(content.count, radix: 16) + "\""
    }

    private static func contentType(_ name: String) -> String {
        let end = name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]).lowercased() }
        return contentTypes[end ?? ""] ?? "application/octet-stream"
    }

    private static let contentTypes = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "mjs": "text/javascript; charset=utf-8", "json": "application/json", "map": "application/json",
        "webmanifest": "application/manifest+json", "txt": "text/plain; charset=utf-8", "svg": "image/svg+xml",
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp", "ico": "image/x-icon",
        "woff2": "font/woff2", "wav": "audio/wav", "mp3": "audio/mpeg", "ogg": "audio/ogg", "opus": "audio/ogg",
        "webm": "video/webm", "mp4": "video/mp4", "wasm": "application/wasm",
    ]
}
