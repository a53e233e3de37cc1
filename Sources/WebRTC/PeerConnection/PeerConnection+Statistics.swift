import CongestionControl
import ICE
import JitterBuffer
public import Primitives
import RTP
import SDP

extension PeerConnection {
    /// A reading of everything, under the names of the W3C's webrtc-stats. Allocates: not for every packet.
    public func statistics(now: Instant) -> PeerStatistics {
        var result = PeerStatistics(timestamp: max(now, self.now))
        result.transport = transportStatistics()
        result.candidatePair = pairStatistics()
        if let audio {
            if let ssrc = audioReceiver.ssrc {
                result.inboundRTP.append(
                    inbound(
                        ssrc, audio, audioReceiver.statistics, audioReceiver.reception,
                        lastPacket: audioReceiver.lastPacket))
            }
            if audio.flow.sends {
                result.outboundRTP.append(outbound(audioSender.header.ssrc, audio, audioSender.statistics))
                result.remoteInboundRTP.append(
                    remoteInbound(audioSender.header.ssrc, audio, audioSender.remote))
            }
            result.codecs.append(audio.codec)
        }
        if let video {
            if let ssrc = videoReceiver.ssrc {
                var one = inbound(
                    ssrc, video, videoReceiver.statistics, videoReceiver.reception,
                    lastPacket: videoReceiver.lastPacket)
                one.framesDropped = videoReceiver.frames.statistics.framesDropped
                one.fecPacketsDiscarded = videoReceiver.recovery.discarded
                one.packetsRepaired = videoReceiver.recovery.repaired
                result.inboundRTP.append(one)
            }
            if video.flow.sends {
                var one = outbound(videoSender.header.ssrc, video, videoSender.statistics)
                one.targetBitrate = videoSender.targetBitrate
                result.outboundRTP.append(one)
                result.remoteInboundRTP.append(
                    remoteInbound(videoSender.header.ssrc, video, videoSender.remote))
            }
            result.codecs.append(video.codec)
        }
        return result
    }

    private func transportStatistics() -> TransportStatistics {
        var result = transport
        result.iceRole = ice.role == .controlling ? "controlling" : "controlled"
        let report = security?.report ?? SecurityReport()
        result.dtlsRole = report.role
        switch report.state {
        case .new: result.dtlsState = "new"
        case .connecting: result.dtlsState = "connecting"
        case .connected: result.dtlsState = "connected"
        case .closed: result.dtlsState = "closed"
        case .failed: result.dtlsState = "failed"
        }
        (result.tlsVersion, result.dtlsCipher, result.srtpCipher) = (
            report.tlsVersion, report.cipher, report.protection
        )
        return result
    }

    private func pairStatistics() -> CandidatePairStatistics? {
        guard let path = ice.sendPair,
            let pair = ice.candidatePairStatistics().first(where: { $0.inUse })
        else { return nil }
        var result = CandidatePairStatistics(local: path.local, remote: path.remote)
        (result.localType, result.remoteType) = (pair.local.kind.rawValue, pair.remote.kind.rawValue)
        result.transport = path.transport.rawValue
        if path.transport == .udp { result.relayProtocol = relayProtocol(of: path.local) }
        result.currentRoundTripTime = pair.currentRoundTripTime?.seconds
        result.availableOutgoingBitrate = Double(videoSender.congestion.targetBitrate)
        result.nominated = pair.nominated
        result.packetsSent = transport.packetsSent - transportBefore.packetsSent
        result.packetsReceived = transport.packetsReceived - transportBefore.packetsReceived
        result.bytesSent = transport.bytesSent - transportBefore.bytesSent
        result.bytesReceived = transport.bytesReceived - transportBefore.bytesReceived
        return result
    }

    private func inbound(
        _ ssrc: UInt32, _ section: MediaSection, _ counted: InboundRTPStatistics, _ reception: ReceptionState,
        lastPacket: Instant?
    ) -> InboundRTPStatistics {
        var result = counted
        (result.ssrc, result.kind, result.mid) = (ssrc, section.kind, section.mid)
        (result.packetsLost, result.jitter) = (reception.packetsLost, reception.jitterSeconds)
        result.lastPacketReceivedTimestamp = lastPacket
        return result
    }

    private func outbound(
        _ ssrc: UInt32, _ section: MediaSection, _ counted: OutboundRTPStatistics
    ) -> OutboundRTPStatistics {
        var result = counted
        (result.ssrc, result.kind, result.mid) = (ssrc, section.kind, section.mid)
        return result
    }

    private func remoteInbound(
        _ ssrc: UInt32, _ section: MediaSection, _ reported: RemoteInboundRTPStatistics
    ) -> RemoteInboundRTPStatistics {
        var result = reported
        (result.ssrc, result.kind) = (ssrc, section.kind)
        return result
    }
}
