public import Primitives

/// Offer or answer (RFC 8829 §4.1.8).
public enum DescriptionType: UInt8, CaseIterable, Sendable {
    case offer = 0
    case answer = 1
}

/// What an m-line carries.
public enum MediaKind: UInt8, CaseIterable, Sendable {
    case audio = 0
    case video = 1
    /// A section that was refused and only keeps its place.
    case other = 2
}

/// One m-line of a description agreed on before kiosk-mediad was replaced, so that a new offer keeps the order.
public struct MediaSection: Equatable, Sendable {
    public var mid: String
    public var kind: MediaKind

    public init(mid: String, kind: MediaKind) { (self.mid, self.kind) = (mid, kind) }
}

/// The chimes that kiosk-mediad makes; each has a melody of its own.
public enum Tone: UInt8, CaseIterable, Sendable {
    case ringIn = 0
    case ringOut = 1
    case connected = 2
    case weak = 3
    case ended = 4
    case refused = 5
    case fault = 6
}

/// `RTCPeerConnectionState` of the W3C.
public enum PeerState: UInt8, CaseIterable, Sendable {
    case new = 0
    case connecting = 1
    case connected = 2
    case disconnected = 3
    case failed = 4
    case closed = 5
}

public enum DeviceKind: UInt8, CaseIterable, Sendable {
    case camera = 0
    case microphone = 1
    case speaker = 2
}

/// A fact about a device, not a wish: `open` is sent after it was opened and `closed` after it was closed.
public enum DeviceState: UInt8, CaseIterable, Sendable {
    case closed = 0
    case open = 1
    case failed = 2
}

public enum FailureCode: UInt8, CaseIterable, Sendable {
    /// The other end's description was refused.
    case negotiation = 0
    /// No such peer, or it is not in a state for this.
    case unknownPeer = 1
    /// The board file allows no more peers.
    case tooManyPeers = 2
    /// The two builds do not fit together.
    case version = 3
    /// A thread or a codec could not go on.
    case media = 4
    /// A command was not understood.
    case command = 5
}

/// The threads whose heartbeats a `pong` carries.
public enum MediaThreadName: UInt8, CaseIterable, Sendable {
    case control = 0
    case network = 1
    case capture = 2
    case encode = 3
    case microphone = 4
    case decode = 5
    case playout = 6
}

/// How long ago a thread last went round its loop. A thread that is not running has none.
public struct Heartbeat: Equatable, Sendable {
    public var thread: MediaThreadName
    public var age: Interval

    /// `age` crosses in whole milliseconds.
    public init(thread: MediaThreadName, age: Interval) { (self.thread, self.age) = (thread, age) }
}

/// One pool of kiosk-mediad, as set up by the board file.
public struct PoolSummary: Equatable, Sendable {
    public var name: String
    public var slots: UInt32
    public var slotSize: UInt32

    public init(name: String, slots: UInt32, slotSize: UInt32) {
        (self.name, self.slots, self.slotSize) = (name, slots, slotSize)
    }
}

/// One figure of a session under its W3C webrtc-stats name (`inbound-rtp/video/framesDecoded`), or a name of ours.
public struct Statistic: Equatable, Sendable {
    public var name: String
    public var value: Double

    public init(_ name: String, _ value: Double) { (self.name, self.value) = (name, value) }
}
