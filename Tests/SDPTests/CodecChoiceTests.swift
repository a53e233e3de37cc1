import SDP
import Testing

/// The example of the clinics' own app: what each side can, and what becomes of it.
@Suite struct CodecChoiceTests {
    static let h264 = CodecCapability(
        .video, RTPMap(name: "H264", clockRate: 90000),
        parameters: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        distinctions: [
            .init("packetization-mode", otherwise: "0"), .init("profile-level-id", otherwise: "420010", prefix: 4),
        ], feedback: [.nack, .pli], payloadType: 102, retransmissionPayloadType: 103)
    static let vp9 = CodecCapability(
        .video, RTPMap(name: "VP9", clockRate: 90000), parameters: "profile-id=0",
        distinctions: [.init("profile-id", otherwise: "0")], payloadType: 98)

    func agree(_ ours: [CodecCapability], _ theirs: [CodecCapability]) throws -> [[String]] {
        var one = negotiator(MediaCapabilities(codecs: [.opus] + ours))
        var two = negotiator(MediaCapabilities(codecs: [.opus] + theirs))
        try two.setRemote(offer: one.createOffer(transport()))
        let (answer, theirSession) = try two.createAnswer(transport())
        let session = try one.setRemote(answer: answer)
        #expect(session.media[1].codecs.map { $0.payloadType } == theirSession.media[1].codecs.map { $0.payloadType })
        return [session, theirSession].map { $0.media[1].codecs.map { $0.name } }
    }

    @Test func choosesWhatBothHave() throws {
        #expect(try agree([Self.h264, .vp8], [Self.h264, Self.vp9]) == [["H264"], ["H264"]])
        #expect(try agree([.vp8, Self.h264], [Self.vp9, Self.h264]) == [["H264"], ["H264"]])
        // Of several, the offerer's first.
        #expect(try agree([.vp8, Self.h264], [Self.h264, .vp8]) == [["VP8", "H264"], ["VP8", "H264"]])
    }

    @Test func saysSoWhenThereIsNone() {
        #expect(throws: NegotiationError.noCommonCodec(.video)) { try agree([.vp8], [Self.vp9]) }
        #expect(throws: NegotiationError.noCommonCodec(.video)) { try agree([Self.h264, .vp8], [Self.vp9]) }
    }

    @Test func tellsFormatsOfOneCodecApart() throws {
        // Chromium has H264 in seven forms; ours is the constrained baseline in packetization mode 1.
        var answerer = negotiator(MediaCapabilities(codecs: [.opus, Self.h264]))
        let answer = try answerer.accept(Chromium.offer)
        #expect(answer.media[1].numbers == "106 107")
        #expect(answer.media[1].values("fmtp").first?.hasPrefix("106 ") == true)
        var other = negotiator(MediaCapabilities(codecs: [.opus, Self.vp9]))
        #expect(try other.accept(Chromium.offer).media[1].numbers == "98")
    }

    @Test func ignoresStrayRetransmissions() throws {
        var answerer = negotiator()
        let stray = Chromium.offer.with("a=fmtp:97 apt=96", "a=fmtp:97 apt=300")
        #expect(try answerer.accept(stray).media[1].numbers == "96 114 115 116")
        var again = negotiator()
        #expect(try again.accept(Chromium.offer.with("a=fmtp:97 apt=96", "a=x")).media[1].numbers == "96 114 115 116")
    }

    @Test func findsFreeNumbers() throws {
        // Opus has our video's numbers in their offer, which has no video.
        var capabilities = MediaCapabilities(codecs: [.opus, .vp8])
        capabilities.maximumAudioSections = 1
        var answerer = negotiator(capabilities)
        let audio = lines(Chromium.session(bundle: "0"), Chromium.audioSection)
            .with("SAVPF 111 63", "SAVPF 96 63").replacing(":111 ", with: ":96 ")
        #expect(try answerer.accept(audio).media[0].numbers == "96")
        let offer = try SessionDescription(parsing: answerer.createOffer(transport()))
        #expect(offer.media.map { $0.numbers } == ["96", "97 98"])
    }
}
