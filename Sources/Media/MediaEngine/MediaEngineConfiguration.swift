public import AudioProcessing
import Codecs
import MediaControl
public import Primitives

/// Sizes and choices of the media process, from the board file; fixed for its life.
public struct MediaEngineConfiguration: Sendable, Equatable {
    /// Datagrams, in both directions, kept ones for retransmission included.
    public var packetSlots = 2_048
    public var packetSize = 1_536
    /// Pictures from the camera.
    public var captureSlots = 4
    /// Encoded frames, for each direction.
    public var encodedSlots = 16
    public var encodedSize = 262_144
    /// Decoded pictures and self-views in the memory shared with kioskd, at most 64.
    public var pictureSlots = 6

    /// Sessions at one time.
    public var maximumPeers = 4
    /// Whether addresses of the loopback interface are candidates even where there are others.
    public var includesLoopback = false
    public var includesIPv6 = true

    /// Bits a second of video.
    public var videoBitrate = 1_000_000
    public var minimumVideoBitrate = 100_000
    public var encoderThreads = 1
    /// Camera and microphone stay closed until kioskd has said how the privacy switch stands: the board has one.
    public var startsCut = false
    /// How long a camera may give no picture before others are shown that there is none.
    public var cameraSilence = Interval.milliseconds(800)

    /// Bits a second of audio.
    public var audioBitrate = 32_000
    public var audioErrorCorrection = true
    public var audioDiscontinuous = false
    /// Bounds of what received sound waits for late packets, beyond the quickest one.
    public var minimumAudioDelay = Interval.milliseconds(20)
    public var maximumAudioDelay = Interval.milliseconds(500)
    /// What is done to the microphone's sound; nil leaves it as it is.
    public var soundProcessing: AudioProcessor.Settings?
    /// Loudness of tones, 0…1.
    public var toneLevel = 1.0

    /// The self-view's width in pixels; its height follows the camera's.
    public var selfViewWidth = 320

    public init() {}

    /// Why no call could be made with these sizes, in words for whoever wrote the board file; nil if calls can be made.
    public func fault() -> String? {
        let minima = [
            ("packets", packetSlots, 256), ("packetSize", packetSize, 1_500), ("captureFrames", captureSlots, 3),
            ("encodedFrames", encodedSlots, 4), ("encodedFrameSize", encodedSize, 16_384),
            ("decodedFrames", pictureSlots, 2),
        ]
        for (name, value, minimum) in minima where value < minimum {
            return "pools.\(name) is \(value); a call needs at least \(minimum)"
        }
        if pictureSlots > PicturePool.maximumSlots {
            return "pools.decodedFrames is \(pictureSlots); at most \(PicturePool.maximumSlots) can be shared"
        }
        // Slot sizes and counts are multiplied, so each is bounded before.
        guard packetSlots <= 65_536, packetSize <= 65_536, captureSlots <= 64, encodedSlots <= 1_024,
            encodedSize <= 8_388_608
        else { return "pools: a size is beyond all use" }
        let total = packetSlots * packetSize + 2 * encodedSlots * encodedSize
        if total > Self.memoryLimit {
            return
                "pools: packets and encoded frames take \(total >> 20) MiB; at most \(Self.memoryLimit >> 20) are allowed"
        }
        return nil
    }

    private static let memoryLimit = 1 << 28
}

/// The pools of one media process. All memory is taken here.
struct MediaPools: Sendable {
    let packets: BufferPool
    let capture: BufferPool
    /// From our encoder to the network.
    let outgoing: BufferPool
    /// From the network to our decoder.
    let incoming: BufferPool

    init(_ configuration: MediaEngineConfiguration, pictureSize: Int) {
        packets = BufferPool(slotCount: configuration.packetSlots, slotSize: configuration.packetSize)
        capture = BufferPool(slotCount: configuration.captureSlots, slotSize: pictureSize)
        outgoing = BufferPool(slotCount: configuration.encodedSlots, slotSize: configuration.encodedSize)
        incoming = BufferPool(slotCount: configuration.encodedSlots, slotSize: configuration.encodedSize)
    }

    private var named: [(String, BufferPool)] {
        [("packets", packets), ("capture", capture), ("outgoing", outgoing), ("incoming", incoming)]
    }

    var summaries: [PoolSummary] {
        named.map { name, pool in
            PoolSummary(name: name, slots: UInt32(clamping: pool.slotCount), slotSize: UInt32(clamping: pool.slotSize))
        }
    }

    /// Use of each, for statistics.
    var statistics: [Statistic] {
        named.flatMap { name, pool in
            [
                Statistic("pool/\(name)/inUse", Double(pool.inUse)),
                Statistic("pool/\(name)/highWater", Double(pool.highWater)),
                Statistic("pool/\(name)/refusals", Double(pool.refusals.count)),
            ]
        }
    }
}
