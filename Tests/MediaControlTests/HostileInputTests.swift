import Foundation
import MediaControl
import Primitives
import Testing

@Suite struct HostileInputTests {
    static let rounds = (Int(ProcessInfo.processInfo.environment["CALLPOINT_FUZZ"] ?? "") ?? 1) * 100_000

    @Test func everyTruncationIsAnError() throws {
        for command in commands {
            let bytes = try command.encoded()
            for count in 0..<bytes.count {
                #expect(throws: MediaControlError.self) {
                    try MediaCommand.decode(bytes.span.bytes.extracting(first: count))
                }
            }
            #expect(throws: MediaControlError.trailingBytes) { try MediaCommand.decode((bytes + [0]).span.bytes) }
        }
        for event in events {
            let bytes = try event.encoded()
            for count in 0..<bytes.count {
                #expect(throws: MediaControlError.self) {
                    try MediaEvent.decode(bytes.span.bytes.extracting(first: count))
                }
            }
            #expect(throws: MediaControlError.trailingBytes) { try MediaEvent.decode((bytes + [0]).span.bytes) }
        }
    }

    /// Whatever decodes after a mutation encodes again to something that decodes to the same.
    @Test func mutationsNeverTrap() throws {
        var random = RandomSource(seed: 1)
        let valid = try commands.map { try $0.encoded() } + events.map { try $0.encoded() }
        var understood = 0
        for _ in 0..<Self.rounds {
            var bytes = valid[Int.random(in: 0..<valid.count, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 2: bytes.remove(at: index)
                default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
                }
            }
            if let command = try? MediaCommand.decode(bytes.span.bytes) {
                understood += 1
                let again = try command.encoded()
                #expect(try MediaCommand.decode(again.span.bytes) == command)
            }
            if let event = try? MediaEvent.decode(bytes.span.bytes) {
                understood += 1
                let again = try event.encoded()
                #expect(try MediaEvent.decode(again.span.bytes) == event)
            }
        }
        #expect(understood > 0)
    }

    @Test func aFalseLengthReservesNothing() {
        // openPeer with 65535 sections and nothing behind.
        let bytes: [UInt8] = [2, 0, 0, 0, 1, 0, 0xFF, 0xFF]
        #expect(throws: MediaControlError.invalidField) { try MediaCommand.decode(bytes.span.bytes) }
        // remoteOffer with four gigabytes of text.
        let text: [UInt8] = [4, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 65]
        #expect(throws: MediaControlError.truncated) { try MediaCommand.decode(text.span.bytes) }
    }

    @Test func textThatIsNotUTF8() {
        let bytes: [UInt8] = [4, 0, 0, 0, 1, 0, 0, 0, 2, 0xC3, 0x28]
        #expect(throws: MediaControlError.invalidText) { try MediaCommand.decode(bytes.span.bytes) }
    }

    @Test func unknownMessage() {
        #expect(throws: MediaControlError.unknownMessage(0)) { try MediaCommand.decode([UInt8(0)].span.bytes) }
        #expect(throws: MediaControlError.unknownMessage(200)) { try MediaEvent.decode([UInt8(200)].span.bytes) }
    }
}
