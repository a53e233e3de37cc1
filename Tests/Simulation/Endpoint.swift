public import DTLS
public import JitterBuffer
public import PeerConnection
public import Primitives

/// One side of a simulated call: an engine, what it sends, and what it was seen to give.
public final class Endpoint {
    public var peer: PeerConnection
    public let packets: BufferPool
    public let frames: BufferPool
    public private(set) var addresses: [TransportAddress]
    /// Where this side listens by TCP.
    public private(set) var listeners: [TransportAddress] = []

    public var sendsVideo = true
    public var sendsAudio = true
    /// Bytes of a frame between key frames, and of a key frame.
    public var frameSize = 3000
    public var keyFrameSize = 12_000
    /// Every second frame is one that nothing is predicted from, and smaller by a third than the one before it.
    /// Nil: where the engine asks for them, as the encoder does.
    public var sendsLayers: Bool?
    /// Frames as large as the engine says that the path carries at 30 frames a second.
    public var followsTargetBitrate = false
    /// And that slowly, with every picture another size, as an encoder's are.
    public var followsSlowly: RandomSource?
    private var followed: Double?
    public private(set) var targetBitrate: Int?
    /// Pictures not encoded because too much waited to be sent.
    public private(set) var framesLeftOut = 0
    static let longestBacklog = Interval.milliseconds(250)

    public private(set) var states: [PeerConnectionState] = []
    public private(set) var connectedAt: Instant?
    public private(set) var events: [PeerEvent] = []
    public private(set) var framesReceived = 0
    public private(set) var keyFramesReceived = 0
    /// When frames are seen, as the decode thread shows them.
    public private(set) var playout = VideoPlayout()
    public private(set) var freezes = FreezeWatch()
    private var lastShown = Instant.zero
    public private(set) var firstFrameAt: Instant?
    public private(set) var lastFrameAt: Instant?
    public private(set) var audioReceived: Set<UInt32> = []
    public private(set) var keyFrameRequests = 0
    /// What must never be: said once, in words.
    public var faults: [String] = [] { didSet { if faults.count > 100 { faults.removeLast() } } }
    public var deadline = Instant.distantFuture
    /// Candidates to be signalled.
    public var candidates: [(text: String, mid: String, index: Int)] = []

    /// What is to be done with streams.
    var streamActions: [StreamAction] = []

    enum StreamAction {
        case open(StreamRequest)
        case write([UInt8], StreamNumber)
        case close(StreamNumber)
    }

    private var nextFrame: UInt32 = 0
    private var nextAudio: UInt32 = 0
    private var keyFrameWanted = true
    private var lastNumber: UInt32?
    /// The last frame that was sent, or received, from which others are predicted.
    private var lastReferenceSent: UInt32 = 0
    private var lastReference: UInt32?
    private var upperIsNext = false
    /// Frames of the upper layer received.
    public private(set) var upperFramesReceived = 0

    public init(
        configuration: PeerConfiguration = PeerConfiguration(), certificate: DTLSCertificate,
        addresses: [TransportAddress], packetSlots: Int = 2048, frameSlots: Int = 16, seed: UInt64, now: Instant,
        security: SecurityChoice = .plain
    ) {
        packets = BufferPool(slotCount: packetSlots, slotSize: 1536)
        frames = BufferPool(slotCount: frameSlots, slotSize: 65_536)
        self.addresses = addresses
        peer = PeerConnection(
            configuration: configuration, certificate: certificate, packets: packets, frames: frames,
            random: RandomSource(seed: seed), now: now, security: security == .plain ? .plain : .dtlsSRTP)
    }

    /// The host's addresses are others now.
    public func move(to others: [TransportAddress], now: Instant) {
        let old = addresses
        addresses = others
        listeners.removeAll { listener in !others.contains { $0.address == listener.address } }
        for address in old where !others.contains(address) { peer.removeLocalAddress(address, now: now) }
        for address in others where !old.contains(address) { peer.addLocalAddress(address, now: now) }
    }

    /// Listens by TCP, if the engine has a use for that.
    public func listen(at address: TransportAddress, now: Instant) {
        guard peer.acceptsConnections else { return }
        listeners.append(address)
        peer.addLocalListener(address, now: now)
    }

    public enum SecurityChoice: Sendable { case plain, dtlsSRTP }

    public var state: PeerConnectionState { peer.connectionState }

    /// Drains `poll`; what is to be sent goes to `transmit`.
    public func drain(now: Instant, transmit: (RawSpan, TransportAddress, TransportAddress) -> Void) {
        for _ in 0..<100_000 {
            switch peer.poll() {
            case .transmit(let packet, let from, let to):
                if !addresses.contains(from) { faults.append("sent from \(from), which is not ours") }
                transmit(packet.bytes, from, to)
            case .open(let request): streamActions.append(.open(request))
            case .write(let packet, let number, _): streamActions.append(.write(packet.bytes.toArray(), number))
            case .close(let number): streamActions.append(.close(number))
            case .video(let frame): take(frame, now: now)
            case .audio(let packet): take(packet)
            case .event(let event): take(event, now: now)
            case .idle(let until):
                deadline = until
                return
            }
        }
        faults.append("poll never became idle")
    }

    private func take(_ event: PeerEvent, now: Instant) {
        events.append(event)
        switch event {
        case .localCandidate(let text, let mid, let index): candidates.append((text, mid, index))
        case .connectionState(let state):
            states.append(state)
            if state == .connected, connectedAt == nil { connectedAt = now }
        case .keyFrameRequested:
            keyFrameWanted = true
            keyFrameRequests += 1
        case .targetBitrate(let bitrate):
            targetBitrate = bitrate
            if followsTargetBitrate { (frameSize, keyFrameSize) = (bitrate / 240, bitrate / 80) }
        case .restartNeeded, .mediaFlow, .synchronisation, .remoteClosed: break
        }
    }

    private func take(_ frame: borrowing ReceivedVideoFrame, now: Instant) {
        guard let said = SyntheticMedia.frame(frame.data.bytes, isKeyFrame: frame.isKeyFrame) else {
            faults.append("a frame of \(frame.data.count) bytes is not what was sent")
            return
        }
        let number = said.number
        if frame.isKeyFrame {
            keyFramesReceived += 1
        } else if said.reference != lastReference {
            faults.append(
                "frame \(number) follows \(lastReference.map(String.init) ?? "nothing") and not \(said.reference): not decodable"
            )
        }
        if said.isNonReference { upperFramesReceived += 1 } else { lastReference = number }
        if let lastNumber, number <= lastNumber { faults.append("frame \(number) came after \(lastNumber)") }
        lastNumber = number
        framesReceived += 1
        lastShown = max(lastShown, playout.due(timestamp: frame.timestamp, completeAt: frame.completeAt))
        freezes.shown(at: lastShown)
        if firstFrameAt == nil { firstFrameAt = now }
        lastFrameAt = now
    }

    private func take(_ packet: borrowing ReceivedAudioPacket) {
        guard let payload = packet.packet.bytes.slice(packet.payloadRange),
            let number = SyntheticMedia.audioNumber(payload)
        else {
            faults.append("an audio packet is not what was sent")
            return
        }
        audioReceived.insert(number)
    }

    public func sendFrame(now: Instant) {
        guard sendsVideo else { return }
        // As the encoder does: what waits is sent before there is more of it.
        if followsTargetBitrate, peer.videoBacklog > Self.longestBacklog {
            framesLeftOut += 1
            return
        }
        let isKeyFrame = keyFrameWanted
        keyFrameWanted = false
        let isLayered = sendsLayers ?? peer.prefersLayers
        let isUpper = isLayered && upperIsNext && !isKeyFrame
        upperIsNext = !isUpper
        var size = isKeyFrame ? keyFrameSize : frameSize
        // As the encoder shares them out.
        if !isKeyFrame { size = scattered(size) }
        if isLayered, !isKeyFrame { size = isUpper ? size * 4 / 5 : size * 6 / 5 }
        let said = SyntheticMedia.Frame(number: nextFrame, reference: lastReferenceSent, isNonReference: isUpper)
        let bytes = SyntheticMedia.frame(said, isKeyFrame: isKeyFrame, size: size)
        if !isUpper { lastReferenceSent = nextFrame }
        nextFrame += 1
        peer.sendVideo(
            bytes.span.bytes, isKeyFrame: isKeyFrame, isNonReference: isUpper, capturedAt: now, now: now)
    }

    /// An eighth of the way from picture to picture, and a third more or less of it.
    private func scattered(_ size: Int) -> Int {
        guard var random = followsSlowly else { return size }
        let mean = (followed ?? Double(size)) * 7 / 8 + Double(size) / 8
        followed = mean
        let scattered = Int(mean * Double.random(in: 0.67...1.33, using: &random))
        followsSlowly = random
        return scattered
    }

    public func sendSound(now: Instant) {
        guard sendsAudio else { return }
        let bytes = SyntheticMedia.audio(nextAudio)
        peer.sendAudio(bytes.span.bytes, timestamp: nextAudio &* 960, capturedAt: now, now: now)
        nextAudio += 1
    }

    /// Another sender's frames follow, which count anew.
    public func forgetFrames() { (lastNumber, lastReference) = (nil, nil) }

    /// Whether its path asks for layers.
    public var prefersLayers: Bool { peer.prefersLayers }

    public func statistics(now: Instant) -> PeerStatistics { peer.statistics(now: now) }
    /// The engine is given up, and with it every slot it held.
    public func replace(with other: Endpoint, now: Instant) {
        swap(&peer, &other.peer)
        states.removeAll()
        deadline = now
    }
}
