import DTLS
import PeerConnection
import Primitives
import SDP
import Simulation
import Testing

private let start = Instant(nanoseconds: 3_600_000_000_000)

/// Two engines with real DTLS and SRTP, in virtual time.
@Suite struct CallTests {
    static func address(_ host: UInt32, _ port: UInt16 = 5000) -> TransportAddress {
        TransportAddress(IPAddress(ipv4: 0x0A00_0000 | host), port: port)
    }

    static func call(
        callerConfiguration: PeerConfiguration = PeerConfiguration(),
        calleeConfiguration: PeerConfiguration = PeerConfiguration(), security: Endpoint.SecurityChoice = .dtlsSRTP,
        seed: UInt64 = 1
    ) throws -> SimulatedCall {
        let caller = Endpoint(
            configuration: callerConfiguration, certificate: try DTLSCertificate(), addresses: [address(1)],
            seed: seed &* 2, now: start, security: security)
        let callee = Endpoint(
            configuration: calleeConfiguration, certificate: try DTLSCertificate(), addresses: [address(2)],
            seed: seed &* 2 &+ 1, now: start, security: security)
        for endpoint in [caller, callee] {
            for address in endpoint.addresses { endpoint.peer.addLocalAddress(address, now: start) }
        }
        return SimulatedCall(caller: caller, callee: callee, seed: seed, now: start)
    }

    @Test func aCallConnectsAndMediaFlowBothWays() throws {
        let call = try Self.call()
        call.conditions.delay = .milliseconds(10)
        call.begin()
        call.run(for: .seconds(3))
        #expect(call.faults == [])
        for side in SimulatedCall.Side.allCases {
            let endpoint = call[side]
            #expect(endpoint.state == .connected)
            #expect(endpoint.states == [.connecting, .connected])
            #expect(endpoint.framesReceived > 80)
            #expect(endpoint.audioReceived.count > 130)
            #expect(endpoint.keyFramesReceived == 1)
            let statistics = endpoint.statistics(now: call.now)
            #expect(statistics.transport.dtlsState == "connected")
            #expect(statistics.transport.srtpCipher == "SRTP_AEAD_AES_128_GCM")
            #expect(statistics.transport.refusals == TransportRefusals())
            #expect(statistics.inboundRTP.count == 2)
            #expect(statistics.outboundRTP.allSatisfy { $0.packetsSent > 100 })
            #expect(statistics.inboundRTP.allSatisfy { $0.packetsLost == 0 && $0.packetsReceived > 100 })
            let roundTrips = statistics.remoteInboundRTP.compactMap(\.roundTripTime)
            #expect(roundTrips.count == 2)
            #expect(roundTrips.allSatisfy { abs($0 - 0.02) < 0.002 })
            #expect(statistics.candidatePair?.currentRoundTripTime.map { abs($0 - 0.02) < 0.002 } == true)
            #expect(endpoint.events.contains { if case .synchronisation = $0 { true } else { false } })
        }
        #expect(call.caller.statistics(now: call.now).transport.iceRole == "controlling")
        #expect(call.callee.statistics(now: call.now).transport.dtlsRole == "client")
    }

    /// Offer and answer 15 ms each, then checks, two flights of DTLS and the first frame: counted, not measured.
    @Test func setUpTakesAsFewRoundTripsAsItCan() throws {
        let call = try Self.call()
        call.conditions.delay = .milliseconds(10)
        call.begin()
        call.run(for: .seconds(2))
        let callee = try #require(call.callee.connectedAt)
        let caller = try #require(call.caller.connectedAt)
        // The answer is there after 30 ms; a check and two round trips of DTLS follow, the first sound or frame after them.
        #expect(callee - start <= .milliseconds(110))
        #expect(caller - start <= .milliseconds(110))
        #expect(call.caller.firstFrameAt.map { $0 - start <= .milliseconds(150) } == true)
        #expect(call.callee.firstFrameAt.map { $0 - start <= .milliseconds(150) } == true)
    }

    @Test func closingIsHeard() throws {
        let call = try Self.call()
        call.begin()
        call.run(for: .seconds(1))
        call.caller.peer.close(now: call.now)
        call.settle(.caller)
        #expect(call.caller.state == .closed)
        call.run(for: .seconds(1))
        #expect(call.callee.events.contains(.remoteClosed))
        #expect(call.callee.state == .disconnected)
        let before = call.datagramsSent
        call.callee.peer.close(now: call.now)
        call.settle(.callee)
        call.run(for: .seconds(5))
        #expect(call.callee.state == .closed)
        #expect(call.datagramsSent - before <= 3)
        #expect(call.faults == [])
        #expect(call.caller.packets.inUse == 0)
        #expect(call.caller.frames.inUse == 0)
    }

    @Test(arguments: [false, true])
    func renegotiationInTheCall(_ byCallee: Bool) throws {
        let call = try Self.call()
        call.begin()
        call.run(for: .seconds(1))
        call.offer(from: byCallee ? .callee : .caller)
        let frames = call.caller.framesReceived
        call.run(for: .seconds(1))
        #expect(call.faults == [])
        #expect(call.caller.framesReceived - frames > 25)
        #expect(call.caller.states == [.connecting, .connected])
        #expect(call.callee.keyFramesReceived == 1)
    }

    @Test(arguments: [false, true])
    func iceRestartKeepsMediaFlowing(_ byCallee: Bool) throws {
        let call = try Self.call()
        call.begin()
        call.run(for: .seconds(1))
        let side: SimulatedCall.Side = byCallee ? .callee : .caller
        let (toCaller, toCallee) = (call.caller.framesReceived, call.callee.framesReceived)
        call[side].peer.restartICE(now: call.now)
        call.offer(from: side)
        call.run(for: .seconds(1))
        #expect(call.faults == [])
        #expect(call.caller.framesReceived - toCaller >= 29)
        #expect(call.callee.framesReceived - toCallee >= 29)
        #expect(call.caller.states == [.connecting, .connected])
        #expect(call.caller.statistics(now: call.now).transport.selectedCandidatePairChanges >= 1)
    }

    /// Everything is lost for a while: disconnected, then back without anyone doing anything.
    @Test func aBreakOfTenSeconds() throws {
        let call = try Self.call()
        call.begin()
        call.run(for: .seconds(1))
        call.filter = { _, _ in false }
        call.run(for: .seconds(10))
        #expect(call.caller.state == .disconnected)
        call.filter = nil
        let frames = call.callee.framesReceived
        call.run(for: .seconds(3))
        #expect(call.caller.state == .connected)
        #expect(call.callee.framesReceived - frames > 30)
        #expect(call.faults == [])
    }

    /// V4, V5: someone else's certificate, whichever role.
    @Test(arguments: [false, true])
    func aStrangersCertificateEndsInTearDown(_ callerIsFooled: Bool) throws {
        let call = try Self.call()
        let stranger = try DTLSCertificate().fingerprint.value
        var mediaSeen = 0
        call.filter = { _, bytes in
            if let first = bytes.first, (128...191).contains(first) { mediaSeen += 1 }
            return true
        }
        let offer = try call.caller.peer.createOffer(now: call.now)
        let forgedOffer = callerIsFooled ? offer : Self.replaceFingerprint(offer, by: stranger)
        let answer = try call.callee.peer.accept(offer: forgedOffer, now: call.now)
        let forgedAnswer = callerIsFooled ? Self.replaceFingerprint(answer, by: stranger) : answer
        try call.caller.peer.accept(answer: forgedAnswer, now: call.now)
        call.run(for: .seconds(5))
        #expect(call[callerIsFooled ? .caller : .callee].state == .failed)
        #expect(call.caller.connectedAt == nil)
        #expect(call.callee.connectedAt == nil)
        for side in SimulatedCall.Side.allCases {
            call[side].sendFrame(now: call.now)
            call[side].sendSound(now: call.now)
            call.settle(side)
        }
        #expect(mediaSeen == 0)
    }

    static func replaceFingerprint(_ description: String, by value: String) -> String {
        description.split(separator: "\r\n", omittingEmptySubsequences: false).map {
            $0.hasPrefix("a=fingerprint:") ? "a=fingerprint:sha-256 " + value : String($0)
        }.joined(separator: "\r\n")
    }

    /// The media process of one side was replaced: same call, new certificate, new credentials.
    @Test func aNewProcessTakesTheCallUp() throws {
        let call = try Self.call()
        call.begin()
        call.run(for: .seconds(1))
        var configuration = PeerConfiguration()
        configuration.previous = call.callee.peer.mediaSlots
        let fresh = Endpoint(
            configuration: configuration, certificate: try DTLSCertificate(), addresses: call.callee.addresses,
            seed: 99,
            now: call.now, security: .dtlsSRTP)
        for address in fresh.addresses { fresh.peer.addLocalAddress(address, now: call.now) }
        call.callee.replace(with: fresh, now: call.now)
        let frames = (call.caller.framesReceived, call.callee.framesReceived)
        call.callee.forgetFrames()
        call.caller.forgetFrames()
        call.offer(from: .callee)
        call.run(for: .seconds(2))
        #expect(call.faults == [])
        #expect(call.caller.state == .connected)
        #expect(call.callee.state == .connected)
        #expect(call.caller.framesReceived - frames.0 > 40)
        #expect(call.callee.framesReceived - frames.1 > 40)
    }

    @Test func candidatesThatComeFirstWait() throws {
        let call = try Self.call()
        let offer = try call.caller.peer.createOffer(now: call.now)
        let lines = offer.split(separator: "\r\n").map(String.init)
        let candidates = lines.filter { $0.hasPrefix("a=candidate:") }
        #expect(!candidates.isEmpty)
        for candidate in candidates {
            call.callee.peer.addRemoteCandidate(candidate, mid: "0", mLineIndex: 0, now: call.now)
        }
        let bare = lines.filter { !$0.hasPrefix("a=candidate:") }.joined(separator: "\r\n") + "\r\n"
        let answer = try call.callee.peer.accept(offer: bare, now: call.now)
        let bareAnswer =
            answer.split(separator: "\r\n").filter { !$0.hasPrefix("a=candidate:") }.joined(separator: "\r\n") + "\r\n"
        try call.caller.peer.accept(answer: bareAnswer, now: call.now)
        call.run(for: .seconds(2))
        #expect(call.caller.state == .connected)
        #expect(call.callee.state == .connected)
    }

    @Test func anAddressThatComesLateIsTrickled() throws {
        let caller = Endpoint(
            certificate: try DTLSCertificate(), addresses: [Self.address(1)], seed: 5, now: start, security: .dtlsSRTP)
        let callee = Endpoint(
            certificate: try DTLSCertificate(), addresses: [Self.address(2)], seed: 6, now: start, security: .dtlsSRTP)
        let call = SimulatedCall(caller: caller, callee: callee, seed: 1, now: start)
        call.begin()
        call.run(for: .milliseconds(500))
        #expect(caller.state == .connecting)
        caller.peer.addLocalAddress(caller.addresses[0], now: call.now)
        callee.peer.addLocalAddress(callee.addresses[0], now: call.now)
        call.run(for: .seconds(2))
        #expect(caller.state == .connected)
        #expect(callee.state == .connected)
        #expect(call.faults == [])
    }

    @Test func oneWayVideo() throws {
        var configuration = PeerConfiguration()
        configuration.sendsVideo = false
        let call = try Self.call(calleeConfiguration: configuration)
        call.begin()
        call.run(for: .seconds(2))
        #expect(call.faults == [])
        #expect(call.callee.framesReceived > 30)
        #expect(call.caller.framesReceived == 0)
        #expect(call.callee.peer.videoFlow == PeerMediaFlow(sends: false, receives: true))
        #expect(call.caller.peer.audioFlow == PeerMediaFlow(sends: true, receives: true))
    }

    /// Losses are made good with and without a stream for retransmissions, by SRTP's rules.
    @Test(arguments: [false, true])
    func lossesAreMadeGood(_ hasRetransmissionStream: Bool) throws {
        var configuration = PeerConfiguration()
        if !hasRetransmissionStream {
            for i in configuration.capabilities.codecs.indices {
                configuration.capabilities.codecs[i].retransmissionPayloadType = nil
            }
        }
        let call = try Self.call(calleeConfiguration: configuration, seed: 4)
        call.begin()
        call.run(for: .seconds(1))
        call.conditions.loss = 0.05
        let frames = call.callee.framesReceived
        call.run(for: .seconds(4))
        call.conditions.loss = 0
        call.run(for: .seconds(1))
        #expect(call.faults == [])
        #expect(call.callee.framesReceived - frames >= 145)
        let sent = try #require(call.caller.statistics(now: call.now).outboundRTP.first { $0.kind == .video })
        #expect(sent.retransmittedPacketsSent > 10)
        #expect(sent.nackCount > 5)
        let received = try #require(call.callee.statistics(now: call.now).inboundRTP.first { $0.kind == .video })
        #expect((received.retransmittedPacketsReceived > 0) == hasRetransmissionStream)
        #expect(call.callee.statistics(now: call.now).transport.refusals.authentication == 0)
    }

    /// A peer that goes by REMB, or by FIR, has its way.
    @Test func simplerFeedback() throws {
        var configuration = PeerConfiguration()
        configuration.capabilities.withdraw([.transportCC, .pli])
        let call = try Self.call(calleeConfiguration: configuration)
        call.begin()
        call.run(for: .seconds(3))
        call.callee.peer.requestKeyFrame(now: call.now)
        call.settle(.callee)
        call.run(for: .seconds(1))
        #expect(call.faults == [])
        let sent = try #require(call.caller.statistics(now: call.now).outboundRTP.first { $0.kind == .video })
        #expect(sent.firCount == 1)
        #expect(sent.keyFramesSent == 2)
        #expect(sent.targetBitrate == PeerConfiguration().maximumBitrate)
    }

    /// Both offer at once: the one that gives way takes its offer back and answers.
    @Test func offersThatCross() throws {
        let call = try Self.call()
        call.begin()
        call.run(for: .seconds(1))
        let offer = try call.caller.peer.createOffer(now: call.now)
        _ = try call.callee.peer.createOffer(now: call.now)
        #expect(throws: NegotiationError.self) { try call.callee.peer.accept(offer: offer, now: call.now) }
        call.callee.peer.rollbackOffer()
        let answer = try call.callee.peer.accept(offer: offer, now: call.now)
        try call.caller.peer.accept(answer: answer, now: call.now)
        let frames = call.callee.framesReceived
        call.run(for: .seconds(1))
        #expect(call.faults == [])
        #expect(call.callee.framesReceived - frames > 25)
    }
}
