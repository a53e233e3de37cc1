import CV4L2
package import Devices
import Glibc

/// Which device node a name of the board file means, and which name a node has that stays.
///
/// The kernel numbers cameras in the order in which it finds them, so that a number means another camera after a restart.
package struct CameraNames {
    /// One node that films.
    package struct Node: Equatable {
        package var path: String
        package var identity: CameraIdentity
    }

    /// `/dev`
    package let folder: String
    /// What the device at a path says it is; nil if it says nothing.
    package let identify: (String) -> CameraIdentity?

    package init(folder: String, identify: @escaping (String) -> CameraIdentity?) {
        (self.folder, self.identify) = (folder, identify)
    }

    /// All that film, by number.
    package func nodes() -> [Node] {
        Self.entries(of: folder).filter { $0.hasPrefix("video") && Int($0.dropFirst(5)) != nil }
            .sorted { (Int($0.dropFirst(5)) ?? 0) < (Int($1.dropFirst(5)) ?? 0) }
            .compactMap { entry in
                let path = "\(folder)/\(entry)"
                return identify(path).flatMap { $0.isCamera ? Node(path: path, identity: $0) : nil }
            }
    }

    /// The node that `name` means: a path, a name in `v4l/by-id` or `v4l/by-path`, a card's name, or `auto` for the only
    /// camera there is. Never a bare number.
    package func path(of name: String) throws(DeviceError) -> String {
        if name.hasPrefix("/") { return name }
        let isPlain = !name.isEmpty && !name.contains("/")
        if isPlain {
            for links in ["by-id", "by-path"] where Self.entries(of: "\(folder)/v4l/\(links)").contains(name) {
                return "\(folder)/v4l/\(links)/\(name)"
            }
        }
        let nodes = nodes()
        let named = name == "auto" ? nodes : nodes.filter { Self.isCard($0.identity.card, called: name) }
        guard let first = named.first else { throw .notFound(name == "auto" ? "a camera" : "camera '\(name)'") }
        guard named.count == 1 else {
            let names = named.map { "'\(stableName(of: $0))'" }.joined(separator: ", ")
            throw .unsupported("'\(name)' could be any of \(names)")
        }
        return first.path
    }

    /// Many cameras give their name twice: "UVC Camera: UVC Camera".
    private static func isCard(_ card: String, called name: String) -> Bool {
        card == name || card.hasPrefix("\(name): ")
    }

    /// What to put into the board file for a node: its link by model and serial number, or by place, or its card's name if
    /// no other has it, or else its path.
    package func stableName(of node: Node) -> String {
        let target = Self.resolved(node.path)
        for links in ["by-id", "by-path"] {
            let names = Self.entries(of: "\(folder)/v4l/\(links)").sorted()
            if let name = names.first(where: { Self.resolved("\(folder)/v4l/\(links)/\($0)") == target }) {
                return name
            }
        }
        let card = node.identity.card
        return !card.isEmpty && nodes().filter { $0.identity.card == card }.count == 1 ? card : node.path
    }

    private static func resolved(_ path: String) -> String? {
        guard let full = realpath(path, nil) else { return nil }
        defer { free(full) }
        return String(cString: full)
    }

    /// At most 256 names.
    private static func entries(of folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while names.count < 256, let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
