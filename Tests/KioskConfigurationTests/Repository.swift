import KioskConfiguration

/// Files of the repository, found from this source file.
enum Repository {
    static func path(_ relative: String) -> String {
        let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(here)/\(relative)"
    }

    static func read(_ relative: String) throws -> [UInt8] { try ConfigurationFile.contents(of: path(relative)) }
}
