import SDP
import Testing

@Suite struct RenegotiationTests {
    func called() throws -> Negotiator {
        var answerer = negotiator()
        _ = try answerer.accept(Chromium.offer)
        return answerer
    }

    static let restarted = Chromium.offer.replacing("Qm4z", with: "Nn5y").replacing("7hVdyT", with: "8hVdyT")

    @Test func keepsWhatWasAgreed() throws {
        var call = negotiator()
        let first = try call.accept(Firefox.offer)
        let offer = try SessionDescription(parsing: call.createOffer(transport("wxyz")))
        #expect(offer.origin.sessionID == first.origin.sessionID)
        #expect(offer.origin.sessionVersion == "1")
        #expect(offer.media.map { $0.numbers } == ["109", "120 124 98 99 100"])
        #expect(offer.media.map { $0.value("mid") } == ["0", "1"])
        #expect(offer.media[1].values("extmap").contains("3 \(HeaderExtension.mid.uri)"))
        #expect(offer.media.allSatisfy { $0.value("setup") == "actpass" })
        call.rollback()
        let again = try call.accept(Firefox.offer, transport("wxyz"))
        #expect(again.media.map { $0.numbers } == first.media.map { $0.numbers })
        #expect(again.media.allSatisfy { $0.value("setup") == "active" })
        #expect(again.origin.sessionVersion == "2")
        // Nothing new, no new version.
        #expect(try call.accept(Firefox.offer, transport("wxyz")).origin.sessionVersion == "2")
    }

    @Test func refusesANewCertificateInTheOldTransport() throws {
        var call = try called()
        let session = call.session
        let swapped = Chromium.offer.replacing(Chromium.fingerprint, with: Firefox.fingerprint)
        #expect(throws: NegotiationError.fingerprintChanged) { try call.setRemote(offer: swapped) }
        #expect(call.session == session && call.signalingState == .stable)
        // One more beside the old one is a change as well.
        let line = "a=fingerprint:sha-256 \(Chromium.fingerprint)"
        let added = Chromium.offer.with(line, line + "\r\na=fingerprint:sha-256 \(Firefox.fingerprint)")
        #expect(throws: NegotiationError.fingerprintChanged) { try call.setRemote(offer: added) }
        // With an ICE restart it is another peer in the same call.
        let fresh = Self.restarted.replacing(Chromium.fingerprint, with: Firefox.fingerprint)
        let offer = try call.setRemote(offer: fresh)
        #expect(offer.iceRestart && offer.newAssociation)
        let transport = try call.createAnswer(SDPTests.transport("wxyz")).session.transport
        #expect(transport.iceRestart && transport.newAssociation)
    }

    @Test func refusesANewCertificateInAnAnswer() throws {
        var call = negotiator()
        _ = try call.createOffer(transport())
        try call.setRemote(answer: Chromium.answer)
        _ = try call.createOffer(transport())
        let swapped = Chromium.answer.replacing(Chromium.fingerprint, with: Firefox.fingerprint)
        #expect(throws: NegotiationError.fingerprintChanged) { try call.setRemote(answer: swapped) }
        try call.setRemote(answer: Chromium.answer)
    }

    @Test func noticesARestart() throws {
        var call = try called()
        #expect(try !call.setRemote(offer: Chromium.offer).iceRestart)
        let offer = try call.setRemote(offer: Self.restarted)
        #expect(offer.iceRestart && !offer.newAssociation)
        // Until it is answered the old transport is the one to compare with.
        #expect(try call.setRemote(offer: Self.restarted).iceRestart)
        _ = try call.createAnswer(transport("wxyz"))
        #expect(try !call.setRemote(offer: Self.restarted).iceRestart)
    }

    @Test func keepsTheRolesOfALiveAssociation() throws {
        var call = negotiator()
        _ = try call.createOffer(transport())
        #expect(try call.setRemote(answer: Chromium.answer).transport.role == .server)
        // Their next offer is open to both; ours to answer is what we are.
        let offer = Chromium.offer
        #expect(try call.accept(offer).media.allSatisfy { $0.value("setup") == "passive" })
        #expect(throws: NegotiationError.setupConflict) {
            try call.setRemote(offer: offer.replacing("actpass", with: "passive"))
        }
        _ = try call.createOffer(transport())
        let flipped = Chromium.answer.replacing("setup:active", with: "setup:passive")
        #expect(throws: NegotiationError.setupConflict) { try call.setRemote(answer: flipped) }
        // A restart alone keeps the association; a new certificate ends it.
        let fresh = flipped.replacing("Qm4z", with: "Nn5y")
        #expect(throws: NegotiationError.setupConflict) { try call.setRemote(answer: fresh) }
        let session = try call.setRemote(answer: fresh.replacing(Chromium.fingerprint, with: Firefox.fingerprint))
        #expect(session.transport.role == .client && session.transport.newAssociation)
    }

    @Test func refusesANewOrder() throws {
        var call = try called()
        let swapped = lines(Chromium.session(bundle: "0 1"), Chromium.videoSection, Chromium.audioSection)
        #expect(throws: NegotiationError.mLineChanged(index: 0)) { try call.setRemote(offer: swapped) }
        let shorter = lines(Chromium.session(bundle: "0"), Chromium.audioSection)
        #expect(throws: NegotiationError.mLinesMissing) { try call.setRemote(offer: shorter) }
        let renamed = Chromium.offer.with("a=mid:1", "a=mid:7").with("BUNDLE 0 1", "BUNDLE 0 7")
        #expect(throws: NegotiationError.mLineChanged(index: 1)) { try call.setRemote(offer: renamed) }
    }

    @Test func refusesTheSharedScreenAndGoesOn() throws {
        var call = try called()
        let answer = try call.accept(Chromium.offerWithScreen)
        #expect(answer.media.map { $0.port } == [9, 9, 0])
        #expect(answer.media[2].value("mid") == "2")
        #expect(call.session?.media.map { $0.mid } == ["0", "1"])
        let offer = try SessionDescription(parsing: call.createOffer(transport()))
        #expect(offer.media.map { $0.port } == [9, 9, 0])
        #expect(offer.media.map { $0.value("mid") } == ["0", "1", "2"])
        call.rollback()
        // The place of a refused section is free for another.
        let data = Chromium.offerWithData.with("a=mid:2", "a=mid:3").with("BUNDLE 0 1 2", "BUNDLE 0 1 3")
        #expect(try call.accept(data).media.map { $0.value("mid") } == ["0", "1", "3"])
    }

    @Test func followsASectionThatEndsAndAnotherThatBegins() throws {
        var call = try called()
        let ended = Chromium.offerWithScreen.with("m=video 9", "m=video 0").with("BUNDLE 0 1 2", "BUNDLE 0 2")
        let noVideo = try call.accept(
            lines(Chromium.session(bundle: "0"), Chromium.audioSection)
                + lines(Chromium.videoSection).with("m=video 9", "m=video 0"))
        #expect(noVideo.media.map { $0.port } == [9, 0])
        #expect(call.session?.media.map { $0.kind } == [.audio])
        // Both video sections of `ended` are at port 0; give the second its port back.
        let split = ended.split(separator: "m=video 0", omittingEmptySubsequences: false)
        let offer = split[0] + "m=video 0" + split[1] + "m=video 9" + split[2]
        let answer = try call.accept(String(offer))
        #expect(answer.media.map { $0.port } == [9, 0, 9])
        #expect(answer.media[2].value("recvonly") == "" && answer.value("group") == "BUNDLE 0 2")
        #expect(call.session?.media[1].local == ownMedia[1])
        // The first one's place, taken again, does not push out the second.
        #expect(try call.accept(Chromium.offerWithScreen).media.map { $0.port } == [9, 0, 9])
    }

    @Test func keepsTheSendersOfSections() throws {
        var capabilities = MediaCapabilities.kiosk
        capabilities.maximumVideoSections = 2
        var call = negotiator(capabilities)
        _ = try call.accept(Chromium.offer)
        let answer = try call.accept(Chromium.offerWithScreen)
        #expect(answer.media.map { $0.values("ssrc").isEmpty } == [false, false, true])
        let offer = try SessionDescription(parsing: call.createOffer(transport()))
        #expect(offer.media.map { $0.port } == [9, 9, 9])
        #expect(offer.media[2].value("recvonly") == "" && offer.value("group") == "BUNDLE 0 1 2")
    }

    @Test func addsASectionForAKindThatHasNone() throws {
        var call = negotiator()
        _ = try call.accept(lines(Chromium.session(bundle: "0"), Chromium.audioSection))
        let offer = try SessionDescription(parsing: call.createOffer(transport()))
        #expect(offer.media.map { $0.kind } == ["audio", "video"])
        #expect(offer.media.map { $0.value("mid") } == ["0", "1"])
    }

    @Test func changesDirections() throws {
        var call = try called()
        call.localMedia[1].direction = .recvonly
        let offer = try SessionDescription(parsing: call.createOffer(transport()))
        #expect(offer.media[1].value("recvonly") == "" && offer.media[1].values("ssrc") == [])
        let answer = Chromium.answer.replacing("a=setup:active", with: "a=setup:passive")
            .replacing("extmap:1 ", with: "extmap:4 ").replacing("a=sendrecv", with: "a=sendonly")
        let session = try call.setRemote(answer: answer)
        #expect(session.media.map { $0.direction } == [.recvonly, .recvonly])
        #expect(session.media[1].extensions.mid == 4)
    }
}
