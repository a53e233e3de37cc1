import SDP
import Testing

@Suite struct RefusalTests {
    @Test func refusesKeysInTheText() {
        let crypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR"
        // Beside a fingerprint too, in any live section, and for the session.
        #expect(refusal(Chromium.offer.with("a=mid:1", crypto + "\r\na=mid:1")) == .sdes(mLineIndex: 1))
        #expect(refusal(Chromium.offerWithData.with("a=mid:2", crypto + "\r\na=mid:2")) == .sdes(mLineIndex: 2))
        #expect(refusal(Chromium.offer.with("t=0 0", "t=0 0\r\n" + crypto)) == .sdes(mLineIndex: nil))
    }

    @Test(arguments: ["RTP/AVP", "RTP/AVPF", "udp/tls/rtp/savpf", "TCP/RTP/AVP", "UDP"])
    func refusesPlainRTP(_ profile: String) {
        let video = Chromium.offer.with("m=video 9 UDP/TLS/RTP/SAVPF", "m=video 9 \(profile)")
        #expect(refusal(video) == .plainRTP(mLineIndex: 1))
        #expect(refusal(video.with("m=video 9", "m=video 0")) == nil)
    }

    @Test(arguments: ["UDP/TLS/RTP/SAVP", "TCP/DTLS/RTP/SAVPF", "RTP/SAVPF"])
    func takesOtherSpellingsOfSecureRTP(_ profile: String) throws {
        var answerer = negotiator()
        let answer = try answerer.accept(Chromium.offer.replacing("UDP/TLS/RTP/SAVPF", with: profile))
        #expect(answer.media.allSatisfy { $0.transport == profile && $0.port == 9 })
    }

    @Test func refusesWithoutFingerprint() {
        let line = "a=fingerprint:sha-256 \(Chromium.fingerprint)"
        #expect(refusal(Chromium.offer.without(line: line)) == .missingFingerprint)
        let sha1 = "a=fingerprint:sha-1 \(Aiortc.hash(1, 20))"
        let md5 = "a=fingerprint:md5 \(Aiortc.hash(1, 16))"
        #expect(refusal(Chromium.offer.with(line, sha1)) == .weakFingerprint)
        #expect(refusal(Chromium.offer.with(line, md5 + "\r\n" + sha1)) == .weakFingerprint)
        for bad in [
            "a=fingerprint", "a=fingerprint:", "a=fingerprint:sha-256", "a=fingerprint:sha-256 AA:BB",
            "a=fingerprint:sha-256 \(Chromium.fingerprint):00", "a=fingerprint:sha-384 \(Chromium.fingerprint)",
            "a=fingerprint:sha-256 \(Chromium.fingerprint.replacing(":", with: "-"))",
            "a=fingerprint:sha-256 \(Chromium.fingerprint.replacing("3A", with: "3G"))",
            "a=fingerprint:sha-256 \(Chromium.fingerprint) x",
        ] {
            #expect(refusal(Chromium.offer.with(line, bad)) == .malformedFingerprint, "\(bad)")
        }
        let many = Array(repeating: line, count: 9).joined(separator: "\r\n")
        #expect(refusal(Chromium.offer.with(line, many)) == .malformedFingerprint)
    }

    @Test func keepsOnlyTrustedFingerprints() throws {
        let line = "a=fingerprint:sha-256 \(Chromium.fingerprint)"
        let sha1 = "a=fingerprint:sha-1 \(Aiortc.hash(1, 20))"
        let sha512 = "a=fingerprint:SHA-512 \(Aiortc.hash(1, 64))"
        var answerer = negotiator()
        try answerer.setRemote(offer: Chromium.offer.with(line, [sha1, line, sha512, line].joined(separator: "\r\n")))
        let session = try answerer.createAnswer(transport()).session
        #expect(session.transport.fingerprints.map { $0.algorithm } == [.sha256, .sha512])
    }

    @Test(arguments: [
        "a=fingerprint:SHA-256 \(Chromium.fingerprint.lowercased())", "a=fingerprint: sha-256 \(Chromium.fingerprint)",
        "a=fingerprint:sha-256\t \(Chromium.fingerprint) \t", "a=fingerprint:Sha-256  \(Chromium.fingerprint)",
    ]) func readsFingerprintsInAnyCase(_ line: String) throws {
        var answerer = negotiator()
        try answerer.setRemote(
            offer: Chromium.offer.with("a=fingerprint:sha-256 \(Chromium.fingerprint)", line))
        let session = try answerer.createAnswer(transport()).session
        #expect(session.transport.fingerprints.map { $0.description } == ["sha-256 \(Chromium.fingerprint)"])
    }

    @Test func refusesTwoCertificatesInABundle() {
        let other = lines(Chromium.videoSection).with(Chromium.fingerprint, Firefox.fingerprint)
        let offer = lines(Chromium.session(bundle: "0 1"), Chromium.audioSection) + other
        #expect(refusal(offer) == .conflictingFingerprints)
    }

    @Test(arguments: [
        ("a=ice-ufrag:Qm4z", "a=ice-ufrag:Qm4", NegotiationError.shortICECredentials),
        ("a=ice-pwd:7hVdyT0sLkWq3nXbR9fGcJ2e", "a=ice-pwd:7hVdyT0sLkWq3nXbR9fGc", .shortICECredentials),
        ("a=ice-ufrag:Qm4z", "a=x", .missingICECredentials),
        ("a=ice-pwd:7hVdyT0sLkWq3nXbR9fGcJ2e", "a=x", .missingICECredentials),
        ("a=ice-ufrag:Qm4z", "a=ice-ufrag:Qm4:", .malformedICECredentials),
        ("a=ice-ufrag:Qm4z", "a=ice-ufrag:" + String(repeating: "x", count: 257), .malformedICECredentials),
    ]) func refusesPoorCredentials(_ old: String, _ new: String, _ expected: NegotiationError) {
        #expect(refusal(Chromium.offer.with(old, new)) == expected)
    }

    @Test func takesTheShortestCredentials() {
        let password = "a=ice-pwd:7hVdyT0sLkWq3nXbR9fGcJ2e"
        #expect(refusal(Chromium.offer.with(password, "a=ice-pwd:7hVdyT0sLkWq3nXbR9fGcJ")) == nil)
    }

    @Test func refusesSeparateTransports() {
        let audio = lines(Chromium.session(bundle: "0 1"), Chromium.audioSection).without(line: "a=rtcp-mux")
        #expect(refusal(audio + lines(Chromium.videoSection)) == .missingRTCPMux(mid: "0"))
        #expect(refusal(Chromium.offer.with("BUNDLE 0 1", "BUNDLE 0")) == .notBundled(mid: "1"))
        #expect(refusal(Chromium.offer.with("BUNDLE 0 1", "BUNDLE 1")) == .notBundled(mid: "1"))
        #expect(refusal(Chromium.offer.with("BUNDLE 0 1", "LS 0 1")) == .notBundled(mid: "1"))
        let two = Chromium.offer.with("a=group:BUNDLE 0 1", "a=group:BUNDLE 0\r\na=group:BUNDLE 1")
        #expect(refusal(two) == .notBundled(mid: "1"))
        #expect(refusal(Chromium.offer.with("BUNDLE 0 1", "BUNDLE 0 1 0")) == .malformedAttribute("group"))
    }

    @Test func refusesUnclearMids() {
        #expect(refusal(Chromium.offer.with("a=mid:1", "a=mid:0")) == .duplicateMid("0"))
        #expect(refusal(Chromium.offer.with("a=mid:1", "a=mid:a b")) == .malformedAttribute("mid"))
        #expect(refusal(Chromium.offer.with("a=mid:1", "a=mid:")) == .malformedAttribute("mid"))
    }

    @Test func refusesWithoutCommonCodec() {
        let noOpus = Chromium.offer.with("opus/48000/2", "opux/48000/2")
        #expect(refusal(noOpus) == .noCommonCodec(.audio))
        #expect(refusal(Chromium.offer.with("VP8/90000", "VP8/8000")) == .noCommonCodec(.video))
        #expect(refusal(Chromium.offer.with("opus/48000/2", "opus/48000")) == .noCommonCodec(.audio))
        // In the range that RTCP uses.
        #expect(refusal(GStreamer.offer.replacing("100", with: "72")) == .noCommonCodec(.video))
    }

    @Test func refusesWhatHasNothingForUs() {
        #expect(refusal(lines(Chromium.session(bundle: "2"), Chromium.dataSection)) == .noMedia)
        #expect(refusal(ParserTests.minimal) == .noMedia)
        #expect(refusal(Chromium.offer.replacing(" 9 UDP", with: " 0 UDP")) == .noMedia)
        #expect(refusal("") == .malformed(.missingLine("v")))
    }

    @Test func refusesNumbersUsedTwice() {
        let payload = GStreamer.offer.with("m=audio 0 UDP/TLS/RTP/SAVPF 101", "m=audio 0 UDP/TLS/RTP/SAVPF 100")
            .with("rtpmap:101", "rtpmap:100")
        #expect(refusal(payload) == .conflictingPayloadType(100))
        let audio = lines(Chromium.session(bundle: "0 1"), Chromium.audioSection).with("extmap:4", "extmap:9")
            .with("extmap:3", "extmap:4")
        #expect(refusal(audio + lines(Chromium.videoSection)) == .conflictingExtension(4))
    }

    @Test func declinesExtensionIdsThatItCannotWrite() throws {
        func mid(_ id: String, mixed: Bool) throws -> UInt8? {
            var offer = Chromium.offer.replacing("extmap:4 ", with: "extmap:\(id) ")
            if !mixed { offer = offer.without(line: "a=extmap-allow-mixed") }
            var answerer = negotiator()
            try answerer.setRemote(offer: offer)
            return try answerer.createAnswer(transport()).session.media[0].extensions.mid
        }
        #expect(try mid("12", mixed: false) == 12)
        #expect(try mid("18", mixed: false) == nil)
        #expect(try mid("18", mixed: true) == 18)
        for id in ["0", "15", "256", "4096", "99999", "-1", "4/sendonly"] { #expect(try mid(id, mixed: true) == nil) }
        #expect(try mid("4/sendrecv", mixed: true) == 4)
    }

    @Test func refusesRolesThatCannotMeet() {
        #expect(refusal(Chromium.offer.replacing("setup:actpass", with: "setup:holdconn")) == .setupConflict)
        #expect(refusal(Chromium.offer.replacing("setup:actpass", with: "setup:both")) == .malformedAttribute("setup"))
        let video = lines(Chromium.videoSection).with("actpass", "passive")
        let offer = lines(Chromium.session(bundle: "0 1"), Chromium.audioSection).with("actpass", "active")
        #expect(refusal(offer + video) == .setupConflict)
    }

    @Test(arguments: [
        ("a=setup:actpass", "active", DTLSRole.client), ("a=setup:active", "passive", .server),
        ("a=setup:passive", "active", .client), ("a=setup: ACTPASS ", "active", .client), ("a=x", "passive", .server),
    ]) func takesTheOtherRole(_ theirs: String, _ ours: String, _ role: DTLSRole) throws {
        var answerer = negotiator()
        let answer = try answerer.accept(Chromium.offer.replacing("a=setup:actpass", with: theirs))
        #expect(answer.media.allSatisfy { $0.value("setup") == ours })
        #expect(answerer.session?.transport.role == role)
    }

    @Test func refusesInTheWrongState() throws {
        var one = negotiator()
        #expect(throws: NegotiationError.wrongState(.stable)) { try one.setRemote(answer: Chromium.answer) }
        #expect(throws: NegotiationError.wrongState(.stable)) { try one.createAnswer(transport()) }
        try one.setRemote(offer: Chromium.offer)
        #expect(throws: NegotiationError.wrongState(.haveRemoteOffer)) { try one.createOffer(transport()) }
        one.rollback()
        _ = try one.createOffer(transport())
        #expect(throws: NegotiationError.wrongState(.haveLocalOffer)) { try one.setRemote(offer: Chromium.offer) }
        one.rollback()
        #expect(try one.accept(Chromium.offer).media.count == 2)
    }
}
