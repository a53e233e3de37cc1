import SDP
import Testing

@Suite struct LimitTests {
    func error(_ text: String) -> SDPError? {
        do throws(SDPError) {
            _ = try SessionDescription(parsing: text)
            return nil
        } catch {
            return error
        }
    }

    @Test func limitsTheSize() {
        let start = ParserTests.minimal
        let room = 64 * 1024 - start.utf8.count
        let line = "a=x:" + String(repeating: "y", count: 1018) + "\r\n"
        let padding = room % line.utf8.count
        let full =
            start + String(repeating: line, count: room / line.utf8.count) + "a="
            + String(repeating: "z", count: padding - 4)
            + "\r\n"
        #expect(full.utf8.count == 64 * 1024)
        #expect(error(full) == nil)
        #expect(error(full + "a") == .tooLarge)
    }

    @Test func refusesAMegabyteUnread() {
        var parser = SDPParser()
        let text = ParserTests.minimal + String(repeating: "a=candidate:x\r\n", count: 70_000)
        #expect(text.utf8.count > 1_000_000)
        #expect(throws: SDPError.tooLarge) { try parser.parse(text) }
        #expect(parser.steps == 0)
    }

    @Test func limitsLines() {
        #expect(error(ParserTests.minimal + String(repeating: "a=x\n", count: 1996)) == nil)
        #expect(error(ParserTests.minimal + String(repeating: "a=x\n", count: 1997)) == .tooManyLines)
        #expect(error(ParserTests.minimal + "a=" + String(repeating: "x", count: 4094) + "\n") == nil)
        let long = ParserTests.minimal + "a=" + String(repeating: "x", count: 4095) + "\n"
        #expect(error(long) == .lineTooLong(line: 5))
    }

    @Test func limitsSectionsAndCandidates() {
        let section = "m=audio 9 X 0\n"
        #expect(error(ParserTests.minimal + String(repeating: section, count: 16)) == nil)
        #expect(error(ParserTests.minimal + String(repeating: section, count: 17)) == .tooManyMediaSections)
        let many = section + String(repeating: "a=candidate:1\n", count: 64)
        #expect(error(ParserTests.minimal + many + many) == nil)
        #expect(error(ParserTests.minimal + section + many + "a=candidate:1\n") == .tooManyCandidates(mLineIndex: 1))
    }

    /// Twice the text, at most about twice the work, whatever it is made of.
    @Test(arguments: [
        "a=rtpmap:%d VP8/90000", "a=fmtp:96 a=%d;b;c;d", "a=rtcp-fb:* nack", "a=ssrc:%d cname:x",
        "a=ssrc-group:FID %d 5", "a=extmap:%d urn:x", "a=msid:%d x", "a=rid:%d send", "a=fingerprint:sha-1 %d",
        "b=AS:%d",
    ]) func worksInProportion(_ pattern: String) {
        func work(_ count: Int) -> Int {
            let extra = (1...count).map { pattern.replacing("%d", with: String($0)) }.joined(separator: "\n")
            var answerer = negotiator()
            // The extra lines follow the last section's.
            _ = try? answerer.setRemote(offer: Chromium.offer + lines(extra))
            return answerer.steps
        }
        let base = work(1)
        let (one, two) = (work(800) - base, work(1600) - base)
        #expect(one > 0)
        #expect(two <= one * 2 + one / 5)
    }

    @Test func worksInProportionToFormatsAndBundles() {
        func work(_ count: Int, _ make: (Int) -> String) -> Int {
            var answerer = negotiator()
            _ = try? answerer.setRemote(offer: make(count))
            return answerer.steps
        }
        let formats = { (n: Int) in
            Chromium.offer.with("SAVPF 111", "SAVPF 111" + String(repeating: " 96", count: n))
        }
        let bundles = { (n: Int) in
            Chromium.offer.with("BUNDLE 0 1", "BUNDLE 0 1" + (2...n).map { " m\($0)" }.joined())
        }
        for make in [formats, bundles] {
            let base = work(2, make)
            let (one, two) = (work(300, make) - base, work(600, make) - base)
            #expect(one > 0 && two <= one * 2 + one / 5)
        }
    }
}
