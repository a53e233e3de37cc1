import PeerConnection
import RTP
import Testing

/// What one packet and one report add to a stream's figures.
@Suite("Figures of a stream") struct StreamCountingTests {
    @Test("count each packet, and those that came again once more")
    func packets() throws {
        // Twelve bytes of header, five of payload, three of padding.
        let bytes: [UInt8] = [0xA0, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 0, 0, 3]
        let header = try RTPHeader(parsing: bytes.span.bytes)
        var inbound = InboundRTPStatistics()
        inbound.count(header)
        inbound.count(header, isRetransmission: true)
        #expect(inbound.packetsReceived == 2 && inbound.bytesReceived == 10 && inbound.headerBytesReceived == 30)
        #expect(inbound.retransmittedPacketsReceived == 1 && inbound.retransmittedBytesReceived == 5)
    }

    @Test("follow the peer's reports, and keep a round trip that a report does not tell")
    func reports() {
        let block = ReportBlock(
            ssrc: 1, fractionLost: 64, cumulativeLost: -2, extendedHighestSequenceNumber: 9, jitter: 900,
            lastSenderReport: 0, delaySinceLastSenderReport: 0)
        var remote = RemoteInboundRTPStatistics()
        remote.update(block, clockRate: 90_000, roundTripTime: 0.05)
        #expect(remote.jitter == 0.01)
        remote.update(block, clockRate: 0, roundTripTime: nil)
        #expect(remote.fractionLost == 0.25 && remote.packetsLost == -2 && remote.jitter == 0)
        #expect(remote.roundTripTime == 0.05 && remote.roundTripTimeMeasurements == 1)
    }
}
