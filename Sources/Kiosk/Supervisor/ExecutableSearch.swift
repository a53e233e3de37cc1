import Glibc

/// Where another of our programs is: beside this one, else in $PATH.
enum ExecutableSearch {
    static func find(_ name: String) -> String? {
        var folders: [String] = []
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        if count > 0 {
            let own = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if let slash = own.lastIndex(of: "/") { folders.append(String(own[..<slash])) }
        }
        if let path = getenv("PATH") { folders += String(cString: path).split(separator: ":").map(String.init) }
        return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }
}
