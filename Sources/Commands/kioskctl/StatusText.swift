import SignallingMessages

/// Answers in words.
enum StatusText {
    static func describe(_ status: JSONValue) -> String {
        let state = status["state"]?.string ?? "unknown"
        var line = "\(status["kiosk"]?.string ?? "kiosk") (room \(status["room"]?.string ?? "?")): \(words(state))"
        if let peer = status["with"]?.string { line += " \(peer)" }
        if let elapsed = status["elapsedMilliseconds"]?.integer, elapsed > 0 { line += ", \(duration(elapsed / 1000))" }
        var lines = [line]
        if let left = status["answersInMilliseconds"]?.integer {
            lines.append("answers by itself in \((left + 999) / 1000) s")
        }
        if let detail = status["detail"]?.string { lines.append("note: \(detail)") }
        lines.append(status["online"]?.bool == true ? "server: connected" : "server: not connected")
        for finding in status["network"]?["findings"]?.array ?? [] {
            if let finding = finding.string { lines.append("network: \(finding)") }
        }
        for device in ["camera", "microphone", "speaker"] {
            lines.append("\(device): \(status["devices"]?[device]?.string ?? "unknown")")
        }
        if status["panel"]?["private"]?.bool == true {
            lines.append("privacy switch: on, camera and microphone are cut")
        }
        for line in status["panel"]?["lines"]?.array ?? [] {
            let condition = line["reason"]?.string.map { "missing (\($0))" } ?? line["condition"]?.string ?? "unknown"
            lines.append("\(line["line"]?.string ?? "line"): \(condition)")
        }
        return lines.joined(separator: "\n")
    }

    private static func words(_ state: String) -> String {
        switch state {
        case "idle": "ready"
        case "ringing": "called by"
        case "calling": "calling the clinic"
        case "connecting": "connecting to"
        case "inCall": "in a call with"
        case "reconnecting": "reconnecting to"
        case "ended": "call over"
        case "offline": "ready, but the server is out of reach"
        case "fault": "out of order"
        default: state
        }
    }

    private static func duration(_ seconds: Int64) -> String {
        seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
    }

    /// Every number under its dotted name, sorted.
    static func list(_ value: JSONValue) -> String { lines(value, []).sorted().joined(separator: "\n") }

    private static func lines(_ value: JSONValue, _ path: [String]) -> [String] {
        if case .object(let members) = value { return members.flatMap { lines($0.value, path + [$0.key]) } }
        return ["\(path.joined(separator: ".")): \(value.text)"]
    }
}
