import ALSAAudio
import SignallingMessages

extension DeviceListing {
    static let microphones = DeviceListing(kind: "microphones", boardKey: "microphone.alsa") {
        ALSADevice.all().filter(\.captures).map { listed($0, capture: true) }
    }
    static let speakers = DeviceListing(kind: "speakers", boardKey: "speaker.alsa") {
        ALSADevice.all().filter(\.plays).map { listed($0, capture: false) }
    }

    private static func listed(_ device: ALSADevice, capture: Bool) -> ListedDevice {
        var details: [String] = []
        var members: [(String, JSONValue)] = [("card", .string(device.card))]
        if let range = device.range(capture: capture) {
            let (channels, rates) = (range.channels, range.rates)
            details.append("channels \(text(channels)), rates \(text(rates)) Hz")
            members += [
                ("channels", .array([.integer(Int64(channels.lowerBound)), .integer(Int64(channels.upperBound))])),
                ("rates", .array([.integer(Int64(rates.lowerBound)), .integer(Int64(rates.upperBound))])),
            ]
        } else {
            details.append("in use now")
            members.append(("busy", .bool(true)))
        }
        if let level = ALSADevice.level(card: device.card, capture: capture) {
            details.append("mixer \(level)")
        }
        let title = device.detail.isEmpty ? device.title : "\(device.title): \(device.detail)"
        return ListedDevice(name: device.name, title: title, details: details, members: members)
    }

    private static func text(_ range: ClosedRange<Int>) -> String {
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    }
}
