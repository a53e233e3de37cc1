import Primitives
import TURN
import Testing

@Suite struct StreamDeframerTests {
    static let binding: [UInt8] = [0, 1, 0, 4, 0x21, 0x12, 0xA4, 0x42] + [UInt8](1...16)

    /// The messages of a stream that comes in pieces of these sizes, over and over; nil once it is broken.
    static func messages(
        _ stream: [UInt8], _ framing: StreamFraming, pieces: [Int], packets: BufferPool
    ) -> (messages: [[UInt8]], isBroken: Bool) {
        var deframer = StreamDeframer(framing, packets: packets)
        var messages: [[UInt8]] = []
        var start = 0
        var turn = 0
        while start < stream.count {
            let end = min(stream.count, start + pieces[turn % pieces.count])
            let piece = Array(stream[start..<end])
            var offset = 0
            reading: while true {
                switch deframer.next(piece.span.bytes, at: &offset) {
                case .message(let buffer): messages.append(buffer.bytes.toArray())
                case .needsMore: break reading
                case .broken: return (messages, true)
                }
            }
            #expect(offset == piece.count)
            start = end
            turn += 1
        }
        return (messages, false)
    }

    @Test(arguments: [[1], [2], [3], [7, 1, 30], [1000]]) func piecesDoNotMatter(pieces: [Int]) {
        let packets = BufferPool(slotCount: 4, slotSize: 1536)
        let stream = Self.binding + [0x40, 0, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0] + [0x40, 1, 0, 0] + Self.binding
        let result = Self.messages(stream, .turn, pieces: pieces, packets: packets)
        #expect(result.messages == [Self.binding, [0x40, 0, 0, 5, 1, 2, 3, 4, 5], Self.binding])
        #expect(!result.isBroken)
        #expect(packets.inUse == 0)
    }

    @Test(arguments: [[1], [5], [1000]]) func lengthsBefore(pieces: [Int]) {
        let packets = BufferPool(slotCount: 4, slotSize: 1536)
        let stream: [UInt8] = [0, 2, 7, 8, 0, 0, 0, 1, 9]
        #expect(Self.messages(stream, .lengthPrefixed, pieces: pieces, packets: packets).messages == [[7, 8], [9]])
    }

    @Test func whatIsTooLongIsPassedOver() {
        let packets = BufferPool(slotCount: 4, slotSize: 1536)
        let long = [UInt8](repeating: 5, count: 0xFFFF)
        let stream = [0x40, 0, 0xFF, 0xFF] + long + [0] + Self.binding
        #expect(Self.messages(stream, .turn, pieces: [4096], packets: packets).messages == [Self.binding])
    }

    @Test func withoutASlotAMessageIsLostAndTheNextIsNot() throws {
        let packets = BufferPool(slotCount: 1, slotSize: 1536)
        var deframer = StreamDeframer(.turn, packets: packets)
        var offset = 0
        let half = Array(Self.binding.prefix(10))
        let rest = Array(Self.binding.dropFirst(10))
        do {
            let kept = try packets.take()
            let result = deframer.next(half.span.bytes, at: &offset)
            if case .needsMore = result {} else { Issue.record("a message came of half of one") }
            _ = consume kept
        }
        offset = 0
        let result = deframer.next(rest.span.bytes, at: &offset)
        if case .needsMore = result {} else { Issue.record("the lost message came") }
        #expect(deframer.dropped == 1)
        offset = 0
        if case .message(let buffer) = deframer.next(Self.binding.span.bytes, at: &offset) {
            #expect(buffer.bytes.toArray() == Self.binding)
        } else {
            Issue.record("the second message did not come")
        }
    }

    @Test func whatIsNoMessageBreaksIt() {
        let packets = BufferPool(slotCount: 4, slotSize: 1536)
        for stream: [UInt8] in [Array("SSH-2.0-OpenSSH_9.2".utf8), [0x80, 0, 0, 0], [0, 1, 0, 3]] {
            #expect(Self.messages(stream, .turn, pieces: [3], packets: packets).isBroken)
        }
        #expect(packets.inUse == 0)
    }
}
