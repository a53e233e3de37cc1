import ICE
import JitterBuffer
public import Primitives
import RTP
import SDP

extension PeerConnection {
    /// A decrypted RTP packet of the peer's.
    mutating func receiveRTP(_ packet: consuming PooledBuffer) {
        guard let header = try? RTPHeader(parsing: packet.bytes) else {
            transport.refusals.malformed &+= 1
            return
        }
        noteArrival(header, packet.bytes)
        requestBitrateIfDue(header, packet.bytes)
        guard let role = role(of: header, packet.bytes) else {
            transport.refusals.unroutable &+= 1
            return
        }
        let lookup = sources.note(header.ssrc, role: role, now: now)
        guard lookup != .refused else {
            transport.refusals.unroutable &+= 1
            return
        }
        switch role {
        case .audio: receiveAudio(packet, header, isNew: lookup == .new)
        case .video: receiveVideo(packet, header, isNew: lookup == .new)
        case .videoRetransmission: receiveRetransmission(packet, header)
        }
    }

    /// For the sender's congestion control, whatever becomes of the packet.
    private mutating func noteArrival(_ header: RTPHeader, _ packet: RawSpan) {
        let listens = video?.feedback.contains(.transportCC) == true || audio?.feedback.contains(.transportCC) == true
        let id = video?.extensions.transportSequenceNumber ?? audio?.extensions.transportSequenceNumber ?? 0
        guard listens, let place = header.extensionElement(id, in: packet), place.count == 2,
            let number = packet.bigEndian(UInt16.self, at: place.lowerBound)
        else { return }
        arrivals.received(number, at: now)
        if timers[.feedback] == .distantFuture { timers[.feedback] = now + .milliseconds(50) }
    }

    /// Payload types are unique in a bundle, so the payload type tells; a mid that says otherwise is refused
    /// (RFC 8843 §9.2).
    private func role(of header: RTPHeader, _ packet: RawSpan) -> SourceRole? {
        let role: SourceRole
        let section: MediaSection
        if let audio, header.payloadType == audio.codec.payloadType {
            (role, section) = (.audio, audio)
        } else if let video, video.isPrimary(header.payloadType) {
            (role, section) = (.video, video)
        } else if let video, video.retransmitted(by: header.payloadType) != nil {
            (role, section) = (.videoRetransmission, video)
        } else {
            return nil
        }
        guard section.flow.receives else { return nil }
        if let place = header.extensionElement(section.extensions.mid, in: packet), let bytes = packet.slice(place),
            let mid = MediaIdentifier(bytes), mid != section.identifier
        {
            return nil
        }
        return role
    }

    private mutating func receiveAudio(_ packet: consuming PooledBuffer, _ header: RTPHeader, isNew: Bool) {
        if isNew { audioReceiver.follow(header.ssrc) }
        guard audioReceiver.ssrc == header.ssrc else {
            transport.refusals.unroutable &+= 1
            return
        }
        let sequence = audioReceiver.unwrapper.unwrap(header.sequenceNumber)
        audioReceiver.reception.received(sequence: sequence, timestamp: header.timestamp, arrival: now)
        audioReceiver.statistics.count(header)
        audioReceiver.lastPacket = now
        guard !header.payloadRange.isEmpty else { return }  // padding
        let received = ReceivedAudioPacket(
            packet: packet, payloadRange: header.payloadRange, ssrc: header.ssrc,
            sequenceNumber: header.sequenceNumber, timestamp: header.timestamp, marker: header.marker, receivedAt: now)
        guard receivedAudio.push(received) else {
            audioReceiver.statistics.packetsDiscarded &+= 1
            transport.refusals.exhausted &+= 1
            return
        }
    }

    private mutating func receiveVideo(_ packet: consuming PooledBuffer, _ header: RTPHeader, isNew: Bool) {
        if isNew { videoReceiver.follow(header.ssrc) }
        guard videoReceiver.ssrc == header.ssrc else {
            transport.refusals.unroutable &+= 1
            return
        }
        let sequence = videoReceiver.unwrapper.unwrap(header.sequenceNumber)
        videoReceiver.reception.received(sequence: sequence, timestamp: header.timestamp, arrival: now)
        videoReceiver.statistics.count(header)
        openVideo(packet, header, sequence, isRetransmission: false)
    }

    private mutating func receiveRetransmission(_ packet: consuming PooledBuffer, _ header: RTPHeader) {
        videoReceiver.statistics.count(header, isRetransmission: true)
        guard let ssrc = videoReceiver.ssrc, let payloadType = video?.retransmitted(by: header.payloadType),
            let original = RetransmissionStream.unwrap(
                &packet, header: header, originalSSRC: ssrc, originalPayloadType: payloadType)
        else { return }  // a probe of the path, or too early to be of use
        // A retransmission never moves the sequence on: its number is near the latest or it is not this stream's.
        openVideo(
            packet, original, videoReceiver.unwrapper.peek(original.sequenceNumber), isRetransmission: true)
    }

    mutating func insertVideo(
        _ packet: consuming PooledBuffer, _ header: RTPHeader, _ sequence: Int64, isRetransmission: Bool
    ) {
        videoReceiver.lastPacket = now
        if video?.feedback.contains(.nack) == true {
            videoReceiver.losses.received(sequence, isRetransmission: isRetransmission, now: now)
        }
        switch videoReceiver.frames.insert(packet, header: header, sequence: sequence, arrival: now) {
        case .accepted: break
        case .duplicate, .late, .malformed: videoReceiver.statistics.packetsDiscarded &+= 1
        }
        videoReceiver.mayHaveFrames = true
    }

    /// Asks for what the video stream lacks, as far as that is due.
    mutating func serveVideo() {
        guard let video, let ssrc = videoReceiver.ssrc, canSend else { return }
        if videoReceiver.frames.nextDeadline <= now { videoReceiver.mayHaveFrames = true }
        videoReceiver.losses.discard(before: videoReceiver.frames.firstWanted)
        videoReceiver.losses.roundTripTime = roundTripTime
        videoReceiver.losses.repairWait = repairWait
        // A request may be lost too, which would be seen. Who has answered one does not answer the next for a round trip.
        videoReceiver.losses.repetition = secondLossIsSeen ? .milliseconds(20) : .zero
        // Time for some retransmissions: a key frame takes a round trip too, and is lost more easily than a packet.
        videoReceiver.frames.maximumWait = max(.milliseconds(700), min(roundTripTime * 6, .seconds(2)))
        // What is lost of a higher layer is waited for as long as nobody sees that the picture stands still.
        videoReceiver.frames.layerWait = layerWait
        if video.feedback.contains(.nack) { sendNACK(video, ssrc) }
        let gaveUp = videoReceiver.losses.takeGivenUp()
        if gaveUp || videoReceiver.frames.needsKeyFrame(now: now) {
            askForKeyFrame()
        } else if videoReceiver.keyFrameRequests.takeDue(now: now) {
            sendKeyFrameRequest()
        }
    }

    /// Time for two retransmissions, for one, or none.
    private var layerWait: Interval {
        let (answer, slack) = (roundTripTime * 5 / 4, Interval.milliseconds(20))
        if answer * 2 + slack <= RetransmissionCache.longestUse { return answer * 2 + slack }
        return answer + slack <= RetransmissionCache.longestUse ? answer + slack : slack
    }

    /// As the reports have it, or before them the check that made the pair valid.
    var roundTripTime: Interval {
        let reported = videoSender.remote.roundTripTime ?? audioSender.remote.roundTripTime
        return reported.map { .microseconds(Int64(min(max($0, 0), 10) * 1e6)) } ?? firstRoundTripTime
    }

    /// Asks the peer for a key frame: the decoder cannot go on. At most one request per half second goes out.
    public mutating func requestKeyFrame(now: Instant) {
        setTime(now)
        guard canSend, videoFlow.receives else { return }
        askForKeyFrame()
    }

    private mutating func askForKeyFrame() {
        if videoReceiver.keyFrameRequests.request(now: now) { sendKeyFrameRequest() }
    }
}
