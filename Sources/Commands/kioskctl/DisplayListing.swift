import DRMDisplay
import Devices
import SignallingMessages

extension DeviceListing {
    static let displays = DeviceListing(kind: "displays", boardKey: "display.drm") {
        DRMDisplay.survey().flatMap { card in
            card.connectors.map { listed($0, on: "\(card.driver), \(card.card)") }
        }
    }

    private static func listed(_ connector: Connector, on card: String) -> ListedDevice {
        let modes = connector.modes.map { mode in
            "\(mode.mode)" + (mode.isInterlaced ? ", interlaced" : "") + (mode.isPreferred ? " (its own choice)" : "")
        }
        let status =
            switch connector.status {
            case .connected: "a display is connected"
            case .disconnected: "nothing is connected"
            case .unknown: "cannot tell whether a display is connected"
            }
        // A television repeats each mode in several timings that are the same to us.
        var known: Set<String> = []
        return ListedDevice(
            name: connector.name, title: card,
            details: [status] + modes.filter { known.insert($0).inserted }.prefix(12).map { "mode \($0)" },
            members: [
                ("status", .string(connector.status.rawValue)),
                (
                    "modes",
                    .array(
                        connector.modes.map { mode in
                            .members([
                                ("width", .integer(Int64(mode.mode.width))),
                                ("height", .integer(Int64(mode.mode.height))),
                                ("millihertz", .integer(Int64(mode.mode.refresh))),
                                ("preferred", .bool(mode.isPreferred)), ("interlaced", .bool(mode.isInterlaced)),
                            ])
                        })
                ),
            ])
    }
}
