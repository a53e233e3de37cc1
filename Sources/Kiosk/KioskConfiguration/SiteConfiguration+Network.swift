public import Primitives

extension SiteConfiguration {
    /// How this site's network lets media through.
    public struct Network: Equatable, Sendable {
        public enum Policy: String, Equatable, Sendable, CaseIterable {
            case all
            /// The kiosk's own addresses are told as random names that only its own network resolves.
            case mdns
            /// The kiosk's own addresses are not told.
            case noHost = "no-host"
            /// Everything goes through a relay.
            case relay
        }

        /// STUN and TURN servers, the preferred first; the switchboard may name more for each call.
        public var iceServers: [ICEServer]
        public var policy: Policy
        /// Whether media may go by TCP straight to the other side, where UDP is blocked.
        public var tcp: Bool
        /// The ports that media leave from; nil for any.
        public var ports: ClosedRange<UInt16>?
        /// Interfaces by name, `*` for any ending. Nil: all; and nil: those that containers and virtual machines make.
        public var onlyInterfaces: [String]?
        public var exceptInterfaces: [String]?
        /// A PEM file of authorities to trust at `turns:` instead of the system's. Read by kiosk-mediad.
        public var authorities: String?
        /// How often the network is looked at while there is no call; zero for never.
        public var check: Interval
    }

    public struct ICEServer: Equatable, Sendable {
        public var urls: [ICEServerURL]
        public var username: String?
        public var credential: String?
        /// A file whose first line is the credential.
        public var credentialFile: String?
    }
}

extension SiteConfiguration.Network {
    init(_ section: ConfigurationSection) {
        // The list itself is read in any case, so that its keys are known; a group that is not there is no server.
        iceServers = section.sections("iceServers", count: 8).map { (SiteConfiguration.ICEServer($0), $0.isPresent) }
            .filter(\.1).map(\.0)
        policy = section.choice("policy", default: .all)
        tcp = section.truth("tcp", default: true)
        ports = Self.ports(section)
        let interfaces = section.section("interfaces")
        onlyInterfaces = interfaces.texts("only", count: 16, length: 15)
        exceptInterfaces = interfaces.texts("except", count: 16, length: 15)
        authorities = section.path("authorities")
        check = section.duration("check", in: .zero ... .seconds(86_400), default: .seconds(300))
        if check > .zero, check < .seconds(30) { section.reject("check", "must be 30s or longer, or 0s for never") }
    }

    /// `50000-50099`, or one number.
    private static func ports(_ section: ConfigurationSection) -> ClosedRange<UInt16>? {
        guard let text = section.text("ports", limit: 11) else { return nil }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first >= 1024, first <= last
        else {
            section.reject("ports", "expected ports from 1024 on such as 50000-50099, found '\(text)'")
            return nil
        }
        return first...last
    }
}

extension SiteConfiguration.ICEServer {
    /// The password, from the file that holds it if that is where it is; nil if there is none to be read.
    public var password: String? {
        if let credential { return credential }
        guard let credentialFile, let bytes = try? ConfigurationFile.contents(of: credentialFile) else { return nil }
        return String(validating: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
    }

    fileprivate init(_ section: ConfigurationSection) {
        let texts = section.texts("urls", count: 8, length: 300) ?? []
        urls = []
        for text in texts {
            guard let url = ICEServerURL(text) else {
                section.reject(
                    "urls", "'\(text)' is no address such as stun:HOST, turn:HOST?transport=udp or turns:HOST:443")
                continue
            }
            urls.append(url)
        }
        username = section.text("username", limit: 128)
        credential = section.text("credential", limit: 256)
        credentialFile = section.path("credentialFile")
        guard section.isPresent else { return }
        if texts.isEmpty { section.reject("urls", "must name at least one server") }
        if credential != nil, credentialFile != nil {
            section.reject("credentialFile", "stands beside 'credential'; take one")
        }
        let isRelay = urls.contains { $0.scheme == .turn || $0.scheme == .turns }
        if isRelay, username == nil || (credential == nil && credentialFile == nil) {
            section.reject("urls", "a TURN server needs 'username' and 'credential' or 'credentialFile'")
        }
    }
}
