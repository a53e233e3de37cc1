import SDP
import Testing

@Suite struct AnswerTests {
    @Test func answersChromium() throws {
        var answerer = negotiator()
        #expect(try answerer.setRemote(offer: Chromium.offer).trickle)
        #expect(answerer.signalingState == .haveRemoteOffer)
        let own = transport(candidates: ["candidate:1 1 udp 2130706431 2001:db8::7 5000 typ host"], ended: true)
        let (text, session) = try answerer.createAnswer(own)
        #expect(answerer.signalingState == .stable && answerer.session == session)
        let answer = try SessionDescription(parsing: text)
        #expect(answer.origin.sessionID == String(0x1234_5678_9ABC_DEF0 as UInt64 >> 2))
        #expect(answer.value("group") == "BUNDLE 0 1")
        #expect(answer.media.map { $0.kind } == ["audio", "video"])
        #expect(answer.media.map { $0.numbers } == ["111", "96 97 114 115 116"])
        #expect(answer.media.map { $0.port } == [9, 9])

        let (audio, video) = (answer.media[0], answer.media[1])
        #expect(audio.values("candidate") == ["1 1 udp 2130706431 2001:db8::7 5000 typ host"])
        #expect(audio.value("end-of-candidates") == "" && video.value("end-of-candidates") == nil)
        #expect(audio.values("rtcp-fb") == ["111 transport-cc"])
        #expect(audio.value("fmtp") == "111 minptime=10;useinbandfec=1")
        #expect(
            video.values("rtcp-fb")
                == ["96 goog-remb", "96 transport-cc", "96 ccm fir", "96 nack", "96 nack pli"])
        #expect(
            video.values("rtpmap")
                == ["96 VP8/90000", "97 rtx/90000", "114 red/90000", "115 rtx/90000", "116 ulpfec/90000"])
        #expect(video.values("fmtp") == ["97 apt=96", "115 apt=114"])
        #expect(video.value("ssrc-group") == "FID 2001 2002")
        #expect(video.value("msid") == "kiosk camera")
        #expect(video.values("ssrc").first == "2001 cname:kiosk-1")
        for section in answer.media {
            #expect(section.value("setup") == "active")
            #expect(section.value("ice-ufrag") == "abcd")
            #expect(section.value("fingerprint") == ownFingerprint.description)
            #expect(section.value("sendrecv") == "" && section.value("rtcp-mux") == "")
            #expect(section.value("rtcp-rsize") == "" && section.value("extmap-allow-mixed") == "")
            #expect(
                Set(section.values("extmap"))
                    == [
                        "4 \(HeaderExtension.mid.uri)", "3 \(HeaderExtension.transportSequenceNumber.uri)",
                        "2 \(HeaderExtension.absoluteSendTime.uri)",
                    ])
        }
    }

    @Test func tellsTheEngineWhatChromiumSends() throws {
        var answerer = negotiator()
        try answerer.setRemote(offer: Chromium.offer)
        let session = try answerer.createAnswer(transport()).session
        #expect(session.transport.usernameFragment == "Qm4z")
        #expect(session.transport.password == "7hVdyT0sLkWq3nXbR9fGcJ2e")
        #expect(session.transport.role == .client)
        #expect(session.transport.mid == "0" && session.transport.mids == ["0", "1"])
        #expect(session.transport.fingerprints.map { $0.description } == ["sha-256 \(Chromium.fingerprint)"])
        #expect(session.transport.trickle && !session.transport.isLite && !session.transport.endOfCandidates)
        #expect(!session.transport.iceRestart && !session.transport.newAssociation)
        let video = try #require(session.media.last)
        #expect(video.kind == .video && video.mid == "1" && video.mLineIndex == 1 && video.direction == .sendrecv)
        #expect(video.codecs.count == 1)
        #expect(video.codecs[0].name == "VP8" && video.codecs[0].payloadType == 96)
        #expect(video.codecs[0].retransmissionPayloadType == 97)
        #expect(video.codecs[0].feedback == [.remb, .transportCC, .fir, .nack, .pli])
        #expect(
            video.remoteStreams
                == [RemoteStream(ssrc: 2_811_400_077, retransmissionSSRC: 2_811_400_078, cname: "Zr1uVt8/pQ0mLwXk")])
        #expect(video.remoteStreamID == "c3f0a1d2-stream" && video.remoteTrackID == "9d2c-video")
        #expect(video.local == ownMedia[1] && video.reducedSizeRTCP)
        #expect(video.extensions.mid == 4 && video.extensions.allowsMixed)
        #expect(session.media[0].codecs[0].remoteParameters["USEINBANDFEC"] == "1")
        #expect(session.media[0].codecs[0].channels == 2)
    }

    @Test func answersFirefox() throws {
        var answerer = negotiator()
        let answer = try answerer.accept(Firefox.offer)
        #expect(answer.media.map { $0.numbers } == ["109", "120 124"])
        #expect(answer.media.map { $0.port } == [9, 9])
        #expect(answer.media[0].value("rtcp-rsize") == nil && answer.media[1].value("rtcp-rsize") == "")
        let session = try #require(answerer.session)
        #expect(session.transport.trickle)
        #expect(session.transport.fingerprints.map { $0.description } == ["sha-256 \(Firefox.fingerprint)"])
        #expect(session.media[1].remoteStreams.map { $0.retransmissionSSRC } == [3_920_110_485])
        #expect(session.media[0].codecs[0].remoteParameters["stereo"] == "1")
        // Without its extension in the section, transport-cc is no agreement.
        #expect(session.media[0].codecs[0].feedback == [])
    }

    @Test func answersAiortc() throws {
        var answerer = negotiator()
        #expect(try !answerer.setRemote(offer: Aiortc.offer).trickle)
        let (text, session) = try answerer.createAnswer(transport())
        let answer = try SessionDescription(parsing: text)
        #expect(answer.media.map { $0.numbers } == ["96", "97 98"])
        #expect(answer.media.allSatisfy { $0.value("rtcp-rsize") == nil && $0.value("extmap-allow-mixed") == nil })
        #expect(session.transport.fingerprints.map { $0.algorithm } == [.sha256, .sha384, .sha512])
        #expect(session.transport.endOfCandidates)
        // The same candidates stand in both sections and count once.
        #expect(
            session.transport.candidates.map { $0.text } == [
                "candidate:1a2b 1 udp 2130706431 192.0.2.31 47113 typ host",
                "candidate:3c4d 1 udp 2130706431 2001:db8::31 47114 typ host",
            ])
        #expect(session.transport.candidates.allSatisfy { $0.mid == "0" })
        #expect(session.media[1].codecs[0].feedback == [.nack, .pli, .remb])
        #expect(!session.media[1].reducedSizeRTCP)
    }

    @Test func answersGStreamer() throws {
        var answerer = negotiator()
        let answer = try answerer.accept(GStreamer.offer)
        #expect(answer.value("group") == "BUNDLE video0 audio1")
        #expect(answer.media.map { $0.kind } == ["video", "audio"])
        #expect(answer.media.map { $0.numbers } == ["100", "101"])
        let session = try #require(answerer.session)
        #expect(session.transport.mid == "video0")
        #expect(session.media[0].codecs[0].retransmissionPayloadType == nil)
        #expect(session.media[0].remoteStreamID == "user1880@host-55c0")
        // Without RTX there is no second source.
        #expect(answer.media[0].values("ssrc-group") == [])
        #expect(answer.media[0].values("ssrc").count == 2)
    }

    @Test func refusesWhatItCannotTakeInItsPlace() throws {
        var answerer = negotiator()
        let unknown = "m=text 9 UDP/TLS/RTP/SAVPF 98\r\na=mid:3\r\n"
        let offer =
            Chromium.offerWithData.with("BUNDLE 0 1 2", "BUNDLE 2 0 1 3 4") + unknown
            + lines(Chromium.section(mid: "4", ssrc: 5, track: "x"))
        let answer = try answerer.accept(offer)
        #expect(answer.media.map { $0.port } == [9, 9, 0, 0, 0])
        #expect(answer.media.map { $0.kind } == ["audio", "video", "application", "text", "video"])
        #expect(answer.value("group") == "BUNDLE 0 1")
        #expect(
            answer.media[2].description == "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n"
                + "c=IN IP4 0.0.0.0\r\na=mid:2\r\na=inactive\r\n")
        #expect(answerer.session?.media.map { $0.mid } == ["0", "1"])
        #expect(answerer.slots.map { $0.kind } == [.audio, .video, .other("application"), .other("text"), .video])
    }

    @Test func takesAsManyVideoSectionsAsItCan() throws {
        var capabilities = MediaCapabilities.kiosk
        capabilities.maximumVideoSections = 2
        var answerer = negotiator(capabilities)
        let answer = try answerer.accept(Chromium.offerWithScreen)
        #expect(answer.media.map { $0.port } == [9, 9, 9])
        #expect(answer.media[2].value("recvonly") == "")
        #expect(answer.media[2].values("ssrc") == [] && answer.media[2].value("msid") == nil)
        let screen = try #require(answerer.session?.media.last)
        #expect(screen.local == nil && screen.direction == .recvonly)
        #expect(screen.remoteStreams.map { $0.ssrc } == [901_230_022])
    }

    @Test(arguments: [
        ("sendrecv", "sendrecv", "sendrecv"), ("sendonly", "sendrecv", "recvonly"),
        ("recvonly", "sendrecv", "sendonly"), ("inactive", "sendrecv", "inactive"),
        ("sendrecv", "recvonly", "recvonly"), ("recvonly", "recvonly", "inactive"),
        ("sendrecv", "sendonly", "sendonly"), ("sendonly", "sendonly", "inactive"),
        ("sendrecv", "inactive", "inactive"),
    ]) func meetsDirections(_ theirs: String, _ ours: String, _ result: String) throws {
        var media = ownMedia
        media[1].direction = try #require(MediaDirection(rawValue: ours))
        var answerer = negotiator(media: media)
        let offer = lines(
            Chromium.session(bundle: "0 1"), Chromium.audioSection,
            Chromium.section(mid: "1", ssrc: 7, track: "x", direction: theirs))
        let answer = try answerer.accept(offer)
        #expect(answer.media[1].value(result) == "")
        #expect(answerer.session?.media[1].direction.rawValue == result)
        #expect(answer.media[1].values("ssrc").isEmpty == !result.hasPrefix("send"))
    }

    @Test func takesTheDirectionOfTheSession() throws {
        let offer = GStreamer.offer.replacing("a=sendrecv\r\n", with: "").with("t=0 0\r\n", "t=0 0\r\na=sendonly\r\n")
        var answerer = negotiator()
        #expect(try answerer.accept(offer).media.allSatisfy { $0.value("recvonly") == "" })
    }

    @Test func toleratesSimulcast() throws {
        let extra = lines("a=rid:h send\na=rid:l send\na=simulcast:send h;l\na=ssrc-group:SIM 1 2 3")
        var answerer = negotiator()
        let answer = try answerer.accept(Chromium.offer + extra)
        #expect(answer.media[1].port == 9)
        #expect(answer.media[1].values("rid") == [] && answer.media[1].values("simulcast") == [])
    }

    @Test func answersASectionWithoutMid() throws {
        let offer = lines(Chromium.session(bundle: "x"), Chromium.audioSection).without(line: "a=mid:0")
        var answerer = negotiator()
        let answer = try answerer.accept(offer)
        #expect(answer.media[0].port == 9 && answer.media[0].value("mid") == nil)
        #expect(answer.value("group") == nil)
        #expect(answerer.session?.media[0].mid == "0")
    }

    @Test func onlyTheSessionKnowsTheTransport() throws {
        // Everything once for the session, as RFC 8829 §5.2.1 allows for ICE options and fingerprints.
        let values = ["a=ice-ufrag:5e0d91ac", "a=ice-pwd:d3a97be10c64f28590e1b7d2a46cf853", "a=setup:actpass"]
        var offer = Firefox.offer
        for value in values { offer = offer.without(line: value) }
        offer = offer.with("t=0 0\r\n", "t=0 0\r\na=ice-lite\r\n" + values.map { $0 + "\r\n" }.joined())
        var answerer = negotiator()
        #expect(try answerer.setRemote(offer: offer).isLite)
        #expect(try answerer.createAnswer(transport()).session.transport.usernameFragment == "5e0d91ac")
    }

    @Test func readsTheLimitOfTheBitrate() throws {
        var answerer = negotiator()
        let offer = Chromium.offer.with("a=mid:1", "b=AS:900\r\na=mid:1").with("a=mid:0", "b=TIAS:32000\r\na=mid:0")
        try answerer.setRemote(offer: offer)
        #expect(try answerer.createAnswer(transport()).session.media.map { $0.maximumBitrate } == [32000, 900_000])
    }

    @Test func spreadsWildcardFeedback() throws {
        var answerer = negotiator()
        let offer = Aiortc.offer.with("a=rtcp-fb:97 nack pli\r\n", "a=rtcp-fb:* ccm  FIR\r\na=rtcp-fb:* nack pli\r\n")
        let answer = try answerer.accept(offer)
        #expect(answer.media[1].values("rtcp-fb") == ["97 goog-remb", "97 ccm fir", "97 nack", "97 nack pli"])
    }

    @Test func canWithdrawFeedback() throws {
        var capabilities = MediaCapabilities.kiosk
        capabilities.withdraw([.transportCC, .remb])
        var answerer = negotiator(capabilities)
        #expect(
            try answerer.accept(Chromium.offer).media[1].values("rtcp-fb") == ["96 ccm fir", "96 nack", "96 nack pli"])
    }
}
