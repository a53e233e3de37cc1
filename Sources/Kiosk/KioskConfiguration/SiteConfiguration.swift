public import Primitives

/// What one kiosk is at one site: its name and room, its server, whom it answers. Read by kioskd.
public struct SiteConfiguration: Equatable, Sendable {
    public var kiosk: Kiosk
    public var signalling: Signalling
    public var answer: Answer
    public var emergency: Emergency
    public var network: Network

    public struct Kiosk: Equatable, Sendable {
        /// What consoles and the screen call it.
        public var name: String
        /// The room it waits in, 1 to 4 digits.
        public var room: String
        public var place: String?
        /// The clinic's name on the screen; nil shows the kiosk's own.
        public var clinic: String?
        /// The screen's languages by importance (BCP 47).
        public var languages: [String]
    }

    public struct Signalling: Equatable, Sendable {
        public var url: String
        /// A PEM file of authorities to trust instead of the system's.
        public var authorities: String?
    }

    public struct Answer: Equatable, Sendable {
        public enum Others: String, Equatable, Sendable, CaseIterable { case ring, refuse }
        /// Calls of those in `from` are answered by themselves.
        public var automatic: Bool
        /// The countdown before that; the chime of 2 s comes in any case.
        public var after: Interval
        /// Callers' names; `*` is everyone.
        public var from: [String]
        /// What becomes of callers who are not in `from`.
        public var others: Others
    }

    public struct Emergency: Equatable, Sendable {
        /// What to do without the kiosk, shown when it cannot call.
        public var text: String?
    }
}

extension SiteConfiguration {
    /// - Throws: every problem in the file, with its place.
    public init(file: String) throws(ConfigurationError) {
        self = try Self(bytes: ConfigurationFile.contents(of: file), file: file)
    }

    /// - Parameter file: what messages call it; relative paths start at its folder.
    public init(bytes: [UInt8], file: String) throws(ConfigurationError) {
        self = try ConfigurationFile.decode(bytes, file: file) { SiteConfiguration($0) }
    }

    /// Every key, dotted and sorted.
    public static var keys: [String] { ConfigurationFile.keys { SiteConfiguration($0) } }

    package init(_ root: ConfigurationSection) {
        kiosk = Kiosk(root.section("kiosk"))
        let signalling = root.section("signalling")
        self.signalling = Signalling(url: signalling.requiredText("url"), authorities: signalling.path("authorities"))
        let schemes = ["http://", "https://", "ws://", "wss://"]
        let url = self.signalling.url
        if !url.isEmpty, !schemes.contains(where: { url.hasPrefix($0) && url.utf8.count > $0.utf8.count }) {
            signalling.reject("url", "must start with http://, https://, ws:// or wss://")
        }
        let answer = root.section("answer")
        self.answer = Answer(
            automatic: answer.truth("automatic", default: false),
            after: answer.duration("after", in: .zero ... .seconds(45), default: .seconds(3)),
            from: answer.texts("from", count: 256) ?? [], others: answer.choice("others", default: .ring))
        emergency = Emergency(text: root.section("emergency").text("text"))
        network = Network(root.section("network"))
    }
}

extension SiteConfiguration.Kiosk {
    fileprivate init(_ section: ConfigurationSection) {
        name = section.requiredText("name", limit: 40)
        room = section.requiredText("room", limit: 200)
        let isRoom = (1...4).contains(room.utf8.count) && room.utf8.allSatisfy { (48...57).contains($0) }
        if section.has("room"), !room.isEmpty, !isRoom { section.reject("room", "must be 1 to 4 digits") }
        place = section.text("place", limit: 80)
        clinic = section.text("clinic", limit: 80)
        languages = section.texts("languages", count: 8, length: 35) ?? ["en", "zh"]
        if languages.isEmpty { section.reject("languages", "must name at least one language") }
    }
}
