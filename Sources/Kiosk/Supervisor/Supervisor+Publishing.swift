import CallControl
import KioskConfiguration
import FrontPanel
import GPIOPanel
import Primitives
import Screens

/// What the supervisor shows, all of it from the machine's one state.
extension Supervisor {
    func publish() {
        with.screen.show(
            ScreenContent(
                call: machine.state, clinic: site.kiosk.clinic ?? site.kiosk.name,
                kiosk: [site.kiosk.name, site.kiosk.place].compactMap(\.self).joined(separator: " · "),
                clock: with.clock.timeOfDay(), emergency: site.emergency.text ?? "",
                isPrivate: lines?.isPrivate ?? false))
        publishPanel()
        showLamps()
        announce()
    }

    func publishPanel() {
        guard let panel = with.panel else { return }
        let state = machine.state
        let devices = KioskDevice.allCases.map { device in
            var shown = PanelDevice(name: device.rawValue, isOpen: state.devices[device] == .open)
            shown.format = formats[device] ?? ""
            if case .failed(let detail) = state.devices[device] { shown.failure = detail }
            return shown
        }
        panel.publish(
            PanelSnapshot(
                kiosk: site.kiosk.name, place: site.kiosk.place ?? "", call: state.panelCall(at: with.clock.now()),
                lights: state.lights(hasPanelFault: lines?.hasFault ?? false), devices: devices,
                microphoneLevel: state.devices.microphone == .open ? levels.map { Double($0.microphone) } : nil,
                speakerLevel: state.devices.speaker == .open ? levels.map { Double($0.speaker) } : nil,
                network: networkNote))
    }

    /// The clock on the screen, and how long things have lasted on the front panel.
    func keepTime() async {
        while true {
            do { try await with.clock.sleep(until: with.clock.now() + .seconds(1)) } catch { return }
            publish()
        }
    }
}
