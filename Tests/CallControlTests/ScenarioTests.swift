import CallControl
import Primitives
import Testing

/// The calls that the requirements tell of, one after the other in the words of the machine.
@Suite struct ScenarioTests {
    private static let ann = Party(socket: "a", name: "Ann")
    private static let bob = Party(socket: "b", name: "Bob")
    private static let open: [CallEffect] = [.openDevices, .openSession(1, .answer, previous: [])]

    /// A kiosk in its room with a media process, at time zero.
    private func ready(_ policy: CallPolicy = CallPolicy(automatic: true, from: .everyone)) -> CallMachine {
        var machine = CallMachine(policy: policy, now: .zero)
        _ = machine.handle(.mediaStarted, now: .zero)
        _ = machine.handle(.joined([Self.ann, Self.bob]), now: .zero)
        return machine
    }

    private func inCall() -> CallMachine {
        var machine = ready()
        _ = machine.handle(.invited(by: Self.ann), now: .zero)
        _ = machine.handle(.pressed, now: .zero)
        _ = machine.handle(.remoteDescription(.offer, sdp: "a=fingerprint:x", from: "a"), now: .zero)
        _ = machine.handle(.localDescription(1, .answer, sdp: "answer"), now: .zero)
        _ = machine.handle(.session(1, .connected), now: .zero)
        return machine
    }

    @Test(arguments: [(Interval.zero, Interval.seconds(2)), (.seconds(2), .seconds(2)), (.seconds(3), .seconds(3))])
    func theChimeComesBeforeCaptureWhateverTheCountdown(after: Interval, opens: Interval) {
        var machine = ready(CallPolicy(automatic: true, after: after, from: .everyone))
        #expect(machine.handle(.invited(by: Self.ann), now: .zero) == [.playTone(.ringIn, repeating: true)])
        #expect(machine.advance(to: .zero + opens - .nanoseconds(1)).isEmpty)
        #expect(machine.nextDeadline == Instant.zero + opens)
        #expect(machine.advance(to: .zero + opens) == [.sendAnswer(to: Self.ann), .stopTone] + Self.open)
    }

    @Test func aShortPressAnswersAtOnceAndALongOneRefuses() {
        var machine = ready()
        _ = machine.handle(.invited(by: Self.ann), now: .zero)
        var other = machine
        #expect(machine.handle(.pressed, now: .zero) == [.sendAnswer(to: Self.ann), .stopTone] + Self.open)
        #expect(other.handle(.held, now: .zero).first == .sendReject(to: Self.ann, .refused))
    }

    @Test func withoutAutomaticOrFromNothingIsAnsweredByItself() {
        let policies = [
            CallPolicy(automatic: false, from: .everyone), CallPolicy(automatic: true, from: .named(["Bob"])),
            CallPolicy(automatic: true),
        ]
        for policy in policies {
            var machine = ready(policy)
            _ = machine.handle(.invited(by: Self.ann), now: .zero)
            #expect(machine.advance(to: .zero + .seconds(59)).isEmpty)
            #expect(machine.advance(to: .zero + .seconds(60)).first == .sendReject(to: Self.ann, nil))
        }
    }

    @Test func othersMayBeRefusedUnheard() {
        var machine = ready(CallPolicy(automatic: true, from: .named(["Bob"]), others: .refuse))
        #expect(machine.handle(.invited(by: Self.ann), now: .zero) == [.sendReject(to: Self.ann, .policy)])
        #expect(machine.state.phase == .idle)
    }

    @Test func noChimeNoCountdown() {
        var machine = CallMachine(policy: CallPolicy(automatic: true, from: .everyone), now: .zero)
        _ = machine.handle(.joined([Self.ann]), now: .zero)
        #expect(machine.handle(.invited(by: Self.ann), now: .zero).isEmpty)
        #expect(machine.advance(to: .zero + .seconds(30)).isEmpty)
        _ = machine.handle(.mediaStarted, now: .zero + .seconds(30))
        #expect(machine.nextDeadline == .zero + .seconds(33))
    }

    @Test func bothPressAtOnce() {
        var machine = ready()
        #expect(machine.handle(.pressed, now: .zero) == [.sendInvite, .playTone(.ringOut, repeating: true)])
        #expect(
            machine.handle(.invited(by: Self.ann), now: .zero) == [.sendAnswer(to: Self.ann), .stopTone] + Self.open)
        #expect(machine.handle(.answered(by: Self.ann), now: .zero).isEmpty)
        #expect(machine.handle(.rejected(by: Self.ann, .busy), now: .zero).isEmpty)
        #expect(machine.state.phase == .connecting(peer: Self.ann, since: .zero))
    }

    @Test func aMediaProcessIsReplaced() {
        var machine = inCall()
        #expect(machine.handle(.mediaLost, now: .zero + .seconds(9)).isEmpty)
        #expect(
            machine.handle(.mediaStarted, now: .zero + .seconds(10)) == [
                .openDevices, .openSession(2, .offer, previous: []), .createOffer(2),
            ])
        #expect(
            machine.handle(.localDescription(2, .offer, sdp: "o"), now: .zero + .seconds(10)) == [
                .sendDescription(.offer, sdp: "o", to: Self.ann)
            ])
    }

    @Test func thePageIsLoadedAnew() {
        var machine = inCall()
        let again = Party(socket: "a2", name: "Ann")
        #expect(
            machine.handle(.invited(by: again), now: .zero + .seconds(1)) == [.sendReject(to: again, .busy)],
            "a namesake of someone who is there is someone else")
        _ = machine.handle(.present([Self.bob]), now: .zero + .seconds(2))
        #expect(
            machine.handle(.invited(by: again), now: .zero + .seconds(3)) == [
                .sendAnswer(to: again), .closeSession(1), .openDevices, .openSession(2, .answer, previous: []),
            ])
    }

    @Test func aPageThatStaysAwayEndsTheCall() {
        var machine = inCall()
        _ = machine.handle(.present([]), now: .zero + .seconds(1))
        #expect(machine.nextDeadline == .distantFuture, "media flow")
        _ = machine.handle(.session(1, .disconnected), now: .zero + .seconds(6))
        let effects = machine.advance(to: .zero + .seconds(36))
        #expect(effects.contains(.closeDevices) && effects.contains(.closeSession(1)))
        #expect(machine.state.phase.name == "ended")
    }

    @Test func lostMediaAreMendedByIceRestartAndGivenUpAfter45Seconds() {
        var machine = inCall()
        _ = machine.handle(.session(1, .disconnected), now: .zero)
        #expect(machine.advance(to: .zero + .seconds(2)) == [.playTone(.weak, repeating: false), .restartICE(1)])
        #expect(machine.advance(to: .zero + .seconds(10)) == [.restartICE(1)])
        #expect(machine.advance(to: .zero + .seconds(45)).contains(.sendHangUp(to: Self.ann)))
    }

    /// An answer to the first offer that comes after a second one was made would be taken for the second one's.
    @Test func anOfferThatIsNotAnsweredIsSaidAgainAndNoOtherMade() {
        var machine = inCall()
        _ = machine.handle(.session(1, .disconnected), now: .zero)
        _ = machine.advance(to: .zero + .seconds(2))
        let said = [CallEffect.sendDescription(.offer, sdp: "restart", to: Self.ann)]
        #expect(machine.handle(.localDescription(1, .offer, sdp: "restart"), now: .zero + .seconds(2)) == said)
        #expect(machine.advance(to: .zero + .seconds(10)) == said)
        #expect(machine.advance(to: .zero + .seconds(18)) == said)
        let answered = machine.handle(.remoteDescription(.answer, sdp: "a", from: "a"), now: .zero + .seconds(19))
        #expect(answered == [.acceptDescription(1, .answer, sdp: "a")])
        // What was said twice is answered twice.
        #expect(machine.handle(.remoteDescription(.answer, sdp: "a", from: "a"), now: .zero + .seconds(20)).isEmpty)
        #expect(machine.advance(to: .zero + .seconds(26)) == [.restartICE(1)])
    }

    /// From an ICE restart that was asked for to its answer.
    private func answer(_ machine: inout CallMachine, at now: Instant) {
        _ = machine.handle(.localDescription(1, .offer, sdp: "restart"), now: now)
        _ = machine.handle(.remoteDescription(.answer, sdp: "a", from: "a"), now: now)
    }

    @Test func aChangeOfTheNetworkRestartsAtOnceAndAtAPace() {
        var machine = inCall()
        #expect(machine.handle(.restartNeeded(2), now: .zero).isEmpty, "no session of this call")
        #expect(machine.handle(.restartNeeded(1), now: .zero) == [.restartICE(1)])
        #expect(machine.handle(.restartNeeded(1), now: .zero).isEmpty, "one is under way")
        answer(&machine, at: .zero)
        #expect(machine.handle(.restartNeeded(1), now: .zero).isEmpty)
        #expect(machine.advance(to: .zero + .seconds(1)) == [.restartICE(1)], "not twice within a second")
        answer(&machine, at: .zero + .seconds(1))
        // A link that comes and goes for ten minutes.
        var restarts = 2
        for second in 2..<600 {
            let now = Instant.zero + .seconds(Int64(second))
            let effects = machine.handle(.restartNeeded(1), now: now)
            restarts += effects.count { $0 == .restartICE(1) }
            answer(&machine, at: now)
        }
        #expect((50...54).contains(restarts), "\(restarts)")
        #expect(machine.state.phase == .inCall(peer: Self.ann, since: .zero, reconnectingSince: nil))
    }

    @Test func whatHasFailedIsNotWaitedFor() {
        var machine = inCall()
        #expect(machine.handle(.session(1, .failed), now: .zero) == [.restartICE(1)])
        answer(&machine, at: .zero)
        // The restart is given time.
        _ = machine.handle(.session(1, .connected), now: .zero + .seconds(1))
        #expect(machine.nextDeadline == .distantFuture)
    }

    @Test func aRestartWaitsForTheServerAndTheOtherSide() {
        var machine = inCall()
        _ = machine.handle(.signallingLost, now: .zero)
        #expect(machine.handle(.restartNeeded(1), now: .zero).isEmpty)
        #expect(machine.handle(.joined([Self.bob]), now: .zero + .seconds(1)).isEmpty, "she is not back yet")
        let again = Party(socket: "a2", name: "Ann")
        #expect(machine.handle(.present([again]), now: .zero + .seconds(2)) == [.restartICE(1)])
    }

    @Test func anOfferThatWentToNobodyIsSaidAgain() {
        var machine = inCall()
        _ = machine.handle(.restartNeeded(1), now: .zero)
        _ = machine.handle(.localDescription(1, .offer, sdp: "restart"), now: .zero)
        _ = machine.handle(.present([Self.bob]), now: .zero + .seconds(1))
        let again = Party(socket: "a2", name: "Ann")
        let said = machine.handle(.present([again]), now: .zero + .seconds(2))
        #expect(said == [.sendDescription(.offer, sdp: "restart", to: again)])
        _ = machine.handle(.signallingLost, now: .zero + .seconds(3))
        let joined = machine.handle(.joined([again]), now: .zero + .seconds(4))
        #expect(joined == [.sendDescription(.offer, sdp: "restart", to: again)])
    }

    @Test func whatACallThatIsNotConnectedLackedIsRecorded() {
        /// Ann has called and was answered; then these happen, and 20 s pass.
        func failure(_ inputs: [CallInput]) -> ConnectionFailure? {
            var machine = ready()
            _ = machine.handle(.invited(by: Self.ann), now: .zero)
            var effects = machine.handle(.pressed, now: .zero)
            for input in inputs { effects += machine.handle(input, now: .zero) }
            effects += machine.advance(to: .zero + .seconds(20))
            for case .record(let record) in effects where record.reason == .connectionFailed { return record.failure }
            return nil
        }
        let offer = CallInput.remoteDescription(.offer, sdp: "a=fingerprint:x", from: "a")
        #expect(failure([]) == .noDescription)
        #expect(failure([offer]) == .noPath)
        #expect(failure([offer, .session(1, .failed)]) == .noPath)
        #expect(failure([offer, .session(1, .closed)]) == .sessionClosed)
        #expect(failure([.mediaLost]) == .noMediaProcess)
        #expect(failure([offer, .present([Self.bob])]) == .peerLeft)
        #expect(failure([offer, .session(1, .connected), .hungUp(by: Self.ann)]) == nil)
    }

    @Test func aCallGoesOnWithoutTheServer() {
        var machine = inCall()
        #expect(machine.handle(.signallingLost, now: .zero + .seconds(1)).isEmpty)
        #expect(machine.advance(to: .zero + .seconds(3600)).isEmpty)
        #expect(machine.state.phase == .inCall(peer: Self.ann, since: .zero, reconnectingSince: nil))
    }

    @Test func candidatesWaitForTheirDescription() {
        var machine = ready()
        let (theirs, ours) = (Candidate(text: "theirs"), Candidate(text: "ours"))
        _ = machine.handle(.invited(by: Self.ann), now: .zero)
        _ = machine.handle(.pressed, now: .zero)
        #expect(machine.handle(.remoteCandidate(theirs, from: "a"), now: .zero).isEmpty)
        #expect(
            machine.handle(.remoteDescription(.offer, sdp: "o", from: "a"), now: .zero) == [
                .acceptDescription(1, .offer, sdp: "o"), .addCandidate(1, theirs),
            ])
        #expect(machine.handle(.localCandidate(1, ours), now: .zero).isEmpty)
        #expect(
            machine.handle(.localDescription(1, .answer, sdp: "x"), now: .zero) == [
                .sendDescription(.answer, sdp: "x", to: Self.ann), .sendCandidate(ours, to: Self.ann),
            ])
    }

    @Test func theMediaProcessBecomesAFaultOnlyAfterAWhile() {
        var machine = CallMachine(policy: CallPolicy(), now: .zero)
        #expect(machine.state.faults.isEmpty)
        _ = machine.advance(to: machine.nextDeadline)
        #expect(machine.state.faults == [.mediaUnavailable])
        _ = machine.handle(.mediaStarted, now: .zero + .seconds(4))
        #expect(machine.state.faults.isEmpty)
    }

    @Test func captureThatOpensTooLateIsClosed() {
        var machine = ready()
        #expect(machine.handle(.device(.camera, .open), now: .zero) == [.closeDevices])
        #expect(machine.handle(.device(.speaker, .open), now: .zero).isEmpty, "tones need the speaker")
    }
}
