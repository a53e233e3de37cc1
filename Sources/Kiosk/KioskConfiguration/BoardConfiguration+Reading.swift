extension BoardConfiguration {
    /// Every setting at its default.
    public static var standard: BoardConfiguration {
        BoardConfiguration(ConfigurationSection(root: nil, source: .init(file: "")))
    }

    /// - Throws: every problem in the file, with its place.
    public init(file: String) throws(ConfigurationError) {
        self = try Self(bytes: ConfigurationFile.contents(of: file), file: file)
    }

    /// - Parameter file: what messages call it; relative paths start at its folder.
    public init(bytes: [UInt8], file: String) throws(ConfigurationError) {
        self = try ConfigurationFile.decode(bytes, file: file) { BoardConfiguration($0) }
    }

    /// Every key, dotted and sorted.
    public static var keys: [String] { ConfigurationFile.keys { BoardConfiguration($0) } }

    package init(_ root: ConfigurationSection) {
        name = root.text("board", limit: 40) ?? "virtual"
        pools = Pools(root.section("pools"))
        camera = Camera(root.section("camera"))
        microphone = Microphone(root.section("microphone"))
        speaker = Speaker(root.section("speaker"))
        sounds = Sounds(level: root.section("sounds").integer("level", in: 0...100, default: 100))
        display = Display(root.section("display"))
        panel = Panel(root.section("panel"))
        let network = root.section("network")
        self.network = Network(
            loopback: network.truth("loopback", default: false), ipv6: network.truth("ipv6", default: true))
        video = Video(root.section("video"))
        audio = Audio(root.section("audio"))
        requireEncodedFrameRoom(root)
    }

    // A key frame at the highest bitrate has been seen at about an eighth of a second's bits.
    private func requireEncodedFrameRoom(_ root: ConfigurationSection) {
        let needed = video.bitrate / 8 / 8
        if pools.encodedFrameSize < needed {
            root.reject(
                "pools", "encodedFrameSize must be at least \(needed) bytes for a video bitrate of \(video.bitrate)")
        }
    }
}

extension BoardConfiguration.Pools {
    fileprivate init(_ section: ConfigurationSection) {
        packets = section.integer("packets", in: 256...65_536, default: 2048)
        packetSize = section.integer("packetSize", in: 1500...9216, default: 1536)
        captureFrames = section.integer("captureFrames", in: 3...64, default: 4)
        encodedFrames = section.integer("encodedFrames", in: 4...256, default: 16)
        encodedFrameSize = section.integer("encodedFrameSize", in: 16_384...1_048_576, default: 262_144)
        decodedFrames = section.integer("decodedFrames", in: 2...64, default: 6)
    }
}

extension BoardConfiguration.Video {
    fileprivate init(_ section: ConfigurationSection) {
        bitrate = section.integer("bitrate", in: 50_000...8_000_000, default: 1_000_000)
        minimumBitrate = section.integer("minimumBitrate", in: 30_000...8_000_000, default: 100_000)
        threads = section.integer("threads", in: 1...8, default: 1)
        if minimumBitrate > bitrate { section.reject("minimumBitrate", "is above the bitrate of \(bitrate)") }
    }
}
