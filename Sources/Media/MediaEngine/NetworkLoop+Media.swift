import LinuxIO
import MediaControl
import PeerConnection
import Primitives

extension NetworkLoop {
    /// Sends what encoder and microphone have made since the last turn to each peer that takes it.
    mutating func sendMedia() {
        var sent = false
        while let frame = state.encoded.pop() {
            sent = true
            send(frame)
        }
        while let packet = state.spoken.pop() {
            sent = true
            send(packet)
        }
        guard sent else { return }
        for peer in peers { peer.flush() }
    }

    // Both borrow: a buffer of one's own whose bytes are looked at would be moved to the heap.
    private mutating func send(_ packet: borrowing MicrophonePacket) {
        let now = MonotonicClock.now()
        var loss = 0.0
        for peer in peers where peer.takesAudio {
            peer.connection.sendAudio(
                packet.data.bytes, timestamp: packet.timestamp, capturedAt: packet.capturedAt, now: now)
            loss = max(loss, peer.connection.expectedAudioLoss)
            drain(peer)
        }
        state.expectedAudioLoss.set(Int64(loss * 100))
    }

    private mutating func send(_ frame: borrowing EncodedFrame) {
        let now = MonotonicClock.now()
        var isSent = false
        for peer in peers {
            guard peer.takesVideo else {
                // What comes after it cannot be decoded without.
                if !frame.isNonReference { peer.hasHadKeyFrame = false }
                continue
            }
            guard frame.isKeyFrame || peer.hasHadKeyFrame else { continue }
            peer.hasHadKeyFrame = true
            peer.connection.sendVideo(
                frame.data.bytes, isKeyFrame: frame.isKeyFrame, isNonReference: frame.isNonReference,
                capturedAt: frame.capturedAt, now: now)
            drain(peer)
            peer.flush()
            isSent = true
        }
        guard isSent else { return }
        let age = max(0, (MonotonicClock.now() - frame.capturedAt).nanoseconds)
        let counters = state.counters
        counters.captureToSendNanoseconds.increment(by: UInt64(age))
        counters.captureToSendFrames.increment()
        if age > counters.captureToSendWorst.current { counters.captureToSendWorst.set(age) }
    }

    /// For the encoder, which leaves pictures out rather than have them wait, and makes some that may be lost.
    func noteBacklog() {
        var longest = Interval.zero
        var layers = false
        for peer in peers where peer.takesVideo {
            longest = max(longest, peer.connection.videoBacklog)
            layers = layers || peer.connection.prefersLayers
        }
        state.videoBacklog.set(longest.nanoseconds)
        state.sendsLayers.set(layers)
    }

    /// Hands a frame to the decoder if its peer is the one that is shown.
    mutating func decode(_ frame: consuming ReceivedVideoFrame, of peer: Peer) {
        guard peer.index == Int(state.shownPeer.current) else {
            peer.waitsForKeyFrame = true
            return
        }
        if peer.waitsForKeyFrame, !frame.isKeyFrame {
            state.counters.framesDropped.increment()
            peer.connection.requestKeyFrame(now: MonotonicClock.now())
            return
        }
        peer.waitsForKeyFrame = false
        if state.toDecode.push(.frame(frame)) != nil {
            state.counters.framesDropped.increment()
            peer.waitsForKeyFrame = true
            peer.connection.requestKeyFrame(now: MonotonicClock.now())
        }
        state.decodeSignal.signal()
    }

    mutating func play(_ packet: consuming ReceivedAudioPacket, of peer: Peer) {
        guard state.speaker.isOpen else { return }
        // Playout looks into the ring every 10 ms and is not woken; what does not fit counts as lost on the way.
        _ = state.toPlay.push(.packet(peer: peer.index, session: peer.number, packet))
    }

    /// The decoder cannot go on: the peer that is shown is asked for a key frame.
    mutating func passOnKeyFrameRequest() {
        guard state.decoderNeedsKeyFrame.take() else { return }
        for peer in peers where peer.index == Int(state.shownPeer.current) {
            peer.waitsForKeyFrame = true
            peer.connection.requestKeyFrame(now: MonotonicClock.now())
            drain(peer)
            peer.flush()
        }
    }

    /// Passes on what a session says of itself.
    mutating func tell(_ event: PeerEvent, of peer: Peer) {
        switch event {
        case .localCandidate(let candidate, let mid, let mLineIndex):
            state.control.post(
                .localCandidate(
                    peer: peer.number, candidate: candidate, mid: mid, mLineIndex: UInt16(exactly: mLineIndex)))
        case .connectionState(let new):
            update()
            if !peer.isLeft { state.control.post(.connectionState(peer: peer.number, state: PeerState(new))) }
        case .restartNeeded:
            if !peer.isLeft { state.control.post(.restartNeeded(peer: peer.number)) }
        case .keyFrameRequested: wantKeyFrame()
        case .targetBitrate(let bitrate):
            peer.targetBitrate = bitrate
            update()
        case .mediaFlow: update()
        case .synchronisation(let reading):
            if peer.index == Int(state.shownPeer.current) { _ = state.toDecode.push(.clock(reading)) }
        case .remoteClosed:
            guard !peer.isLeft else { return }
            peer.isLeft = true
            update()
            state.control.post(.connectionState(peer: peer.number, state: .closed))
        }
    }

    /// Works out anew who takes what, whose pictures are shown, and the bits a second that all can take.
    mutating func update() {
        var (video, audio) = (0, 0)
        var bitrate = state.configuration.videoBitrate
        var shown: Peer?
        for peer in peers {
            if peer.takesVideo {
                video += 1
                bitrate = min(bitrate, peer.targetBitrate)
            }
            if peer.takesAudio { audio += 1 }
            if peer.isConnected, shown == nil, peer.connection.videoFlow.receives { shown = peer }
        }
        state.targetBitrate.set(Int64(max(bitrate, state.configuration.minimumVideoBitrate)))
        state.audioReceivers.set(Int64(audio))
        if state.videoReceivers.exchange(Int64(video)) < video { wantKeyFrame() }
        show(shown)
    }

    private mutating func show(_ peer: Peer?) {
        let index = Int64(peer?.index ?? -1)
        guard state.shownPeer.exchange(index) != index else { return }
        // When the ring is full the decoder starts anew by itself with the key frame that comes.
        _ = state.toDecode.push(.restart)
        state.decodeSignal.signal()
        guard let peer else { return }
        peer.waitsForKeyFrame = true
    }

    private func wantKeyFrame() {
        state.keyFrameIsWanted.set()
        state.encodeSignal.signal()
    }
}

extension PeerState {
    init(_ state: PeerConnectionState) {
        switch state {
        case .new: self = .new
        case .connecting: self = .connecting
        case .connected: self = .connected
        case .disconnected: self = .disconnected
        case .failed: self = .failed
        case .closed: self = .closed
        }
    }
}
