import SDP
import Testing

/// RED (RFC 2198) and ULPFEC (RFC 5109) for video, in offers and answers.
@Suite struct RedundancyTests {
    private let numbers = RedundancyPayloadTypes(red: 98, redRetransmission: 99, ulpfec: 100)

    private func redundancy(ofOffer text: String) throws -> RedundancyPayloadTypes? {
        var answerer = negotiator()
        try answerer.setRemote(offer: text)
        let (_, session) = try answerer.createAnswer(transport())
        #expect(session.media[0].redundancy == nil)
        return session.media[1].redundancy
    }

    @Test func takesTheNumbersOfTheOffer() throws {
        #expect(
            try redundancy(ofOffer: Chromium.offer)
                == RedundancyPayloadTypes(red: 114, redRetransmission: 115, ulpfec: 116))
        let alone = Chromium.offer.without(line: "a=rtpmap:115 rtx/90000")
        #expect(try redundancy(ofOffer: alone) == RedundancyPayloadTypes(red: 114, ulpfec: 116))
    }

    @Test func takesBothOrNeither() throws {
        for line in ["a=rtpmap:114 red/90000", "a=rtpmap:116 ulpfec/90000"] {
            #expect(try redundancy(ofOffer: Chromium.offer.without(line: line)) == nil)
        }
        #expect(try redundancy(ofOffer: Chromium.offer.with("ulpfec/90000", "ulpfec/8000")) == nil)
        var answerer = negotiator()
        try answerer.setRemote(offer: Chromium.offer.without(line: "a=rtpmap:114 red/90000"))
        let (text, _) = try answerer.createAnswer(transport())
        #expect(try SessionDescription(parsing: text).media[1].numbers == "96 97")
    }

    @Test func twoOfUsAgreeAndKeepTheNumbers() throws {
        var (one, two) = (negotiator(), negotiator())
        for _ in 0..<2 {
            try two.setRemote(offer: one.createOffer(transport("oneA")))
            let (answer, theirs) = try two.createAnswer(transport("twoA"))
            let ours = try one.setRemote(answer: answer)
            #expect(ours.media.map { $0.redundancy } == [nil, numbers])
            #expect(theirs.media.map { $0.redundancy } == [nil, numbers])
        }
        // The other side offers now: the numbers stay.
        try one.setRemote(offer: two.createOffer(transport("twoA")))
        #expect(try one.createAnswer(transport("oneA")).session.media[1].redundancy == numbers)
    }

    @Test func keepsTheNumbersOfABrowserInItsOwnOffer() throws {
        var kiosk = negotiator()
        try kiosk.setRemote(offer: Chromium.offer)
        _ = try kiosk.createAnswer(transport())
        let offer = try SessionDescription(parsing: kiosk.createOffer(transport()))
        #expect(offer.media[1].numbers == "96 97 114 115 116")
    }

    @Test func anAnswerWithOtherNumbersIsNoAgreement() throws {
        var (one, two) = (negotiator(), negotiator())
        try two.setRemote(offer: one.createOffer(transport("oneA")))
        let (answer, _) = try two.createAnswer(transport("twoA"))
        var other = one
        #expect(
            try other.setRemote(
                answer: answer.with("SAVPF 96 97 98 99 100", "SAVPF 96 97 98 99 101").with("rtpmap:100", "rtpmap:101")
            ).media[1].redundancy == nil)
        other = one
        #expect(
            try other.setRemote(answer: answer.with("apt=98", "apt=97")).media[1].redundancy
                == RedundancyPayloadTypes(red: 98, ulpfec: 100))
    }

    @Test func aNumberServesOneFormat() throws {
        let text = Chromium.offer.with("a=rtpmap:111 opus/48000/2", "a=rtpmap:116 opus/48000/2")
            .with("SAVPF 111", "SAVPF 116")
        var answerer = negotiator()
        #expect(throws: NegotiationError.conflictingPayloadType(116)) { try answerer.setRemote(offer: text) }
    }
}
