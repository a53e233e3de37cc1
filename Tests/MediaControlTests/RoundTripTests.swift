import MediaControl
import Primitives
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: commands) func command(_ command: MediaCommand) throws {
        let bytes = try command.encoded()
        #expect(try MediaCommand.decode(bytes.span.bytes) == command)
    }

    @Test(arguments: events) func event(_ event: MediaEvent) throws {
        let bytes = try event.encoded()
        #expect(try MediaEvent.decode(bytes.span.bytes) == event)
    }

    @Test func longestDescriptionThatFits() throws {
        let overhead = try MediaCommand.remoteOffer(peer: 1, sdp: "").encoded().count
        let longest = String(repeating: "a", count: MediaControl.maximumMessageSize - overhead)
        let bytes = try MediaCommand.remoteOffer(peer: 1, sdp: longest).encoded()
        #expect(bytes.count == MediaControl.maximumMessageSize)
        #expect(try MediaCommand.decode(bytes.span.bytes) == .remoteOffer(peer: 1, sdp: longest))
        #expect(throws: MediaControlError.tooLong) {
            try MediaCommand.remoteOffer(peer: 1, sdp: longest + "a").encoded()
        }
        #expect(throws: MediaControlError.tooLong) { try MediaCommand.decode((bytes + [0]).span.bytes) }
    }

    @Test func longestList() throws {
        let values = (0..<MediaControl.maximumListLength).map { Statistic("s\($0)", Double($0)) }
        let bytes = try MediaEvent.statistics(peer: 1, values: values).encoded()
        #expect(try MediaEvent.decode(bytes.span.bytes) == .statistics(peer: 1, values: values))
        #expect(throws: MediaControlError.tooLong) {
            try MediaEvent.statistics(peer: 1, values: values + [Statistic("x", 0)]).encoded()
        }
    }

    @Test func whatIsNotANumberIsSentAsNought() throws {
        let bytes = try MediaEvent.statistics(peer: 1, values: [Statistic("rtt", .nan)]).encoded()
        #expect(try MediaEvent.decode(bytes.span.bytes) == .statistics(peer: 1, values: [Statistic("rtt", 0)]))
    }

    @Test func aFrameThatLiesOutsideTheMemoryIsRefused() {
        let memory = FrameMemory(maximumWidth: 704, maximumHeight: 479, slots: 4, slotSize: frame.size)
        #expect(memory.offset(of: frame) == 3 * frame.size)
        var other = frame
        other.slot = 4
        #expect(memory.offset(of: other) == nil)
        other = frame
        other.height += 1
        #expect(memory.offset(of: other) == nil)
        other = frame
        other.strideY = 640
        #expect(memory.offset(of: other) == nil)
    }
}
