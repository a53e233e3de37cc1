import Primitives
import Testing

@Suite struct BytesTests {
    @Test func whatIsWrittenIsReadBack() {
        var storage = [UInt8](repeating: 0, count: 32)
        var span = storage.mutableSpan
        var writer = ByteWriter(span.mutableBytes)
        writer.write(UInt8(1))
        writer.write(UInt16(0x0203))
        writer.writeUInt24(0x04_0506)
        writer.write(UInt32(0x0708_090A))
        writer.write("hi")
        writer.patch(UInt16(0xFFFE), at: 1)
        let (count, overflowed) = (writer.count, writer.overflowed)
        #expect(count == 12 && !overflowed)
        var reader = ByteReader(storage.span.bytes)
        #expect(reader.readUInt8() == 1)
        #expect(reader.readUInt16() == 0xFFFE)
        #expect(reader.readUInt24() == 0x04_0506)
        #expect(reader.readUInt32() == 0x0708_090A)
        #expect(reader.readBytes(2)?.toArray() == [104, 105])
        #expect(reader.offset == 12 && reader.remaining == 20)
    }

    @Test func readingPastTheEndIsNilAndConsumesNothing() {
        let three: [UInt8] = [1, 2, 3]
        var reader = ByteReader(three.span.bytes)
        #expect(reader.readUInt32() == nil && reader.readUInt64() == nil)
        #expect(reader.readBytes(4)?.byteCount == nil && reader.readBytes(-1)?.byteCount == nil)
        #expect(reader.skip(4) == false && reader.remaining == 3)
        #expect(reader.readUInt24() == 0x01_0203 && reader.isAtEnd)
        #expect(three.span.bytes.byte(at: 3) == nil && three.span.bytes.byte(at: -1) == nil)
        #expect(three.span.bytes.bigEndian(UInt16.self, at: 2) == nil)
        #expect(three.span.bytes.slice(1..<4)?.byteCount == nil)
    }

    @Test func whatDoesNotFitSetsOverflowedAndWritesNothing() {
        var storage: [UInt8] = [9, 9, 9]
        var span = storage.mutableSpan
        var writer = ByteWriter(span.mutableBytes)
        writer.write(UInt16(0))
        writer.write(UInt16(0))
        let overflowed = writer.overflowed
        #expect(overflowed && storage == [0, 0, 9])
    }
}

@Suite struct TimerTests {
    enum Kind: Int, CaseIterable, Sendable { case pace, check, consent }

    @Test func timersExpireInOrderAndOnce() {
        var table = TimerTable<Kind>()
        #expect(table.next == .distantFuture)
        table[.consent] = .zero + .seconds(3)
        table[.pace] = .zero + .seconds(1)
        #expect(table.next == .zero + .seconds(1))
        #expect(table.expire(at: .zero) == nil)
        #expect(table.expire(at: .zero + .seconds(5)) == .pace)
        #expect(table.expire(at: .zero + .seconds(5)) == .consent)
        #expect(table.expire(at: .zero + .seconds(5)) == nil)
    }
}

@Suite struct RandomSourceTests {
    @Test func aSeedRepeatsItselfAndAnotherDoesNot() {
        func draw(_ seed: UInt64) -> [UInt64] {
            var source = RandomSource(seed: seed)
            return (0..<8).map { _ in source.next() }
        }
        #expect(draw(1) == draw(1) && draw(1) != draw(2))
        var (a, b) = (RandomSource.system, RandomSource.system)
        #expect(a.next() != b.next())
    }
}

@Suite struct TransportAddressTests {
    @Test(arguments: [
        "0.0.0.0", "127.0.0.1", "255.255.255.255", "::", "::1", "1::", "2001:db8::1:0:0:1", "fe80::1",
        "2001:db8:1:2:3:4:5:6", "::ffff:192.0.2.1", "1:0:0:2::3",
    ])
    func canonicalTextIsReadAndWritten(text: String) { #expect(IPAddress(text)?.description == text) }

    @Test(arguments: [
        "", ".", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "1.2.3.x", ":", ":::", "1::2::3", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8:9", "12345::", "g::", "::1.2.3", "fe80::1%eth0", ":1::", "1:",
        "name.local", "::ffff:1.2.3.4.5", "1.2.3.4::",
    ])
    func nonsenseIsRefused(text: String) { #expect(IPAddress(text) == nil) }

    @Test func kindsOfAddresses() {
        #expect(IPAddress("127.9.9.9")?.isLoopback == true && IPAddress("::1")?.isLoopback == true)
        #expect(IPAddress("169.254.1.1")?.isLinkLocal == true && IPAddress("febf::1")?.isLinkLocal == true)
        #expect(IPAddress("fec0::1")?.isLinkLocal == false)
        #expect(IPAddress("::ffff:127.0.0.1")?.isIPv4Mapped == true)
        #expect(IPAddress("224.0.0.1")?.isMulticast == true && IPAddress("ff02::1")?.isMulticast == true)
    }

    @Test func noTextTraps() {
        var random = RandomSource(seed: 5)
        let alphabet = Array("0123456789abcdefABCDEF::::....%xg ")
        for _ in 0..<20_000 {
            let text = String(
                (0..<Int.random(in: 0...40, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? ":" })
            if let address = IPAddress(text) { #expect(IPAddress(address.description) == address) }
        }
    }
}
