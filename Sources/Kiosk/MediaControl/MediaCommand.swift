/// What kioskd tells kiosk-mediad to do.
public enum MediaCommand: Equatable, Sendable {
    /// First on the socket. Another version than ours is answered by a failure and the end of the process.
    case hello(version: UInt16)
    /// Makes a session. `role` is what this side will write first: an offer, or an answer to one.
    /// `previous` is the m-line order of a call that is resumed after kiosk-mediad was replaced, empty otherwise.
    case openPeer(peer: PeerNumber, role: DescriptionType, previous: [MediaSection])
    /// Replaces the settings before; sessions opened from now on follow them. Of a session that is open only the servers
    /// change, for its next ICE restart.
    case network(NetworkSettings)
    /// Answered by `MediaEvent.localDescription`. Again in a call: a new offer with the same m-lines.
    case createOffer(peer: PeerNumber)
    /// Answered by `MediaEvent.localDescription` or a failure.
    case remoteOffer(peer: PeerNumber, sdp: String)
    case remoteAnswer(peer: PeerNumber, sdp: String)
    /// `candidate` is the text of RFC 8839's candidate attribute; empty ends the candidates.
    case remoteCandidate(peer: PeerNumber, candidate: String, mid: String?, mLineIndex: UInt16?)
    /// Fresh ICE credentials, and the offer that carries them: answered by `MediaEvent.localDescription`.
    case restartICE(peer: PeerNumber)
    /// Sends DTLS close_notify and forgets the session. The last one's end closes the devices.
    case closePeer(peer: PeerNumber)
    /// Opens what is true and closes what is false.
    case openDevices(camera: Bool, microphone: Bool, speaker: Bool)
    case closeDevices
    /// A muted microphone sends silence, a muted camera a black picture; the devices stay open.
    case mute(microphone: Bool, camera: Bool)
    /// The privacy switch: while on, camera and microphone close and are not opened, whatever else is asked for. Asked-for
    /// devices open when it goes off.
    case privacy(Bool)
    /// Opens the speaker alone if it is not open. Replaces a tone that is playing.
    case playTone(Tone, repeating: Bool)
    case stopTone
    /// Answered by `MediaEvent.statistics`.
    case requestStatistics(peer: PeerNumber)
    /// The slot of a `remoteFrame` or `localFrame` is no longer read.
    case releaseFrame(slot: UInt32)
    /// Answered by `MediaEvent.pong` with the same number.
    case ping(number: UInt32)
}
