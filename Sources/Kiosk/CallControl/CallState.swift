public import Primitives

/// All that a screen, a lamp or a presence message may say about the kiosk: one value, so that none can say what is
/// not so.
public struct CallState: Hashable, Sendable {
    public var phase: CallPhase
    /// The signalling server is out of reach since then; nil while connected. A live call goes on regardless.
    public var offlineSince: Instant?
    /// What is broken now, worst first; the button works all the same.
    public var faults: [KioskFault]
    /// What the devices themselves report.
    public var devices: DeviceFacts

    public init(
        phase: CallPhase = .idle, offlineSince: Instant? = nil, faults: [KioskFault] = [],
        devices: DeviceFacts = DeviceFacts()
    ) {
        self.phase = phase
        self.offlineSince = offlineSince
        self.faults = faults
        self.devices = devices
    }
}

/// Where the call is. Instants are those of the clock that drives the machine.
public enum CallPhase: Hashable, Sendable {
    case idle
    /// Someone calls. `answersAutomaticallyAt` is when capture opens unless the patient refuses; nil if only a press
    /// answers.
    case ringingIn(caller: Party, since: Instant, answersAutomaticallyAt: Instant?, until: Instant)
    /// The patient pressed the button and nobody has answered yet.
    case ringingOut(since: Instant, until: Instant)
    /// Answered by either side; no media yet.
    case connecting(peer: Party, since: Instant)
    /// `reconnectingSince` is set while media does not flow.
    case inCall(peer: Party, since: Instant, reconnectingSince: Instant?)
    /// Shown for a few seconds. `duration` is nil if there never was media.
    case ended(EndReason, peer: Party?, duration: Interval?, until: Instant)
}

/// Why a call ended, or did not come to be.
public enum EndReason: String, Hashable, Sendable, CaseIterable {
    /// The patient ended it with the button.
    case hungUpHere
    /// The other side ended it.
    case hungUpThere
    /// The caller gave up before an answer.
    case cancelledThere
    /// The patient gave up before an answer.
    case cancelledHere
    /// The patient refused.
    case refusedHere
    /// Everyone who was called declined.
    case refusedThere
    /// Everyone who was called is in another call.
    case busyThere
    /// Nobody answered in time, here or there.
    case notAnswered
    /// The two sides found no way or no codec to each other.
    case connectionFailed
    /// Media was gone for too long, or the other side left and did not come back.
    case connectionLost
}

/// Why a call that both sides had agreed to was not connected.
public enum ConnectionFailure: String, Hashable, Sendable, CaseIterable {
    /// Our media process was not running.
    case noMediaProcess
    /// The other side has sent no offer or no answer.
    case noDescription
    /// Both have said what they can do and where they are, and no way between them was found.
    case noPath
    /// The other side has left the room meanwhile.
    case peerLeft
    /// Either side could not use what the other offered, or has closed the session.
    case sessionClosed
}

/// A lasting condition that staff must know of.
public enum KioskFault: Hashable, Sendable {
    /// The media process is not running; a call cannot have picture or sound now.
    case mediaUnavailable
    case deviceFailed(KioskDevice, detail: String)
}

public enum KioskDevice: String, Hashable, Sendable, CaseIterable { case camera, microphone, speaker }

/// What a device says of itself, never what was asked of it.
public enum DeviceFact: Hashable, Sendable {
    case closed
    case open
    case failed(String)
}

public struct DeviceFacts: Hashable, Sendable {
    public var camera: DeviceFact
    public var microphone: DeviceFact
    public var speaker: DeviceFact

    public init(camera: DeviceFact = .closed, microphone: DeviceFact = .closed, speaker: DeviceFact = .closed) {
        self.camera = camera
        self.microphone = microphone
        self.speaker = speaker
    }

    public subscript(device: KioskDevice) -> DeviceFact {
        get {
            switch device {
            case .camera: camera
            case .microphone: microphone
            case .speaker: speaker
            }
        }
        set {
            switch device {
            case .camera: camera = newValue
            case .microphone: microphone = newValue
            case .speaker: speaker = newValue
            }
        }
    }

    /// Something records: the camera or the microphone is open.
    public var isCapturing: Bool { camera == .open || microphone == .open }
}
