import CallControl
import Primitives
import Screens
import Testing

@Suite struct SceneTests {
    static let now = Exhibit.now
    static let party = Party(socket: "a", name: "Dr. Chen", isVerified: true)

    func shown(_ display: VirtualDisplay, at now: Instant = now) -> String {
        display.texts(at: now).joined(separator: "|")
    }

    @Test func theCountdownCountsToOne() {
        let display = VirtualDisplay(width: 640, height: 400)
        let opens = Self.now + .seconds(3)
        let phase = CallPhase.ringingIn(
            caller: Self.party, since: Self.now, answersAutomaticallyAt: opens, until: Self.now + .seconds(30))
        display.show(ScreenContent(call: CallState(phase: phase)))
        #expect(shown(display).contains("turn on in 3"))
        #expect(shown(display, at: Self.now + .milliseconds(1500)).contains("turn on in 2"))
        #expect(shown(display, at: Self.now + .milliseconds(2999)).contains("turn on in 1"))
        #expect(shown(display, at: Self.now + .seconds(60)).contains("turn on in 1"))
    }

    @Test func withThePrivacySwitchOnNoScreenPromisesACamera() {
        let display = VirtualDisplay(width: 640, height: 400)
        let opens = Self.now + .seconds(3)
        let ringing = CallPhase.ringingIn(
            caller: Self.party, since: Self.now, answersAutomaticallyAt: opens, until: Self.now + .seconds(30))
        display.show(ScreenContent(call: CallState(phase: ringing), isPrivate: true))
        #expect(shown(display).contains("call will start in 3"))
        #expect(!shown(display).contains("turn on"))
        #expect(shown(display).contains("Privacy switch on"))
        let inCall = CallPhase.inCall(peer: Self.party, since: Self.now, reconnectingSince: nil)
        display.show(ScreenContent(call: CallState(phase: inCall), isPrivate: true))
        #expect(shown(display).contains("nobody sees or hears you"))
        #expect(shown(display).contains("对方看不到也听不到您"))
        display.show(ScreenContent(call: CallState(phase: inCall), isPrivate: false))
        #expect(!shown(display).contains("nobody sees"))
    }

    @Test func aMissingCameraIsSaidInTheCall() {
        let display = VirtualDisplay(width: 640, height: 400)
        let inCall = CallPhase.inCall(peer: Self.party, since: Self.now, reconnectingSince: nil)
        for (fact, fault) in [(DeviceFact.failed("gone"), false), (.closed, true), (.open, false)] {
            let state = CallState(
                phase: inCall, faults: fault ? [.deviceFailed(.camera, detail: "gone")] : [],
                devices: DeviceFacts(camera: fact))
            display.show(ScreenContent(call: state))
            #expect(shown(display).contains("does not see you") == (fact != .open))
        }
    }

    @Test func connectingIsShownOnlyAfterAWhile() {
        let display = VirtualDisplay(width: 640, height: 400)
        display.show(
            ScreenContent(call: CallState(phase: .ringingOut(since: Self.now, until: Self.now + .seconds(30)))))
        #expect(shown(display).contains("someone will answer soon"))
        display.show(ScreenContent(call: CallState(phase: .connecting(peer: Self.party, since: Self.now))))
        #expect(shown(display, at: Self.now + .milliseconds(399)).contains("someone will answer soon"))
        #expect(shown(display, at: Self.now + .milliseconds(401)).contains("Connecting"))
    }

    @Test func offlineAndFaultNeverHideACall() {
        let call = CallState(
            phase: .inCall(peer: Self.party, since: Self.now, reconnectingSince: nil), offlineSince: Self.now,
            faults: [.mediaUnavailable])
        let display = VirtualDisplay(width: 640, height: 400)
        display.show(ScreenContent(call: call))
        #expect(shown(display).contains("Press to end"))
        display.show(ScreenContent(call: CallState(offlineSince: Self.now), emergency: "Call 120"))
        #expect(shown(display).contains("No connection"))
        #expect(shown(display).contains("Call 120"))
        display.show(ScreenContent(call: CallState(faults: [.mediaUnavailable]), emergency: "Call 120"))
        #expect(shown(display).contains("cannot call now"))
        #expect(shown(display).contains("Call 120"))
    }

    @Test func anUnverifiedNameIsShownAsAClaim() {
        for isVerified in [true, false] {
            let caller = Party(socket: "a", name: "Dr. Chen", isVerified: isVerified)
            let phase = CallPhase.ringingIn(
                caller: caller, since: Self.now, answersAutomaticallyAt: nil, until: Self.now + .seconds(30))
            let display = VirtualDisplay(width: 640, height: 400)
            display.show(ScreenContent(call: CallState(phase: phase)))
            #expect(shown(display).contains("not verified") == !isVerified)
        }
    }

    @Test func theSerialMovesWithTheBreathAndRests() {
        let display = VirtualDisplay(width: 640, height: 400)
        display.show(ScreenContent())
        let idle = display.withFrame(at: Self.now) { $0.serial }
        #expect(display.withFrame(at: Self.now + .seconds(100), newerThan: idle) { $0.serial } == nil)
        let ringing = CallPhase.ringingOut(since: Self.now, until: Self.now + .seconds(200))
        display.show(ScreenContent(call: CallState(phase: ringing)))
        let first = display.withFrame(at: Self.now + .milliseconds(900)) { $0.serial }
        #expect(display.withFrame(at: Self.now + .milliseconds(1100), newerThan: first) { $0.serial } != nil)
    }

    @Test func aSnapshotIsAPNG() {
        let png = VirtualDisplay(width: 320, height: 200).png(at: Self.now)
        #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        #expect(Array(png[16..<24]) == [0, 0, 1, 64, 0, 0, 0, 200])
    }
}
