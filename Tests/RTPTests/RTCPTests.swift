import Primitives
import RTP
import Testing

func everyKind() throws -> [UInt8] {
    var nacks = NACKGenerator()
    nacks.received(100, now: .zero)
    nacks.received(130, now: .zero)
    var feedback = TransportFeedbackBuilder()
    for i in 0..<40 where i % 5 != 2 {
        feedback.received(
            UInt16(truncatingIfNeeded: 65_520 + i), at: .zero + .milliseconds(Int64(i * (i % 11 == 0 ? 90 : 3))))
    }
    return try compound { writer in
        let information = SenderInformation(
            ntp: NTPTimestamp(value: 0x0102_0304_0506_0708), rtpTimestamp: 9, packetCount: 10, octetCount: 11)
        writer.senderReport(ssrc: 1, information, blockCount: 2)
        writer.reportBlock(report(21))
        writer.reportBlock(report(22))
        writer.receiverReport(ssrc: 2, blockCount: 1)
        writer.reportBlock(report(23))
        writer.sourceDescription(ssrc: 1, canonicalName: Array("kiosk@example".utf8))
        writer.nack(senderSSRC: 1, mediaSSRC: 5, from: &nacks, now: .zero + .milliseconds(20))
        writer.pictureLossIndication(senderSSRC: 1, mediaSSRC: 6)
        writer.fullIntraRequest(senderSSRC: 1, mediaSSRC: 7, sequenceNumber: 200)
        writer.maximumBitrate(senderSSRC: 1, mediaSSRC: 8, bitrate: 1_234_567)
        feedback.write(to: &writer, senderSSRC: 1, mediaSSRC: 9)
        writer.goodbye(ssrc: 1)
    }
}

/// Reads all there is, through every accessor; the number of packets and the error.
func readAll(_ bytes: RawSpan) -> (packets: Int, items: Int, error: RTPError?) {
    var reader = RTCPReader(bytes)
    var packets = 0
    var items = 0
    while let packet = reader.next() {
        packets += 1
        if packet.senderInformation != nil { items += 1 }
        for i in -1...32 where packet.reportBlock(i) != nil { items += 1 }
        for i in -1...32 where packet.goodbyeSource(i) != nil { items += 1 }
        for i in 0..<packet.nackPairCount {
            guard let pair = packet.nackPair(i) else { continue }
            var k = 0
            while pair.sequenceNumber(k) != nil { k += 1 }
            items += k
        }
        for i in 0..<packet.fullIntraRequestCount where packet.fullIntraRequest(i) != nil { items += 1 }
        for i in 0..<packet.maximumBitrateTargetCount where packet.maximumBitrateTarget(i) != nil { items += 1 }
        if packet.maximumBitrate != nil, packet.mediaSSRC != nil { items += 1 }
        if let name = packet.canonicalName, packet.bytes.slice(name.range) != nil { items += 1 }
        if var feedback = packet.transportFeedback() { while feedback.next() != nil { items += 1 } }
    }
    return (packets, items, reader.error)
}

@Test func everyKindReadsBack() throws {
    let bytes = try everyKind()
    var reader = RTCPReader(bytes.span.bytes)
    var kinds: [RTCPKind] = []
    while let packet = reader.next() {
        kinds.append(packet.kind)
        switch packet.kind {
        case .senderReport:
            check(packet.senderSSRC == 1)
            check(packet.senderInformation?.ntp.value == 0x0102_0304_0506_0708)
            check(packet.senderInformation?.octetCount == 11)
            check(packet.reportBlock(0) == report(21) && packet.reportBlock(1) == report(22))
            check(packet.reportBlock(2) == nil)
        case .receiverReport: check(packet.reportBlock(0) == report(23))
        case .sourceDescription:
            guard let name = packet.canonicalName else { break }
            check(packet.bytes.slice(name.range)?.toArray() == Array("kiosk@example".utf8))
        case .nack:
            check(packet.mediaSSRC == 5)
            var lost: [UInt16] = []
            for i in 0..<packet.nackPairCount {
                guard let pair = packet.nackPair(i) else { continue }
                for k in 0..<17 { if let number = pair.sequenceNumber(k) { lost.append(number) } }
            }
            #expect(lost == Array(101..<130))
        case .pictureLossIndication: check(packet.mediaSSRC == 6)
        case .fullIntraRequest:
            check(packet.fullIntraRequest(0)?.ssrc == 7)
            check(packet.fullIntraRequest(0)?.sequenceNumber == 200)
            check(packet.fullIntraRequest(1) == nil)
        case .receiverEstimatedMaximumBitrate:
            check(packet.maximumBitrate == 1_234_567 / 8 * 8)
            check(packet.maximumBitrateTarget(0) == 8)
        case .transportFeedback: check(packet.mediaSSRC == 9)
        case .goodbye: check(packet.goodbyeSource(0) == 1)
        case .unknown: Issue.record("nothing unknown was written")
        }
    }
    check(reader.error == nil)
    #expect(
        kinds == [
            .senderReport, .receiverReport, .sourceDescription, .nack, .pictureLossIndication, .fullIntraRequest,
            .receiverEstimatedMaximumBitrate, .transportFeedback, .goodbye,
        ])
}

/// Packets written out from the figures of RFC 3550 §6.4–6.6, RFC 4585 §6 and the REMB draft §2.2.
@Test func figures() {
    let bye = hex("81CB0001 0000002A")
    var reader = RTCPReader(bye.span.bytes)
    check(reader.next()?.goodbyeSource(0) == 42)
    let remb = hex("8FCE0005 00000001 00000000 52454D42 0107 D090 0000002B")
    reader = RTCPReader(remb.span.bytes)
    check(reader.next()?.maximumBitrate == 0x3_D090 << 1)  // 500 000
    let nack = hex("81CD0003 00000001 00000002 FFFE8003")
    reader = RTCPReader(nack.span.bytes)
    let pair = reader.next()?.nackPair(0)
    let numbers = (0..<5).map { pair?.sequenceNumber($0) }
    #expect(numbers == [65_534, 65_535, 0, 14, nil])
}

@Test func bitrateBeyondAllSaturates() {
    let remb = hex("8FCE0005 00000001 00000000 52454D42 01FF FFFF 0000002B")
    var reader = RTCPReader(remb.span.bytes)
    check(reader.next()?.maximumBitrate == Int.max)
}

/// The faults of other stacks: too short, counts past the end, empty lists, bad padding.
@Test(arguments: [
    "80C80000", "80C9", "81C80006 00000001 0000000000000000 000000000000000000000000",
    "81C90001 00000001", "9FC90007 00000001 00000000 00000000 00000000 00000000 00000000 00000000",
    "8FCE0004 00000001 00000000 52454D42 FF000000", "8FCE0003 00000001 00000000 52454D42",
    "81CD0002 00000001 00000002", "84CE0002 00000001 00000000", "84CE0003 00000001 00000000 00000005",
    "81CE0001 00000001", "85CB0001 00000001", "81CA0000", "8FCD0003 00000001 00000000 00000000",
    "A0C90001 00000000", "A0C90001 000000FF", "40C90001 00000001", "80C9FFFF 00000001", "",
])
func malformedRTCPIsAnError(text: String) {
    let bytes = hex(text)
    let result = readAll(bytes.span.bytes)
    #expect(result.error != nil)
    #expect(result.packets == 0)
}

@Test func unknownIsSkippedAndTheRestRead() {
    let bytes = hex("80CF0001 00000001 8BCE0002 00000001 00000002 8FCE0002 00000001 00000002 81CB0001 0000002A")
    let result = readAll(bytes.span.bytes)
    #expect(result.packets == 4)
    #expect(result.error == nil)
}

@Test func truncationsOfACompound() throws {
    let bytes = try everyKind()
    let whole = readAll(bytes.span.bytes)
    var boundaries = 0
    for count in 0..<bytes.count {
        let cut = Array(bytes[..<count])
        let result = readAll(cut.span.bytes)
        #expect(result.packets < whole.packets)
        if result.error == nil { boundaries += 1 }
    }
    #expect(boundaries == whole.packets - 1)  // only a cut between two packets is not an error
}

@Test func whatDoesNotFitIsLeftOutWhole() throws {
    for limit in 0..<200 {
        let bytes = try compound(limit: limit) { writer in
            writer.receiverReport(ssrc: 1)
            writer.sourceDescription(ssrc: 1, canonicalName: Array(repeating: 65, count: 300))
            writer.pictureLossIndication(senderSSRC: 1, mediaSSRC: 2)
        }
        let result = readAll(bytes.span.bytes)
        #expect(limit < 8 || result.error == nil)
    }
}

@Test func mutatedRTCPDoesNotTrap() throws {
    var random = RandomSource(seed: 7)
    let bytes = try everyKind()
    var failures = 0
    for _ in 0..<mutationCount {
        let changed = mutate(bytes, with: &random)
        if readAll(changed.span.bytes).error != nil { failures += 1 }
    }
    #expect(failures > mutationCount / 10)
}

@Test func mutatedRTPDoesNotTrap() throws {
    var random = RandomSource(seed: 8)
    let map = HeaderExtensionMap(mid: 3, transportSequenceNumber: 1, absoluteSendTime: 2)
    let seeds = [
        fullPacket, hex("90600001 00000000 00000001 10000003 0102A1A2 0203B1B2B3 00 0301 41"),
        hex("90600001 00000000 00000001 BEDE0003 11A1A2 22B1B2B3 30 41 00000000 1234"),
    ]
    var whole = 0
    for i in 0..<mutationCount {
        var buffer = try packet(mutate(seeds[i % seeds.count], with: &random))
        guard let header = try? RTPHeader(parsing: buffer.bytes) else { continue }
        whole += 1
        _ = HeaderExtensionValues(of: header, in: buffer.bytes, map: map)
        header.setAbsoluteSendTime(.zero, id: 2, in: &buffer)
        let size = buffer.count
        let restored = RetransmissionStream.unwrap(&buffer, header: header, originalSSRC: 1, originalPayloadType: 2)
        if let restored {
            let reread = try RTPHeader(parsing: buffer.bytes)
            #expect(reread == restored)
        } else {
            #expect(buffer.count == size)
        }
    }
    #expect(whole > mutationCount / 20)
}
