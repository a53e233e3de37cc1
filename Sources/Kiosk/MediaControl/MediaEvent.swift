/// What kiosk-mediad tells kioskd.
public enum MediaEvent: Equatable, Sendable {
    /// First on the socket.
    case hello(version: UInt16, pools: [PoolSummary])
    /// Second on the socket, with the memfd of the pictures.
    case frameMemory(FrameMemory)
    case localDescription(peer: PeerNumber, type: DescriptionType, sdp: String)
    /// An empty candidate ends them.
    case localCandidate(peer: PeerNumber, candidate: String, mid: String?, mLineIndex: UInt16?)
    case connectionState(peer: PeerNumber, state: PeerState)
    /// `detail` names the device and its format, or says what failed.
    case deviceState(device: DeviceKind, state: DeviceState, detail: String)
    /// A picture of the other side. The slot stays kioskd's until it sends `MediaCommand.releaseFrame`.
    case remoteFrame(FrameDescription)
    /// The own picture, small and at most 10 times a second; likewise released.
    case localFrame(FrameDescription)
    /// The loudness of the last tenth of a second in dB relative to full scale, −127…0.
    case levels(microphone: Float, speaker: Float)
    case statistics(peer: PeerNumber, values: [Statistic])
    /// Something asked for could not be done. `peer` is nil where no session is meant.
    case failure(peer: PeerNumber?, code: FailureCode, text: String)
    /// The way to the other side has gone, or a better one has come: an ICE restart would use what is there now.
    case restartNeeded(peer: PeerNumber)
    case pong(number: UInt32, heartbeats: [Heartbeat])
}
