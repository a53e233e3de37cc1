package import RTP

extension InboundRTPStatistics {
    /// Counts one packet of the stream itself or, with `isRetransmission`, of its RTX stream.
    package mutating func count(_ header: RTPHeader, isRetransmission: Bool = false) {
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

extension RemoteInboundRTPStatistics {
    /// Takes over what the peer reports.
    /// - Parameter measured: the round trip in seconds that the report tells, if it does.
    package mutating func update(_ block: ReportBlock, clockRate: UInt32, roundTripTime measured: Double?) {
        packetsLost = Int64(block.cumulativeLost)
        fractionLost = Double(block.fractionLost) / 256
        jitter = clockRate == 0 ? 0 : Double(block.jitter) / Double(clockRate)
        guard let measured else { return }
        roundTripTime = measured
        totalRoundTripTime += measured
        roundTripTimeMeasurements &+= 1
    }
}
