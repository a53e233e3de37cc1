import ArgumentParser
import SignallingMessages

struct ListDevices: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "Lists what is connected, with the names for the board file.")

    @Flag(help: "Answer in JSON.")
    var json = false

    func run() {
        let found = DeviceListing.all.map { ($0, $0.list()) }
        if json {
            print(JSONValue.members(found.map { ($0.kind, .array($1.map(\.json))) }).text)
        } else {
            print(found.map { Self.text($0, $1) }.joined(separator: "\n\n"))
        }
    }

    private static func text(_ listing: DeviceListing, _ devices: [ListedDevice]) -> String {
        var lines = ["\(listing.kind) (\(listing.boardKey))"]
        for device in devices {
            lines.append("  \(device.name)")
            lines += ([device.title] + device.details).filter { $0 != device.name }.map { "      \($0)" }
        }
        if devices.isEmpty { lines.append("  none found") }
        return lines.joined(separator: "\n")
    }
}
