import Primitives
import SDP
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Nothing from outside may trap, and what is taken keeps the rules whatever was done to it.
@Suite struct FuzzTests {
    static let scale: Int = getenv("CALLPOINT_FUZZ").flatMap { unsafe Int(String(cString: $0)) } ?? 1

    func feed(_ text: String, answering: Bool) {
        var peer = negotiator()
        let state: SignalingState = answering ? .haveLocalOffer : .stable
        do throws(NegotiationError) {
            let session: NegotiatedSession
            if answering {
                _ = try peer.createOffer(transport())
                session = try peer.setRemote(answer: text)
            } else {
                try peer.setRemote(offer: text)
                let (answer, result) = try peer.createAnswer(transport())
                session = result
                check(answer, to: peer.slots)
            }
            #expect(!session.transport.fingerprints.isEmpty && !session.media.isEmpty)
            #expect(session.media.allSatisfy { !$0.codecs.isEmpty && session.transport.mids.contains($0.mid) })
            #expect(session.transport.usernameFragment.utf8.count >= 4 && session.transport.password.utf8.count >= 22)
        } catch {
            #expect(peer.signalingState == state && peer.session == nil)
        }
    }

    func check(_ answer: String, to offer: [MediaSlot]) {
        guard let ours = try? SessionDescription(parsing: answer) else {
            Issue.record("an answer that cannot be read")
            return
        }
        #expect(ours.media.map { MediaKind($0.kind) } == offer.map { $0.kind })
    }

    /// Each with where to begin: what starts as another specimen does is cut only where it differs.
    static let cuts: [(String, from: Int, answering: Bool)] = [
        (Chromium.offer, 0, false), (Firefox.offer, 0, false), (Aiortc.offer, 0, false), (GStreamer.offer, 0, false),
        (Chromium.offerWithData, Chromium.offer.utf8.count, false),
        (Chromium.offerWithScreen, Chromium.offerWithScreen.utf8.count - 200, false),
        (Chromium.answer, 0, true), (Aiortc.answer, 0, true),
    ]

    @Test(arguments: cuts) func everyTruncation(_ text: String, from: Int, answering: Bool) {
        let bytes = Array(text.utf8)
        for end in from...bytes.count { feed(String(decoding: bytes[..<end], as: UTF8.self), answering: answering) }
    }

    /// 5,000 by default, so that the suite stays short; CALLPOINT_FUZZ=20 makes it 100,000.
    @Test func seededMutations() {
        let count = 5000 * Self.scale
        var random = RandomSource(seed: 20)
        let pieces = Specimens.all.map { $0.split(separator: "\r\n").map { Array($0.utf8) } }
        let odd = Array("0123456789:;=/ *-\t\r\n\u{0}aZ".utf8) + [0x80, 0xC3, 0xFF]
        for _ in 0..<count {
            let index = Int.random(in: pieces.indices, using: &random)
            var text = pieces[index]
            for _ in 0..<Int.random(in: 1...4, using: &random) where !text.isEmpty {
                mutate(&text, odd, pieces, &random)
            }
            let joined = Array(text.joined(separator: [13, 10]))
            feed(String(decoding: joined, as: UTF8.self), answering: index >= Specimens.offers.count)
        }
    }

    func mutate(_ text: inout [[UInt8]], _ odd: [UInt8], _ pieces: [[[UInt8]]], _ random: inout RandomSource) {
        let line = Int.random(in: text.indices, using: &random)
        let at = Int.random(in: 0...text[line].count, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: text.remove(at: line)
        case 1: text.insert(text[Int.random(in: text.indices, using: &random)], at: line)
        case 2: text.swapAt(line, Int.random(in: text.indices, using: &random))
        case 3: text[line].removeSubrange(at...)
        case 4: text[line].insert(odd[Int.random(in: odd.indices, using: &random)], at: at)
        case 5 where at < text[line].count: text[line][at] = UInt8.random(in: 0...255, using: &random)
        case 6:
            let other = pieces[Int.random(in: pieces.indices, using: &random)]
            text[line] = other[Int.random(in: other.indices, using: &random)]
        default:
            // A number becomes an extreme one.
            let extremes = ["0", "127", "128", "255", "256", "65536", "4294967296", "99999999999999999999999", "-1"]
            let fields = text[line].split(separator: 32, omittingEmptySubsequences: false).map { Array($0) }
            let field = Int.random(in: fields.indices, using: &random)
            let extreme = Array(extremes[Int.random(in: extremes.indices, using: &random)].utf8)
            text[line] = Array((fields[..<field] + [extreme] + fields[(field + 1)...]).joined(separator: [32]))
        }
    }
}
