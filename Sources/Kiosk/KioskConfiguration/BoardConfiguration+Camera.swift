public import Devices

extension BoardConfiguration {
    public struct Camera: Equatable, Sendable {
        public enum Source: Equatable, Sendable {
            /// A moving picture with a frame counter and a clock burnt in.
            case pattern
            /// A YUV4MPEG2 file, played in a loop.
            case y4m(path: String)
            /// One of the kernel's cameras: a stable name as `kioskctl devices` lists it, a path, or `auto`.
            case v4l2(name: String)
        }

        public var source: Source
        /// What is wanted; a camera that has no such size delivers the nearest.
        public var width: Int
        public var height: Int
        /// Pictures a second.
        public var rate: Int
        public var controls: CameraControls
    }
}

extension BoardConfiguration.Camera {
    private enum Pattern: String, CaseIterable { case pattern }

    init(_ section: ConfigurationSection) {
        _ = section.choice("virtual", default: Pattern.pattern)
        let file = section.path("y4m")
        let camera = section.text("v4l2", limit: 128)
        let sources = ["virtual", "y4m", "v4l2"].filter(section.has)
        for other in sources.dropFirst() { section.reject(other, "stands beside '\(sources[0])'; take one") }
        source = camera.map { .v4l2(name: $0) } ?? file.map { .y4m(path: $0) } ?? .pattern
        if let camera, Int(camera) != nil {
            section.reject("v4l2", "a number means another camera after a restart; see kioskctl devices")
        }
        // No picture above 1920x1080 ever reaches the encoder, whose past faults were with sizes.
        width = section.integer("width", in: 160...1920, default: 640)
        height = section.integer("height", in: 120...1080, default: 480)
        rate = section.integer("rate", in: 1...60, default: 30)
        controls = CameraControls(section.section("controls"))
        if width % 2 != 0 { section.reject("width", "must be even") }
        if height % 2 != 0 { section.reject("height", "must be even") }
        if camera == nil, section.has("controls") {
            section.reject("controls", "are a real camera's, and 'v4l2' is not there")
        }
    }
}

extension CameraControls {
    private enum Frequency: String, CaseIterable {
        case off
        case hertz50 = "50"
        case hertz60 = "60"
        case auto

        var powerLine: PowerLine {
            switch self {
            case .off: .off
            case .hertz50: .hertz50
            case .hertz60: .hertz60
            case .auto: .automatic
            }
        }
    }

    fileprivate init(_ section: ConfigurationSection) {
        let frequency = section.choice("powerLine", default: Frequency.auto)
        self.init(
            exposure: Self.setting(section, "exposure", in: 1...10_000),
            whiteBalance: Self.setting(section, "whiteBalance", in: 1_000...12_000),
            focus: Self.setting(section, "focus", in: 0...65_535),
            powerLine: section.has("powerLine") ? frequency.powerLine : nil)
    }

    /// `auto` or a number.
    private static func setting(
        _ section: ConfigurationSection, _ key: String, in range: ClosedRange<Int>
    ) -> Setting? {
        guard let text = section.text(key, limit: 20) else { return nil }
        if text == "auto" { return .automatic }
        guard let number = Int(text), range.contains(number) else {
            section.reject(key, "expected auto or \(range.lowerBound) to \(range.upperBound), found '\(text)'")
            return nil
        }
        return .fixed(number)
    }
}
