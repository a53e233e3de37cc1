import CongestionControl
import Primitives
import RTP
import SDP

/// What we ask a peer to send that does not find out itself, with the clocks that its packets tell.
struct ReceiveRate {
    var rate: ReceiveSideRate
    var sendTimes = SendTimeUnwrapper()
    var timestamps = TimestampUnwrapper()

    init(_ configuration: PeerConfiguration) {
        let most = max(1, configuration.maximumReceiveBitrate)
        rate = ReceiveSideRate(
            minimumBitrate: min(most, max(1, configuration.minimumBitrate)), maximumBitrate: most)
    }
}

extension PeerConnection {
    /// The peer goes by REMB: it has asked for no better feedback, or its packets bear no numbers for that.
    private var peerFollowsRequests: Bool {
        guard let video, video.flow.receives, video.feedback.contains(.remb) else { return false }
        return !video.feedback.contains(.transportCC) || video.extensions.transportSequenceNumber == 0
    }

    /// Learns from a packet how much the path carries, and says so where the peer goes by that.
    mutating func requestBitrateIfDue(_ header: RTPHeader, _ packet: RawSpan) {
        guard peerFollowsRequests else { return }
        receiveRate.rate.received(
            size: packet.byteCount, sentAt: sendTime(header, packet), roundTripTime: roundTripTime, now: now)
        guard canSend, packets.inUse < packets.slotCount, let ssrc = videoReceiver.ssrc,
            let bitrate = receiveRate.rate.takeRequest(now: now)
        else { return }
        sendBitrateRequest(bitrate, ssrc)
    }

    /// When the packet left, on a clock of the peer's: the one that all its streams share, or that of its pictures, by which
    /// one that is sent again would count as late.
    private mutating func sendTime(_ header: RTPHeader, _ packet: RawSpan) -> Interval? {
        guard let video else { return nil }
        let id = video.extensions.absoluteSendTime
        if id != 0 {
            guard let place = header.extensionElement(id, in: packet), place.count == 3,
                let high = packet.byte(at: place.lowerBound),
                let low = packet.bigEndian(UInt16.self, at: place.lowerBound + 1)
            else { return nil }
            return receiveRate.sendTimes.unwrap(UInt32(high) << 16 | UInt32(low))
        }
        guard video.isPrimary(header.payloadType) else { return nil }
        let ticks = receiveRate.timestamps.unwrap(header.timestamp)
        let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: 90_000)
        return .nanoseconds(seconds &* 1_000_000_000 &+ rest * 100_000 / 9)
    }
}
