import ICE
import JitterBuffer
import Primitives
import RTP
import SDP
import SRTP

extension PeerConnection {
    /// Bytes of a compound before its protection.
    private static let compoundSize = 1150

    /// Our source in reports and feedback.
    private var reporter: UInt32 { videoSender.header.ssrc }

    /// The reports of RFC 3550 §6.4 about everything that flows.
    mutating func sendReports() {
        // RFC 3550 §6.2 randomises by half either way; a second suits two parties.
        timers[.reports] = now + .milliseconds(Int64.random(in: 500...1500, using: &random))
        guard canSend, var buffer = takeCompound() else { return }
        var writer = RTCPWriter(buffer.mutableBytes)
        writeReports(to: &writer)
        let count = writer.count
        sendCompound(buffer, count)
    }

    private mutating func writeReports(to writer: inout RTCPWriter) {
        let audioBlock = audioReceiver.ssrc.flatMap { audioReceiver.reception.reportBlock(ssrc: $0, now: now) }
        let videoBlock = videoReceiver.ssrc.flatMap { videoReceiver.reception.reportBlock(ssrc: $0, now: now) }
        let blocks = (audioBlock == nil ? 0 : 1) + (videoBlock == nil ? 0 : 1)
        let fromVideo = videoFlow.sends ? videoSender.report.information(now: now) : nil
        let fromAudio = audioFlow.sends ? audioSender.report.information(now: now) : nil
        // The blocks go with the first report; the one that follows is the other stream's alone.
        if let fromVideo {
            writer.senderReport(ssrc: videoSender.header.ssrc, fromVideo, blockCount: blocks)
        } else if let fromAudio {
            writer.senderReport(ssrc: audioSender.header.ssrc, fromAudio, blockCount: blocks)
        } else {
            writer.receiverReport(ssrc: reporter, blockCount: blocks)
        }
        if let audioBlock { writer.reportBlock(audioBlock) }
        if let videoBlock { writer.reportBlock(videoBlock) }
        if fromVideo != nil, let fromAudio { writer.senderReport(ssrc: audioSender.header.ssrc, fromAudio) }
        let named = fromVideo == nil && fromAudio != nil ? audioSender.header.ssrc : reporter
        writer.sourceDescription(ssrc: named, canonicalName: canonicalName)
    }

    /// Feedback outside the reports stands alone where the peer takes that (RFC 5506), else behind an empty report.
    private func beginFeedback(_ writer: inout RTCPWriter, _ section: MediaSection) {
        guard !section.reducedSizeRTCP else { return }
        writer.receiverReport(ssrc: reporter)
        writer.sourceDescription(ssrc: reporter, canonicalName: canonicalName)
    }

    mutating func sendTransportFeedback() {
        guard canSend, let section = video ?? audio, arrivals.isPending else { return }
        guard var buffer = takeCompound() else {
            timers[.feedback] = now + .milliseconds(50)
            return
        }
        var writer = RTCPWriter(buffer.mutableBytes)
        beginFeedback(&writer, section)
        let media = videoReceiver.ssrc ?? audioReceiver.ssrc ?? 0
        let hasWritten = arrivals.write(to: &writer, senderSSRC: reporter, mediaSSRC: media)
        let count = writer.count
        if hasWritten { sendCompound(buffer, count) }
        // The next packet starts the timer again, unless there was more than one feedback could say.
        if arrivals.isPending, hasWritten { timers[.feedback] = now }
    }

    mutating func sendNACK(_ section: MediaSection, _ ssrc: UInt32) {
        guard videoReceiver.losses.missingCount > 0, var buffer = takeCompound() else { return }
        var writer = RTCPWriter(buffer.mutableBytes)
        beginFeedback(&writer, section)
        let asked = writer.nack(senderSSRC: reporter, mediaSSRC: ssrc, from: &videoReceiver.losses, now: now)
        let count = writer.count
        guard asked > 0 else { return }
        videoReceiver.statistics.nackCount &+= 1
        sendCompound(buffer, count)
    }

    /// REMB, for a peer that goes by that.
    mutating func sendBitrateRequest(_ bitrate: Int, _ ssrc: UInt32) {
        guard let video, var buffer = takeCompound() else { return }
        var writer = RTCPWriter(buffer.mutableBytes)
        beginFeedback(&writer, video)
        writer.maximumBitrate(senderSSRC: reporter, mediaSSRC: ssrc, bitrate: bitrate)
        let count = writer.count
        sendCompound(buffer, count)
    }

    mutating func sendKeyFrameRequest() {
        guard let video, let ssrc = videoReceiver.ssrc else { return }
        guard var buffer = takeCompound() else { return }
        var writer = RTCPWriter(buffer.mutableBytes)
        beginFeedback(&writer, video)
        if video.feedback.contains(.pli) {
            writer.pictureLossIndication(senderSSRC: reporter, mediaSSRC: ssrc)
            videoReceiver.statistics.pliCount &+= 1
        } else if video.feedback.contains(.fir) {
            writer.fullIntraRequest(
                senderSSRC: reporter, mediaSSRC: ssrc, sequenceNumber: videoReceiver.intraRequestNumber)
            videoReceiver.intraRequestNumber &+= 1
            videoReceiver.statistics.firCount &+= 1
        } else {
            return
        }
        let count = writer.count
        sendCompound(buffer, count)
    }

    mutating func sendGoodbye() {
        guard canSend, var buffer = takeCompound() else { return }
        var writer = RTCPWriter(buffer.mutableBytes)
        writeReports(to: &writer)
        if audioFlow.sends { writer.goodbye(ssrc: audioSender.header.ssrc) }
        if videoFlow.sends { writer.goodbye(ssrc: videoSender.header.ssrc) }
        let count = writer.count
        sendCompound(buffer, count)
    }

    /// A slot with room for a compound and its trailer.
    private mutating func takeCompound() -> PooledBuffer? {
        guard var buffer = try? packets.take() else {
            transport.refusals.exhausted &+= 1
            feedbackResumesAt = now + .milliseconds(5)
            return nil
        }
        buffer.setCount(Self.compoundSize)
        return buffer
    }

    private mutating func sendCompound(_ buffer: consuming PooledBuffer, _ count: Int) {
        guard count > 0, let security, let path = ice.sendPair else { return }
        buffer.setCount(count)
        do throws(SRTPError) { try security.protectRTCP(&buffer) } catch {
            transport.refusals.exhausted &+= 1
            return
        }
        guard outgoing.push(RoutedDatagram(packet: buffer, path: path, content: .sound)) else {
            transport.refusals.exhausted &+= 1
            return
        }
    }
}
