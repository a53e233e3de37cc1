public import Primitives

/// `RTCPeerConnectionState` of the W3C's WebRTC: ICE and DTLS taken together.
public enum PeerConnectionState: String, Sendable, CaseIterable {
    case new, connecting, connected, disconnected, failed, closed
}

/// What a media section carries.
public enum PeerMediaKind: String, Sendable, CaseIterable {
    case audio, video
}

/// Which ways a media section flows, seen from here, once both descriptions are applied.
public struct PeerMediaFlow: Equatable, Sendable {
    public var sends: Bool
    public var receives: Bool

    public init(sends: Bool, receives: Bool) { (self.sends, self.receives) = (sends, receives) }
    public static let none = PeerMediaFlow(sends: false, receives: false)
}

/// Two readings of one moment at the sender, from an RTCP sender report (RFC 3550 §6.4.1).
public struct MediaClockReading: Equatable, Sendable {
    public var kind: PeerMediaKind
    /// 32.32 fixed point seconds of the sender's own clock; comparable only between streams of one sender.
    public var ntp: UInt64
    /// The same moment on the stream's RTP clock (48 kHz audio, 90 kHz video).
    public var rtp: UInt32
    /// When the report came in.
    public var receivedAt: Instant
}

/// Something the owner of a `PeerConnection` must know or do.
public enum PeerEvent: Sendable, Equatable {
    /// A candidate found after the description was given out; signal it ("candidate:…", RFC 8839 §5.1).
    case localCandidate(String, mid: String, mLineIndex: Int)
    case connectionState(PeerConnectionState)
    /// The way in use has gone or does not answer, or the host has a better one: an ICE restart would use what is there
    /// now. Media flow on whatever still works.
    case restartNeeded
    /// The next video frame must be a key frame: the connection just came up, or the peer lost a picture (PLI, FIR).
    case keyFrameRequested
    /// Bits per second of video the peer can take (its REMB, within the configured bounds).
    case targetBitrate(Int)
    /// A description was applied and these are the ways media flow now.
    case mediaFlow(audio: PeerMediaFlow, video: PeerMediaFlow)
    /// For playing audio and video in step.
    case synchronisation(MediaClockReading)
    /// The peer said goodbye: DTLS close_notify, or RTCP BYE for all its streams. The signalling usually follows.
    case remoteClosed
}
