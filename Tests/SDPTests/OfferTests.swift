import SDP
import Testing

@Suite struct OfferTests {
    @Test func offersItsTable() throws {
        var offerer = negotiator()
        let own = transport(candidates: ["candidate:1 1 udp 1 192.0.2.1 5000 typ host"])
        let offer = try SessionDescription(parsing: offerer.createOffer(own))
        #expect(offerer.signalingState == .haveLocalOffer && offerer.session == nil)
        #expect(offer.value("group") == "BUNDLE 0 1")
        #expect(offer.media.map { $0.kind } == ["audio", "video"])
        #expect(offer.media.map { $0.numbers } == ["111", "96 97 98 99 100"])
        #expect(offer.media.allSatisfy { $0.value("setup") == "actpass" && $0.transport == "UDP/TLS/RTP/SAVPF" })
        #expect(offer.media.allSatisfy { $0.value("ice-options") == "trickle" && $0.value("sendrecv") == "" })
        #expect(offer.media.map { $0.values("candidate").count } == [1, 0])
        #expect(
            offer.media[1].values("extmap") == [
                "1 \(HeaderExtension.mid.uri)", "2 \(HeaderExtension.transportSequenceNumber.uri)",
                "3 \(HeaderExtension.absoluteSendTime.uri)",
            ])
        #expect(offer.origin.sessionVersion == "0")
        // Written anew it is the same; with other credentials it is a new version.
        #expect(try SessionDescription(parsing: offerer.createOffer(own)) == offer)
        #expect(try SessionDescription(parsing: offerer.createOffer(transport("wxyz"))).origin.sessionVersion == "1")
    }

    @Test func agreesWithChromium() throws {
        var offerer = negotiator()
        _ = try offerer.createOffer(transport())
        let session = try offerer.setRemote(answer: Chromium.answer)
        #expect(offerer.signalingState == .stable && offerer.session == session)
        #expect(session.transport.role == .server)
        #expect(session.media.map { $0.mid } == ["0", "1"])
        #expect(session.media[1].codecs[0].retransmissionPayloadType == 97)
        #expect(session.media[1].maximumBitrate == 1_500_000)
        #expect(session.media[1].remoteStreamID == nil && session.media[1].remoteTrackID == "9d2c-video")
        #expect(session.media[1].local == ownMedia[1])
        #expect(session.media[1].extensions.absoluteSendTime == 3)
    }

    @Test func agreesWithAiortc() throws {
        var offerer = negotiator()
        _ = try offerer.createOffer(transport())
        let session = try offerer.setRemote(answer: Aiortc.answer)
        #expect(session.transport.role == .server && session.transport.candidates.count == 2)
        #expect(!session.transport.trickle && session.transport.endOfCandidates)
        #expect(session.media[1].codecs[0].feedback == [.nack, .pli, .remb])
        #expect(session.media[1].extensions.transportSequenceNumber == nil)
    }

    func error(_ answer: String) -> NegotiationError? {
        var offerer = negotiator()
        do throws(NegotiationError) {
            _ = try offerer.createOffer(transport())
            try offerer.setRemote(answer: answer)
            return nil
        } catch {
            #expect(offerer.signalingState == .haveLocalOffer)
            return error
        }
    }

    @Test func holdsAnswersAgainstTheOffer() {
        let answer = Chromium.answer
        #expect(error(answer) == nil)
        #expect(error(Chromium.offerWithData.replacing("actpass", with: "active")) == .mLinesMissing)
        #expect(error(lines(Chromium.session(bundle: "0"), Chromium.audioSection)) == .mLinesMissing)
        #expect(error(answer.with("a=mid:1", "a=mid:9")) == .mLineChanged(index: 1))
        #expect(error(answer.with("m=video", "m=audio")) == .mLineChanged(index: 1))
        #expect(error(answer.without(line: "a=mid:0").without(line: "a=mid:1")) == nil)
        #expect(error(answer.replacing("a=setup:active", with: "a=setup:actpass")) == .setupConflict)
        #expect(error(answer.with("BUNDLE 0 1", "BUNDLE 0")) == .notBundled(mid: "1"))
        #expect(error(answer.replacing(" 9 UDP", with: " 0 UDP")) == .noMedia)
        // A codec under a number that was not offered for it is no common codec.
        #expect(error(answer.with("SAVPF 96 97", "SAVPF 98").with("rtpmap:96", "rtpmap:98")) == .noCommonCodec(.video))
        #expect(error(answer.with("VP8/90000", "VP9/90000")) == .noCommonCodec(.video))
    }

    @Test func livesWithoutWhatIsRefused() throws {
        var offerer = negotiator()
        _ = try offerer.createOffer(transport())
        let answer = Chromium.answer.with("m=video 9", "m=video 0").with("a=mid:1", "a=mid:1\r\na=bundle-only")
            .with("BUNDLE 0 1", "BUNDLE 0")
        let session = try offerer.setRemote(answer: answer)
        #expect(session.media.map { $0.kind } == [.audio])
        let next = try SessionDescription(parsing: offerer.createOffer(transport()))
        #expect(next.media.map { $0.port } == [9, 0] && next.value("group") == "BUNDLE 0")
    }

    @Test func twoOfUsAgree() throws {
        var (one, two) = (negotiator(), negotiator())
        let offer = try one.createOffer(transport("oneA"))
        try two.setRemote(offer: offer)
        let (answer, theirs) = try two.createAnswer(transport("twoA"))
        let ours = try one.setRemote(answer: answer)
        #expect(ours.transport.role == .server && theirs.transport.role == .client)
        #expect(ours.transport.usernameFragment == "twoA" && theirs.transport.usernameFragment == "oneA")
        #expect(ours.media.map { $0.codecs } == theirs.media.map { $0.codecs })
        #expect(ours.media.map { $0.extensions } == theirs.media.map { $0.extensions })
        #expect(ours.media.allSatisfy { $0.direction == .sendrecv && $0.codecs.count == 1 })
        #expect(ours.media[1].remoteStreams == [RemoteStream(ssrc: 2001, retransmissionSSRC: 2002, cname: "kiosk-1")])
    }

    @Test func takesUpAnEarlierCall() throws {
        let order = [("a", "video"), ("2", "application"), ("0", "audio"), ("s", "video")]
        let previous = order.compactMap { MediaSlot(mid: $0.0, kind: MediaKind($0.1)) }
        var offerer = negotiator(previous: previous)
        #expect(offerer.slots == previous)
        let offer = try SessionDescription(parsing: offerer.createOffer(transport()))
        #expect(offer.media.map { $0.kind } == order.map { $0.1 })
        #expect(offer.media.map { $0.value("mid") } == order.map { $0.0 })
        #expect(offer.media.map { $0.port } == [9, 0, 9, 0])
        #expect(offer.value("group") == "BUNDLE a 0")
        #expect(offer.media[1].transport == "UDP/DTLS/SCTP")
        // The page's offer comes first and counts.
        offerer.rollback()
        #expect(try offerer.accept(Chromium.offer).media.count == 2)
        #expect(MediaSlot(mid: "a\r\nb", kind: .audio) == nil && MediaSlot(mid: "", kind: .audio) == nil)
        #expect(MediaSlot(mid: "a", kind: MediaKind("x y")) == nil)
    }

    @Test func offersNothingWithoutMedia() {
        var offerer = negotiator(media: [])
        #expect(throws: NegotiationError.noMedia) { try offerer.createOffer(transport()) }
        #expect(offerer.signalingState == .stable)
    }
}
