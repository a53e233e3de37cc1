import AudioProcessing
import Devices
import JitterBuffer
import LinuxIO
import MediaControl
import PeerConnection
import Primitives
import TLS

/// One frame from the encoder, for every peer.
struct EncodedFrame: ~Copyable, Sendable {
    var data: PooledBuffer
    var isKeyFrame: Bool
    /// Nothing is predicted from it.
    var isNonReference: Bool
    var capturedAt: Instant
}

/// 20 ms of sound from the microphone, for every peer.
struct MicrophonePacket: ~Copyable, Sendable {
    var data: PooledBuffer
    /// Of the first sample, at 48 kHz.
    var timestamp: UInt32
    var capturedAt: Instant
}

/// What the network thread tells the decode thread, in order.
enum DecodeItem: ~Copyable, Sendable {
    case frame(ReceivedVideoFrame)
    /// The pictures that follow are of another peer, or there are none: forget what was decoded.
    case restart
    case clock(MediaClockReading)
}

/// What the network thread tells the playout thread, in order. `peer` is an index below `maximumPeers`.
enum PlayoutItem: ~Copyable, Sendable {
    case packet(peer: Int, session: UInt32, ReceivedAudioPacket)
    /// Whoever had this index has gone.
    case forget(peer: Int)
}

/// Everything that the threads share: rings with one producer and one consumer each, switches, counters.
///
/// Capacities are stated here and their refusals counted by the rings. What is dropped when one is full: see the producer.
final class EngineState: Sendable {
    let configuration: MediaEngineConfiguration
    let devices: any DeviceBackend
    let control: ControlLink
    let pools: MediaPools
    let pictures: PicturePool
    let counters = MediaCounters()
    let heartbeats = Heartbeats()
    let allocations: AllocationProbe

    /// Capture to encode; the latest wins.
    let captured = Mailbox<VideoFrame>()
    /// Encode to network. Full: the frame is dropped and a key frame made next.
    let encoded = Ring<EncodedFrame>(capacity: 8)
    /// Microphone to network. Full: the packet is dropped.
    let spoken = Ring<MicrophonePacket>(capacity: 16)
    /// Network to decode. Full: the frame is dropped and a key frame asked for.
    let toDecode = Ring<DecodeItem>(capacity: 32)
    /// Network to playout. Full: the packet is dropped, as if lost on the way.
    let toPlay = Ring<PlayoutItem>(capacity: 256)
    /// Playout to microphone, for taking out the echo. Full: the echo is learnt anew.
    let played = Ring<PlayedPeriod>(capacity: 32)
    /// Control to network. Full: kioskd is told.
    let commands = Ring<MediaCommand>(capacity: 256)

    /// Whom relays over TLS are trusted by; read by the control thread, which may wait for files.
    let authorities = Latest<TLSAuthorities?>(nil)

    let networkSignal: EventFD
    let captureSignal: EventFD
    let encodeSignal: EventFD
    let microphoneSignal: EventFD
    let decodeSignal: EventFD
    let playoutSignal: EventFD

    let isStopping = Flag()
    let camera = DeviceSwitch(.camera)
    let microphone = DeviceSwitch(.microphone)
    let speaker = DeviceSwitch(.speaker)
    let microphoneMuted = Flag()
    let cameraMuted = Flag()
    /// The tone to be heard, as `ToneRequest` packs it.
    let tone = Gauge(ToneRequest.silence.packed)
    /// In tenths of a decibel below full scale.
    let microphoneLevel = Gauge(-1_270)
    let speakerLevel = Gauge(-1_270)

    /// Connected peers that take our video, and our audio.
    let videoReceivers = Gauge()
    let audioReceivers = Gauge()
    /// The loss of our sound on the worst of their paths, in per cent.
    let expectedAudioLoss = Gauge()
    let keyFrameIsWanted = Flag()
    let decoderNeedsKeyFrame = Flag()
    let targetBitrate: Gauge
    /// Nanoseconds that the video which waits to be sent takes at the present bit rate, of the session where it is most.
    let videoBacklog = Gauge()
    /// A peer's path asks for pictures that may be lost.
    let sendsLayers = Flag()
    /// What was heard last of the peer that is shown, for playing pictures in step.
    let heard = Latest<PlayedMedia?>(nil)
    /// The index of the peer whose pictures are shown; -1 if there is none.
    let shownPeer = Gauge(-1)
    /// Nanoseconds that sound waits to be in step with pictures.
    let audioDelay = Gauge()
    let jitterStatistics: [Latest<AudioJitterStatistics>]

    init(
        configuration: MediaEngineConfiguration, devices: any DeviceBackend, control: SeqPacketSocket,
        allocations: AllocationProbe
    ) throws(SystemError) {
        self.configuration = configuration
        self.devices = devices
        self.allocations = allocations
        self.control = ControlLink(control)
        pools = MediaPools(configuration, pictureSize: max(1, devices.cameraFormat.frameSize))
        pictures = try PicturePool(slots: configuration.pictureSlots)
        jitterStatistics = (0..<configuration.maximumPeers).map { _ in Latest(AudioJitterStatistics()) }
        targetBitrate = Gauge(Int64(configuration.videoBitrate))
        networkSignal = try EventFD()
        captureSignal = try EventFD()
        encodeSignal = try EventFD()
        microphoneSignal = try EventFD()
        decodeSignal = try EventFD()
        playoutSignal = try EventFD()
    }

    var stops: Bool { isStopping.isSet }

    /// How long a camera may give no picture; one that is slow by choice has longer.
    var cameraSilence: Interval {
        max(configuration.cameraSilence, .milliseconds(2_500) / Int64(max(1, devices.cameraFormat.framesPerSecond)))
    }

    /// Wakes every thread, for a change of switches.
    func signalAll() {
        for signal in [networkSignal, captureSignal, encodeSignal, microphoneSignal, decodeSignal, playoutSignal] {
            signal.signal()
        }
    }

    /// Switches the devices. The threads that own them open and close them and tell kioskd when it is done.
    func want(camera: Bool, microphone: Bool, speaker: Bool) {
        self.camera.isAsked = camera
        self.microphone.isAsked = microphone
        self.speaker.isAsked = speaker
        signalAll()
    }

    /// Cuts camera and microphone, or lets them be opened again if they are still asked for.
    func cut(_ isCut: Bool) {
        camera.isCut = isCut
        microphone.isCut = isCut
        signalAll()
    }
}
