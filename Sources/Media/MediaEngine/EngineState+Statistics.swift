import JitterBuffer
import LinuxIO
import MediaControl
import PeerConnection
import Primitives

extension EngineState {
    /// All figures of a session and of the process, as `<W3C type>/<kind>/<name>`. On request only: it allocates.
    func statistics(of peer: Peer, now: Instant) -> [Statistic] {
        let reading = peer.connection.statistics(now: now)
        var values = reading.flat
        values += counters.statistics
        if jitterStatistics.indices.contains(peer.index) { values += jitterStatistics[peer.index].value.flat }
        values.append(Statistic("outbound-rtp/audio/expectedLoss", Double(expectedAudioLoss.current) / 100))
        values += pools.statistics
        values += allocations.statistics
        values += [
            Statistic("ring/encoded/refusals", Double(encoded.refusals.count)),
            Statistic("ring/spoken/refusals", Double(spoken.refusals.count)),
            Statistic("ring/toDecode/refusals", Double(toDecode.refusals.count)),
            Statistic("ring/toPlay/refusals", Double(toPlay.refusals.count)),
            Statistic("ring/played/refusals", Double(played.refusals.count)),
            Statistic("mailbox/captured/replaced", Double(captured.replaced.count)),
            Statistic("pictures/refused", Double(pictures.refused.count)),
            Statistic("pictures/falseReleases", Double(pictures.falseReleases.count)),
            Statistic("control/dropped", Double(control.dropped.count)),
            Statistic("socket/dropped", Double(peer.sockets.reduce(0) { $0 + ($1?.dropped.count ?? 0) })),
            Statistic("stream/unsent/control", Double(peer.unsent(.control))),
            Statistic("stream/unsent/sound", Double(peer.unsent(.sound))),
            Statistic("stream/unsent/pictures", Double(peer.unsent(.pictures))),
            Statistic("stream/unsent", Double(peer.unsentByStreams)),
            Statistic("socket/unsent", Double(peer.sockets.reduce(0) { $0 + ($1?.unsent.count ?? 0) })),
        ]
        return values
    }
}

extension AudioJitterStatistics {
    fileprivate var flat: [Statistic] {
        let prefix = "inbound-rtp/audio/"
        let counts: [(String, UInt64)] = [
            ("totalSamplesReceived", totalSamplesReceived), ("concealedSamples", concealedSamples),
            ("silentConcealedSamples", silentConcealedSamples), ("concealmentEvents", concealmentEvents),
            ("insertedSamplesForDeceleration", insertedSamplesForDeceleration),
            ("removedSamplesForAcceleration", removedSamplesForAcceleration),
            ("jitterBufferEmittedCount", jitterBufferEmittedCount), ("packetsDiscarded", packetsDiscarded),
            ("fecPacketsReceived", fecPacketsReceived), ("fecPacketsDiscarded", fecPacketsDiscarded),
        ]
        return counts.map { Statistic(prefix + $0.0, Double($0.1)) } + [
            Statistic(prefix + "jitterBufferDelay", jitterBufferDelay),
            Statistic(prefix + "jitterBufferTargetDelay", jitterBufferTargetDelay),
            Statistic(prefix + "jitterBufferMinimumDelay", jitterBufferMinimumDelay),
        ]
    }
}

extension PeerStatistics {
    fileprivate var flat: [Statistic] {
        var values: [Statistic] = []
        for stream in inboundRTP {
            let prefix = "inbound-rtp/\(stream.kind)/"
            values += [
                Statistic(prefix + "packetsReceived", Double(stream.packetsReceived)),
                Statistic(prefix + "packetsLost", Double(stream.packetsLost)),
                Statistic(prefix + "jitter", stream.jitter),
                Statistic(prefix + "bytesReceived", Double(stream.bytesReceived)),
                Statistic(prefix + "retransmittedPacketsReceived", Double(stream.retransmittedPacketsReceived)),
                Statistic(prefix + "nackCount", Double(stream.nackCount)),
                Statistic(prefix + "pliCount", Double(stream.pliCount)),
            ]
            guard stream.kind == .video else { continue }
            values += [
                Statistic(prefix + "framesReceived", Double(stream.framesReceived)),
                Statistic(prefix + "framesDropped", Double(stream.framesDropped)),
                Statistic(prefix + "fecPacketsReceived", Double(stream.fecPacketsReceived)),
                Statistic(prefix + "fecPacketsDiscarded", Double(stream.fecPacketsDiscarded)),
                Statistic(prefix + "packetsRepaired", Double(stream.packetsRepaired)),
            ]
        }
        for stream in outboundRTP {
            let prefix = "outbound-rtp/\(stream.kind)/"
            values += [
                Statistic(prefix + "packetsSent", Double(stream.packetsSent)),
                Statistic(prefix + "bytesSent", Double(stream.bytesSent)),
                Statistic(prefix + "headerBytesSent", Double(stream.headerBytesSent)),
                Statistic(prefix + "retransmittedPacketsSent", Double(stream.retransmittedPacketsSent)),
                Statistic(prefix + "retransmittedBytesSent", Double(stream.retransmittedBytesSent)),
                Statistic(prefix + "nackCount", Double(stream.nackCount)),
                Statistic(prefix + "pliCount", Double(stream.pliCount)),
                Statistic(prefix + "firCount", Double(stream.firCount)),
            ]
            guard stream.kind == .video else { continue }
            values += [
                Statistic(prefix + "framesSent", Double(stream.framesSent)),
                Statistic(prefix + "fecPacketsSent", Double(stream.fecPacketsSent)),
                Statistic(prefix + "fecBytesSent", Double(stream.fecBytesSent)),
                Statistic(prefix + "totalPacketSendDelay", stream.totalPacketSendDelay),
                Statistic(prefix + "targetBitrate", Double(stream.targetBitrate)),
            ]
        }
        for stream in remoteInboundRTP {
            let prefix = "remote-inbound-rtp/\(stream.kind)/"
            values += [
                Statistic(prefix + "packetsLost", Double(stream.packetsLost)),
                Statistic(prefix + "fractionLost", stream.fractionLost),
                Statistic(prefix + "jitter", stream.jitter),
            ]
            if let time = stream.roundTripTime { values.append(Statistic(prefix + "roundTripTime", time)) }
        }
        if let time = candidatePair?.currentRoundTripTime {
            values.append(Statistic("candidate-pair/currentRoundTripTime", time))
        }
        if let candidatePair {
            let isRelayed = candidatePair.localType == "relay" || candidatePair.remoteType == "relay"
            values.append(Statistic("candidate-pair/relayed", isRelayed ? 1 : 0))
            values.append(Statistic("candidate-pair/tcp", candidatePair.transport == "tcp" ? 1 : 0))
        }
        if let bitrate = candidatePair?.availableOutgoingBitrate {
            values.append(Statistic("candidate-pair/availableOutgoingBitrate", bitrate))
        }
        values += [
            Statistic("transport/packetsSent", Double(transport.packetsSent)),
            Statistic("transport/packetsReceived", Double(transport.packetsReceived)),
            Statistic("transport/bytesSent", Double(transport.bytesSent)),
            Statistic("transport/bytesReceived", Double(transport.bytesReceived)),
            Statistic("transport/refusals/unknownProtocol", Double(transport.refusals.unknownProtocol)),
            Statistic("transport/refusals/unvalidatedPair", Double(transport.refusals.unvalidatedPair)),
            Statistic("transport/refusals/authentication", Double(transport.refusals.authentication)),
            Statistic("transport/refusals/replayed", Double(transport.refusals.replayed)),
            Statistic("transport/refusals/malformed", Double(transport.refusals.malformed)),
            Statistic("transport/refusals/exhausted", Double(transport.refusals.exhausted)),
            Statistic("transport/refusals/connections", Double(transport.refusals.connections)),
        ]
        return values
    }
}
