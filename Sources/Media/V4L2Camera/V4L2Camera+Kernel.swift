public import Devices
public import Primitives

/// What the board file says of a camera.
public struct CameraConfiguration: Equatable, Sendable {
    /// A stable name, a path or `auto`.
    public var name: String
    public var wanted: VideoFormat
    public var controls: CameraControls

    public init(name: String, wanted: VideoFormat, controls: CameraControls = CameraControls()) {
        (self.name, self.wanted, self.controls) = (name, wanted, controls)
    }
}

/// A camera that is connected, and what it offers.
public struct ListedCamera: Equatable, Sendable {
    /// What to put into the board file.
    public var name: String
    /// The model.
    public var card: String
    /// Where it is plugged in.
    public var bus: String
    /// Its device now.
    public var path: String
    public var offers: [CameraOffer]
    /// Formats that are not taken here.
    public var otherFormats: [String]
}

extension V4L2Camera where Driver == KernelVideoDriver {
    /// Opens the camera of that name and begins to film.
    /// - Throws: `notFound`, `busy`, `unsupported`, `unplugged` or `failed`.
    public convenience init(_ configuration: CameraConfiguration, frames: BufferPool) throws(DeviceError) {
        let path = try Self.names.path(of: configuration.name)
        let name = configuration.name == "auto" ? path : configuration.name
        try self.init(
            driver: KernelVideoDriver(path: path, name: name), name: name, wanted: configuration.wanted,
            controls: configuration.controls, frames: frames)
    }

    /// The cameras of this machine. One that films for somebody else is listed too.
    public static func list() -> [ListedCamera] {
        let names = names
        return names.nodes().map { node in
            let driver = try? KernelVideoDriver(path: node.path, name: node.path)
            let (offers, others) = driver?.offers() ?? ([], [])
            return ListedCamera(
                name: names.stableName(of: node), card: node.identity.card, bus: node.identity.bus, path: node.path,
                offers: offers, otherFormats: others)
        }
    }

    private static var names: CameraNames {
        CameraNames(folder: "/dev") { path in
            let driver = try? KernelVideoDriver(path: path, name: path)
            return try? driver?.identity()
        }
    }
}
