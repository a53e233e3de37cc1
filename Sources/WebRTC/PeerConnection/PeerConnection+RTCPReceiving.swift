import CongestionControl
import ICE
import Primitives
import RTP
import SDP

extension PeerConnection {
    /// Lost packets that one datagram may name; more than a path can lose at once is not believed.
    private static let maximumRequests = 512

    /// A decrypted compound of the peer's.
    mutating func receiveRTCP(_ datagram: RawSpan) {
        var reader = RTCPReader(datagram)
        var requests = 0
        while let packet = reader.next() {
            switch packet.kind {
            case .senderReport:
                receiveSenderReport(packet)
                receiveReportBlocks(packet)
            case .receiverReport: receiveReportBlocks(packet)
            case .goodbye: receiveGoodbye(packet)
            case .nack: receiveNACK(packet, &requests)
            case .pictureLossIndication:
                guard packet.mediaSSRC == videoSender.header.ssrc, videoFlow.sends else { continue }
                videoSender.statistics.pliCount &+= 1
                demandKeyFrame()
            case .fullIntraRequest: receiveFullIntraRequest(packet)
            case .receiverEstimatedMaximumBitrate:
                guard let bitrate = packet.maximumBitrate, videoFlow.sends else { continue }
                receiveBitrateRequest(bitrate)
            case .transportFeedback: receiveTransportFeedback(packet)
            case .sourceDescription, .unknown: continue
            }
        }
        if reader.error != nil { transport.refusals.malformed &+= 1 }
    }

    private mutating func receiveSenderReport(_ packet: borrowing RTCPPacket) {
        guard let information = packet.senderInformation else { return }
        let kind: PeerMediaKind
        if packet.senderSSRC == audioReceiver.ssrc {
            audioReceiver.reception.receivedSenderReport(information, at: now)
            kind = .audio
        } else if packet.senderSSRC == videoReceiver.ssrc {
            videoReceiver.reception.receivedSenderReport(information, at: now)
            kind = .video
        } else {
            return
        }
        emit(
            .synchronisation(
                MediaClockReading(
                    kind: kind, ntp: information.ntp.value, rtp: information.rtpTimestamp, receivedAt: now)))
    }

    private mutating func receiveReportBlocks(_ packet: borrowing RTCPPacket) {
        for index in 0..<packet.reportBlockCount {
            guard let block = packet.reportBlock(index) else { return }
            let measured = NTPTimestamp.roundTripTime(of: block, now: now)?.seconds
            if block.ssrc == audioSender.header.ssrc {
                audioSender.remote.update(block, clockRate: 48_000, roundTripTime: measured)
                audioSender.loss.update(Double(block.fractionLost) / 256, now: now)
                audioSender.header.mid = nil
            } else if block.ssrc == videoSender.header.ssrc {
                videoSender.remote.update(block, clockRate: 90_000, roundTripTime: measured)
                videoSender.header.mid = nil
            }
        }
    }

    private mutating func receiveGoodbye(_ packet: borrowing RTCPPacket) {
        var index = 0
        while let source = packet.goodbyeSource(index) {
            if sources.leave(source) { emit(.remoteClosed) }
            index += 1
        }
    }

    private mutating func receiveNACK(_ packet: borrowing RTCPPacket, _ requests: inout Int) {
        guard packet.mediaSSRC == videoSender.header.ssrc, videoFlow.sends, canSend else { return }
        videoSender.statistics.nackCount &+= 1
        for index in 0..<packet.nackPairCount {
            guard let pair = packet.nackPair(index) else { return }
            var lost = 0
            while let sequenceNumber = pair.sequenceNumber(lost) {
                guard requests < Self.maximumRequests else { return }
                requests += 1
                lost += 1
                answer(sequenceNumber)
            }
        }
    }

    private mutating func receiveFullIntraRequest(_ packet: borrowing RTCPPacket) {
        for index in 0..<packet.fullIntraRequestCount {
            guard let request = packet.fullIntraRequest(index), request.ssrc == videoSender.header.ssrc,
                videoSender.intraRequests.isNew(request.sequenceNumber), videoFlow.sends
            else { continue }
            videoSender.statistics.firCount &+= 1
            demandKeyFrame()
        }
    }

    /// A peer that tells when packets arrive only limits with this what we find ourselves; for others, and while it tells
    /// nothing, it is all there is.
    private mutating func receiveBitrateRequest(_ bitrate: Int) {
        videoSender.congestion.request(bitrate)
        if hasFeedback { followCongestion() } else { follow(bitrate) }
    }

    private mutating func receiveTransportFeedback(_ packet: borrowing RTCPPacket) {
        guard var feedback = packet.transportFeedback() else {
            transport.refusals.malformed &+= 1
            return
        }
        videoSender.lastFeedback = now
        while let status = feedback.next() {
            videoSender.congestion.feedback(status.sequenceNumber, arrival: status.arrival)
        }
        if feedback.error != nil { transport.refusals.malformed &+= 1 }
        videoSender.congestion.concludeFeedback(
            roundTripTime: roundTripTime, isProbing: videoSender.pacer.probe != nil, now: now)
        let loss = videoSender.congestion.lossFraction
        videoSender.protection.update(loss: loss, roundTripTime: roundTripTime, now: now)
        videoSender.layers.update(loss: loss, roundTripTime: roundTripTime, isProtected: protects, now: now)
        setMostBitrate()
        followCongestion()
    }
}
