import Primitives
import RTP
import Testing

/// RFC 3550 §5.1, figure by figure: two CSRCs, an extension of one word, padding of four.
let fullPacket = hex("B2 E0 0007 00000064 CAFEBABE 00000001 00000002 BEDE0001 10AA0000 D1D2D3D4D5 00000004")

@Test func headerIsReadByItsFigure() throws {
    let fullPacket = fullPacket
    let header = try RTPHeader(parsing: fullPacket.span.bytes)
    #expect(header.marker)
    #expect(header.payloadType == 96)
    #expect(header.sequenceNumber == 7)
    #expect(header.timestamp == 100)
    #expect(header.ssrc == 0xCAFE_BABE)
    #expect(header.csrcCount == 2)
    #expect(header.extensionProfile == 0xBEDE)
    #expect(header.extensionRange == 24..<28)
    #expect(header.payloadRange == 28..<33)
    #expect(header.paddingCount == 4)
    #expect(header.extensionElement(1, in: fullPacket.span.bytes) == 25..<26)
    #expect(header.extensionElement(2, in: fullPacket.span.bytes) == nil)
    #expect(header.extensionElement(0, in: fullPacket.span.bytes) == nil)
}

@Test(arguments: [
    ("", RTPError.truncated), ("80", .truncated), ("40000001 00000000 00000000", .version),
    ("90000001 00000000 00000000 BEDE", .truncated), ("90000001 00000000 00000000 BEDE0001", .truncated),
    ("A0000001 00000000 00000000 00", .padding), ("A0000001 00000000 00000000 02", .padding),
    ("A0000001 00000000 00000000", .padding), ("81000001 00000000 00000000", .truncated),
])
func headerErrors(text: String, error: RTPError) {
    let bytes = hex(text)
    #expect(throws: error) { try RTPHeader(parsing: bytes.span.bytes) }
}

@Test func datagramLongerThanUDPIsRefused() {
    let bytes = [UInt8](repeating: 0x80, count: 70_000)
    #expect(throws: RTPError.tooLong) { try RTPHeader(parsing: bytes.span.bytes) }
}

@Test func headerTruncations() {
    // Every prefix either fails or gives ranges inside itself: the padding count then is another byte.
    for count in 0..<fullPacket.count {
        let bytes = Array(fullPacket[..<count])
        guard let header = try? RTPHeader(parsing: bytes.span.bytes) else { continue }
        #expect(header.payloadRange.upperBound <= count)
        #expect(count >= 28)
    }
}

@Test(arguments: [
    HeaderExtensionMap(), HeaderExtensionMap(mid: 4, transportSequenceNumber: 3, absoluteSendTime: 2),
    HeaderExtensionMap(mid: 20, transportSequenceNumber: 3, absoluteSendTime: 2), HeaderExtensionMap(mid: 1),
    HeaderExtensionMap(transportSequenceNumber: 15), HeaderExtensionMap(absoluteSendTime: 255),
])
func writtenHeaderReadsBack(map: HeaderExtensionMap) throws {
    var writer = RTPHeaderWriter(
        ssrc: 5, payloadType: 111, sequenceNumber: 0xFFFF, extensions: map, mid: MediaIdentifier("audio0"))
    #expect(writer.sequenceNumber == 0x7FFF)
    var buffer = try packetPool.take()
    let number = writer.write(into: &buffer, marker: true, timestamp: 0xDEAD_BEEF)
    #expect(number == 0x7FFF)
    #expect(writer.sequenceNumber == 0x8000)
    #expect(buffer.count == writer.headerSize)
    let payload: [UInt8] = [1, 2, 3]
    let fits = buffer.append(payload.span.bytes)
    #expect(fits)
    let header = try RTPHeader(parsing: buffer.bytes)
    #expect(header.marker && header.payloadType == 111 && header.timestamp == 0xDEAD_BEEF && header.ssrc == 5)
    #expect(header.payloadRange.count == 3)

    let numbered = header.setTransportSequenceNumber(0xABCD, id: map.transportSequenceNumber, in: &buffer)
    #expect(numbered == (map.transportSequenceNumber != 0))
    let timed = header.setAbsoluteSendTime(.zero + .milliseconds(1500), id: map.absoluteSendTime, in: &buffer)
    #expect(timed == (map.absoluteSendTime != 0))
    let values = HeaderExtensionValues(of: header, in: buffer.bytes, map: map)
    #expect(values.mid == (map.mid == 0 ? nil : MediaIdentifier("audio0")))
    #expect(values.transportSequenceNumber == (map.transportSequenceNumber == 0 ? nil : 0xABCD))
    #expect(values.absoluteSendTime == (map.absoluteSendTime == 0 ? nil : 0x06_0000))  // 1.5 s in 6.18
}

@Test func headerThatDoesNotFitIsNotCounted() throws {
    let small = BufferPool(slotCount: 1, slotSize: 11)
    var buffer = try small.take()
    var writer = RTPHeaderWriter(ssrc: 1, payloadType: 0, sequenceNumber: 9, extensions: .init(), mid: nil)
    let number = writer.write(into: &buffer, marker: false, timestamp: 0)
    #expect(number == nil)
    #expect(writer.sequenceNumber == 9)
}

/// The example of RFC 8285 §4.2: elements of 1, 2 and 4 bytes with padding between.
@Test func oneByteElementsWithPadding() throws {
    let bytes = hex("90600001 00000000 00000001 BEDE0003 10A1 21B1B2 0000 33 C1C2C3C4")
    let header = try RTPHeader(parsing: bytes.span.bytes)
    #expect(header.extensionElement(1, in: bytes.span.bytes) == 17..<18)
    #expect(header.extensionElement(2, in: bytes.span.bytes) == 19..<21)
    #expect(header.extensionElement(3, in: bytes.span.bytes) == 24..<28)
}

/// The example of RFC 8285 §4.3: elements of 0, 1 and 4 bytes.
@Test func twoByteElementsWithPadding() throws {
    let bytes = hex("90600001 00000000 00000001 10000003 0100 0201A1 00 0304B1B2B3B4")
    let header = try RTPHeader(parsing: bytes.span.bytes)
    #expect(header.extensionElement(1, in: bytes.span.bytes) == 18..<18)
    #expect(header.extensionElement(2, in: bytes.span.bytes) == 20..<21)
    #expect(header.extensionElement(3, in: bytes.span.bytes) == 24..<28)
}

@Test(arguments: [
    "90600001 00000000 00000001 BEDE0001 F0000000",  // 15 ends the list
    "90600001 00000000 00000001 BEDE0001 1FAAAAAA",  // longer than the extension
    "90600001 00000000 00000001 10000001 01FFAAAA", "90600001 00000000 00000001 ABAC0001 01010101",
    "90600001 00000000 00000001 10000001 00000001",  // no room for the length
])
func malformedElementsAreAbsent(text: String) throws {
    let bytes = hex(text)
    let header = try RTPHeader(parsing: bytes.span.bytes)
    #expect(header.extensionElement(1, in: bytes.span.bytes) == nil)
}

@Test func paddingIsAppended() throws {
    var buffer = try packet(hex("80600001 00000000 00000001 AABB"))
    let done = RTPHeader.appendPadding(5, to: &buffer)
    #expect(done)
    let header = try RTPHeader(parsing: buffer.bytes)
    #expect(header.paddingCount == 5 && header.payloadRange == 12..<14)
    let again = RTPHeader.appendPadding(5, to: &buffer)
    #expect(!again)
}

@Test func demultiplexingByTheSecondByte() {
    let media = hex("80E0"), control = hex("80C8"), stun = hex("0001")
    #expect(RTPHeader.isRTCP(media.span.bytes) == false)
    #expect(RTPHeader.isRTCP(control.span.bytes) == true)
    #expect(RTPHeader.isRTCP(stun.span.bytes) == nil)
}

@Test func mediaIdentifierBounds() {
    #expect(MediaIdentifier("") == nil)
    #expect(MediaIdentifier("0123456789abcdef") != nil)
    #expect(MediaIdentifier("0123456789abcdefg") == nil)
    #expect(MediaIdentifier("0123456789abcdef") != MediaIdentifier("0123456789abcdeX"))
}

@Test func sequenceNumbersUnwrap() {
    var unwrapper = SequenceUnwrapper()
    let start = unwrapper.unwrap(65_534)
    let sequence: [(UInt16, Int64)] = [(65_535, 1), (1, 3), (0, 2), (65_533, -1), (32_000, 32_002), (64_000, 64_002)]
    for (value, offset) in sequence {
        let got = unwrapper.unwrap(value)
        #expect(got == start + offset, "\(value)")
    }
    var times = TimestampUnwrapper()
    let first = times.unwrap(.max)
    let second = times.unwrap(959)
    #expect(second - first == 960)
}
