public import Devices

extension BoardConfiguration {
    public struct Display: Equatable, Sendable {
        /// The screen's size in pixels where there is no real display, and until that is there.
        public var width: Int
        public var height: Int
        /// The real display; nil where the screen is only looked at on the front panel.
        public var drm: DRM?

        /// A display by kernel mode setting.
        public struct DRM: Equatable, Sendable {
            /// "HDMI-A-1"; nil takes whichever connector has a display.
            public var connector: String?
            /// Nil takes what the display prefers.
            public var mode: ModeRequest?

            public init(connector: String?, mode: ModeRequest?) { (self.connector, self.mode) = (connector, mode) }
        }
    }
}

extension BoardConfiguration.Display {
    init(_ section: ConfigurationSection) {
        width = section.integer("width", in: 160...3840, default: 1280)
        height = section.integer("height", in: 120...2160, default: 720)
        let connector = section.text("drm", limit: 32)
        let text = section.text("mode", limit: 20)
        let mode = text.flatMap { ModeRequest(text: $0) }
        if text != nil, mode == nil { section.reject("mode", "expected a size such as 1920x1080, or 1920x1080@50") }
        if text != nil, connector == nil { section.reject("mode", "stands without 'drm', whose mode it would be") }
        drm = connector.map { DRM(connector: $0 == "auto" ? nil : $0, mode: mode) }
    }
}

extension ModeRequest {
    /// "1920x1080" or "1920x1080@50", in what a display can have.
    fileprivate init?(text: String) {
        let halves = text.split(separator: "@", omittingEmptySubsequences: false)
        guard let size = halves.first, halves.count <= 2 else { return nil }
        let sides = size.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard sides.count == 2, let width = sides[0], let height = sides[1], (160...8192).contains(width),
            (120...8192).contains(height)
        else { return nil }
        self.init(width: width, height: height)
        guard halves.count == 2 else { return }
        guard let rate = Int(halves[1]), (1...500).contains(rate) else { return nil }
        self.rate = rate
    }
}
