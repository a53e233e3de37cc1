import Devices
import GPIOPanel
import Primitives
import Testing

@Suite struct PanelLogicTests {
    private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }
    private func panel(_ roles: [PanelRole]) -> PanelLogic {
        PanelLogic(
            lines: roles.map { PanelLine(role: $0, place: .name($0.rawValue)) }, debounce: .milliseconds(20), now: .zero
        )
    }
    private func presses(_ events: [PanelEvent]) -> [PanelEvent] {
        events.filter { if case .changed = $0 { false } else { true } }
    }

    @Test func aStuckButtonIsAFaultAndTheOtherStillWorks() {
        var panel = panel([.callButton, .secondCallButton, .faultLamp])
        for role in [PanelRole.callButton, .secondCallButton, .faultLamp] {
            panel.opened(role, level: false, isDebounced: true, now: .zero)
        }
        #expect(!panel.output(.faultLamp, at: .zero))
        panel.edge(.callButton, isActive: true, at: at(1))
        _ = panel.takeEvents()
        #expect(panel.nextDeadline(after: at(1)) == at(30_001))
        panel.advance(to: at(30_001))
        #expect(panel.takeEvents().count == 1)
        #expect(panel.state.lines.map(\.condition) == [.stuck, .working, .working])
        #expect(panel.output(.faultLamp, at: at(30_001)))
        panel.edge(.secondCallButton, isActive: true, at: at(31_000))
        #expect(presses(panel.takeEvents()) == [.pressed(.secondCallButton, at: at(31_000))])
        panel.edge(.callButton, isActive: false, at: at(32_000))
        #expect(!panel.state.hasFault)
    }

    @Test func aMissingLineIsTriedEverySecondAndNoSooner() {
        var panel = panel([.callButton, .callLamp])
        #expect(panel.due(at: .zero).map(\.role) == [.callButton, .callLamp])
        panel.opened(.callLamp, level: false, isDebounced: false, now: .zero)
        panel.failed(.callButton, "there is no line named callButton", now: .zero)
        #expect(panel.state.hasFault)
        #expect(panel.due(at: at(999)).isEmpty)
        #expect(panel.nextDeadline(after: .zero) == at(1000))
        #expect(panel.due(at: at(1000)).map(\.role) == [.callButton])
        panel.opened(.callButton, level: false, isDebounced: true, now: at(1000))
        #expect(panel.nextDeadline(after: at(1000)) == .distantFuture)
        #expect(!panel.state.hasFault)
    }

    @Test func aButtonThatGoesWhileItIsDownIsLetGo() {
        var panel = panel([.callButton])
        panel.opened(.callButton, level: false, isDebounced: true, now: .zero)
        panel.edge(.callButton, isActive: true, at: at(10))
        _ = panel.takeEvents()
        panel.failed(.callButton, "the line is gone", now: at(20))
        #expect(presses(panel.takeEvents()) == [.released(.callButton, at: at(20))])
    }

    @Test func whatCannotBeReadIsPrivate() {
        var panel = panel([.privacySwitch])
        #expect(panel.state.isPrivate == true)
        panel.opened(.privacySwitch, level: false, isDebounced: false, now: .zero)
        #expect(panel.state.isPrivate == false)
        panel.edge(.privacySwitch, isActive: true, at: at(5))
        panel.advance(to: at(25))
        #expect(panel.state.isPrivate == true)
        panel.edge(.privacySwitch, isActive: false, at: at(50))
        panel.advance(to: at(70))
        #expect(panel.state.isPrivate == false)
        panel.failed(.privacySwitch, "the line is gone", now: at(80))
        #expect(panel.state.isPrivate == true)
        #expect(self.panel([.callButton]).state.isPrivate == nil)
    }

    @Test func theCallLampBlinksInHalfSeconds() {
        var panel = panel([.callLamp, .cameraLamp])
        panel.opened(.callLamp, level: false, isDebounced: false, now: .zero)
        panel.opened(.cameraLamp, level: false, isDebounced: false, now: .zero)
        panel.show(PanelLamps(call: .blinking, camera: true), now: at(70))
        // Said again, as it is once a second, it does not begin anew.
        panel.show(PanelLamps(call: .blinking, camera: true), now: at(300))
        var seen: [Bool] = []
        var now = at(70)
        for _ in 0..<6 {
            seen.append(panel.output(.callLamp, at: now))
            #expect(panel.output(.cameraLamp, at: now))
            now = panel.nextDeadline(after: now)
        }
        #expect(seen == [true, false, true, false, true, false])
        #expect(now == at(70 + 6 * 500))
        panel.show(PanelLamps(call: .on), now: now)
        #expect(panel.output(.callLamp, at: now + .seconds(7)))
        #expect(!panel.output(.cameraLamp, at: now))
        #expect(panel.nextDeadline(after: now) == .distantFuture)
    }

    @Test func nothingChangedIsNothingTold() {
        var panel = panel([.callButton])
        panel.opened(.callButton, level: false, isDebounced: true, now: .zero)
        #expect(panel.takeEvents().count == 1)
        panel.advance(to: at(5))
        panel.failed(.callButton, "gone", now: at(10))
        panel.failed(.callButton, "gone", now: at(1010))
        #expect(panel.takeEvents().count == 1)
    }
}
