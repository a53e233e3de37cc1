import GPIOPanel
import SignallingMessages

extension DeviceListing {
    static let lines = DeviceListing(kind: "lines", boardKey: "panel.gpio.callButton and others") {
        let all = LineSource.all()
        return all.map { line in
            var details = ["\(line.isOutput ? "output" : "input")\(line.isUsed ? ", in use" : "")"]
            if !line.consumer.isEmpty { details.append("used by \(line.consumer)") }
            return ListedDevice(
                name: line.stableName(among: all),
                title: "\(line.label) (\(line.chip)), line \(line.offset)\(line.name.isEmpty ? "" : ", \(line.name)")",
                details: details,
                members: [
                    ("chip", .string(line.chip)), ("label", .string(line.label)),
                    ("offset", .integer(Int64(line.offset))), ("output", .bool(line.isOutput)),
                    ("used", .bool(line.isUsed)), ("consumer", .string(line.consumer)),
                ])
        }
    }
}
