import Primitives
import STUN
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite struct HostileMessageTests {
    static var seeds: [[UInt8]] { RFC5769.all + [STUNMessageWriterTests.everything() ?? []] }

    /// Asks everything a message can be asked.
    static func interrogate(_ bytes: [UInt8]) -> Bool {
        do {
            let message = try STUNMessage(bytes.span.bytes)
            var sum = message.username?.byteCount ?? 0
            sum &+= Int(message.priority ?? 0) &+ (message.errorCode ?? 0)
            sum &+= Int(truncatingIfNeeded: message.iceControlled ?? 0)
            sum &+= Int(truncatingIfNeeded: message.iceControlling ?? 0)
            sum &+= Int(message.xorMappedAddress?.port ?? 0)
            sum &+= Int(message.firstUnknownAttribute?.rawValue ?? 0)
            sum &+= message.useCandidate ? 1 : 0
            return message.hasFingerprint && message.hasIntegrity(under: RFC5769.password) && sum != .min
        } catch {
            return false
        }
    }

    @Test func everyTruncationIsRefused() {
        for seed in Self.seeds {
            for length in 0..<seed.count {
                #expect(throws: STUNError.self) { _ = try Reading(Array(seed.prefix(length))) }
            }
        }
    }

    /// Truncated with a length field that agrees, so that the attributes are what is cut.
    @Test func everyTruncationWithAnHonestLength() {
        for seed in Self.seeds {
            for length in stride(from: 20, to: seed.count, by: 4) {
                var bytes = Array(seed.prefix(length))
                bytes[2] = UInt8((length - 20) >> 8)
                bytes[3] = UInt8((length - 20) & 255)
                #expect(!Self.interrogate(bytes))
            }
        }
    }

    @Test func everySingleBitMatters() {
        let seed = RFC5769.request
        #expect(Self.interrogate(seed))
        for bit in 0..<seed.count * 8 {
            var bytes = seed
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!Self.interrogate(bytes), "bit \(bit)")
        }
    }

    @Test func mutationsNeitherTrapNorPass() {
        let scale = ProcessInfo.processInfo.environment["CALLPOINT_FUZZ"].flatMap { Int($0) } ?? 1
        var random = RandomSource(seed: 5769)
        let seeds = Self.seeds
        for _ in 0..<100_000 * max(1, scale) {
            guard var bytes = seeds.randomElement(using: &random) else { return }
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                switch Int.random(in: 0..<4, using: &random) {
                case 0:
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeLast(Int.random(in: 0..<min(40, bytes.count), using: &random))
                case 2: bytes.append(contentsOf: (0..<4).map { _ in UInt8.random(in: 0...255, using: &random) })
                default:
                    guard bytes.count > 24 else { continue }
                    let at = Int.random(in: 20..<bytes.count - 1, using: &random) & ~3
                    bytes[at + 2 < bytes.count ? at + 2 : at] = UInt8.random(in: 0...255, using: &random)
                }
                if bytes.isEmpty { bytes = [0] }
            }
            if bytes.count >= 20, Bool.random(using: &random) {
                let length = (bytes.count - 20) & ~3
                bytes.removeLast((bytes.count - 20) - length)
                bytes[2] = UInt8(truncatingIfNeeded: length >> 8)
                bytes[3] = UInt8(truncatingIfNeeded: length)
            }
            if Self.interrogate(bytes) { #expect(seeds.contains(bytes)) }
        }
    }

    @Test func attributesAfterIntegrityDoNotCount() throws {
        // PRIORITY slipped in behind MESSAGE-INTEGRITY, in place of FINGERPRINT.
        var bytes = RFC5769.request
        bytes.replaceSubrange(bytes.count - 8..<bytes.count, with: [0x00, 0x25, 0, 0, 0x80, 0x2A, 0, 0])
        let reading = try Reading(bytes)
        #expect(try reading.hasIntegrity(under: RFC5769.password))
        #expect(!reading.useCandidate)
        #expect(reading.iceControlling == nil)
    }

    @Test func unknownRequiredAttributeIsSeen() throws {
        let bytes = message { writer in
            writer.write(STUNAttribute(rawValue: 0xC057), RawSpan())
            writer.write(STUNAttribute(rawValue: 0x7001), RawSpan())
        }
        #expect(try Reading(try #require(bytes)).firstUnknownAttribute == STUNAttribute(rawValue: 0x7001))
    }
}
