public import Primitives

/// What the board is made of: sizes of pools, devices, network. Read by kioskd and by kiosk-mediad from the same file.
public struct BoardConfiguration: Equatable, Sendable {
    public var name: String
    public var pools: Pools
    public var camera: Camera
    public var microphone: Microphone
    public var speaker: Speaker
    public var sounds: Sounds
    public var display: Display
    public var panel: Panel
    public var network: Network
    public var video: Video
    public var audio: Audio

    /// Slots of each pool. Taken once at start, never grown.
    public struct Pools: Equatable, Sendable {
        /// Network packets.
        public var packets: Int
        /// Bytes a packet slot holds.
        public var packetSize: Int
        /// Captured pictures waiting for the encoder.
        public var captureFrames: Int
        /// Encoded frames, in both directions.
        public var encodedFrames: Int
        /// Bytes an encoded frame's slot holds.
        public var encodedFrameSize: Int
        /// Decoded pictures in the memory shared with kioskd.
        public var decodedFrames: Int
    }

    public struct Panel: Equatable, Sendable {
        /// Where the front panel's page is served; nil serves none.
        public var listen: TransportAddress?
        /// Nil where there is no line to be used.
        public var gpio: GPIO?
    }

    public struct Network: Equatable, Sendable {
        /// Whether loopback addresses are offered as candidates, for a browser on the same machine.
        public var loopback: Bool
        /// Whether IPv6 addresses are offered.
        public var ipv6: Bool
    }

    public struct Video: Equatable, Sendable {
        /// Bits a second the encoder may use at the most.
        public var bitrate: Int
        /// Bits a second below which it never goes.
        public var minimumBitrate: Int
        /// Threads of the encoder.
        public var threads: Int
    }
}
