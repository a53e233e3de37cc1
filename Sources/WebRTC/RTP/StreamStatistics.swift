/// Counters of one received stream, by their W3C webrtc-stats names (RTCReceivedRtpStreamStats, RTCInboundRtpStreamStats).
public struct InboundStreamStatistics: Equatable, Sendable {
    public var packetsReceived: UInt64 = 0
    public var packetsLost: Int64 = 0
    /// In seconds.
    public var jitter: Double = 0
    /// Payload bytes, without headers and padding.
    public var bytesReceived: UInt64 = 0
    public var headerBytesReceived: UInt64 = 0
    public var packetsDiscarded: UInt64 = 0
    public var retransmittedPacketsReceived: UInt64 = 0
    public var retransmittedBytesReceived: UInt64 = 0
    /// Packets of forward error correction, which count as packets too, and their bytes.
    public var fecPacketsReceived: UInt64 = 0
    public var fecBytesReceived: UInt64 = 0
    /// NACK packets sent.
    public var nackCount: UInt64 = 0
    /// PLI packets sent.
    public var pliCount: UInt64 = 0
    /// FIR packets sent.
    public var firCount: UInt64 = 0
    public var framesReceived: UInt64 = 0
    public var framesDropped: UInt64 = 0
    public var keyFramesReceived: UInt64 = 0

    public init() {}

    /// Counts one packet of the stream itself or, with `isRetransmission`, of its RTX stream.
    public mutating func count(_ header: RTPHeader, isRetransmission: Bool = false) {
        let size = UInt64(header.payloadRange.count)
        packetsReceived &+= 1
        bytesReceived &+= size
        headerBytesReceived &+= UInt64(header.headerSize) &+ UInt64(header.paddingCount)
        if isRetransmission {
            retransmittedPacketsReceived &+= 1
            retransmittedBytesReceived &+= size
        }
    }
}

/// Counters of one sent stream, by their W3C names (RTCSentRtpStreamStats, RTCOutboundRtpStreamStats).
public struct OutboundStreamStatistics: Equatable, Sendable {
    public var packetsSent: UInt64 = 0
    public var bytesSent: UInt64 = 0
    public var headerBytesSent: UInt64 = 0
    public var retransmittedPacketsSent: UInt64 = 0
    public var retransmittedBytesSent: UInt64 = 0
    /// Packets of forward error correction, which count as packets too, and their bytes.
    public var fecPacketsSent: UInt64 = 0
    public var fecBytesSent: UInt64 = 0
    public var framesSent: UInt64 = 0
    public var keyFramesEncoded: UInt64 = 0
    /// Seconds that packets waited in the pacer, summed.
    public var totalPacketSendDelay: Double = 0
    /// NACK packets received.
    public var nackCount: UInt64 = 0
    /// PLI packets received.
    public var pliCount: UInt64 = 0
    /// FIR packets received.
    public var firCount: UInt64 = 0

    public init() {}
}

/// What the peer reports about a stream of ours (RTCRemoteInboundRtpStreamStats).
public struct RemoteInboundStreamStatistics: Equatable, Sendable {
    public var packetsLost: Int64 = 0
    /// 0 to 1, of the last report.
    public var fractionLost: Double = 0
    /// In seconds.
    public var jitter: Double = 0
    /// The latest, in seconds; nil before the first measurement.
    public var roundTripTime: Double?
    /// In seconds, all measurements together.
    public var totalRoundTripTime: Double = 0
    public var roundTripTimeMeasurements: UInt64 = 0

    public init() {}

    public mutating func update(_ block: ReportBlock, clockRate: UInt32, roundTripTime measured: Double?) {
        packetsLost = Int64(block.cumulativeLost)
        fractionLost = Double(block.fractionLost) / 256
        jitter = clockRate == 0 ? 0 : Double(block.jitter) / Double(clockRate)
        guard let measured else { return }
        roundTripTime = measured
        totalRoundTripTime += measured
        roundTripTimeMeasurements &+= 1
    }
}
