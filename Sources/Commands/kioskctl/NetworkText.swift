import SignallingMessages

/// A look at the network for people, from the report that programs get.
enum NetworkText {
    static func describe(_ report: JSONValue) -> String {
        var lines: [String] = []
        if let server = report["signalling"]?["server"]?.string, let signalling = report["signalling"] {
            lines.append(line("call server \(server)", signalling))
        }
        for server in report["servers"]?.array ?? [] {
            var text = line(server["url"]?.string ?? "?", server)
            if let mapped = server["mappedAddress"]?.string { text += ", seen as \(mapped)" }
            if let credentials = server["credentials"]?.string { text += ", \(access(credentials))" }
            lines.append(text)
        }
        let findings = (report["findings"]?.array ?? []).compactMap(\.string)
        lines += findings.isEmpty ? ["Calls get out, directly and by relay."] : findings
        return lines.joined(separator: "\n")
    }

    private static func line(_ name: String, _ outcome: JSONValue) -> String {
        let padded = name + String(repeating: " ", count: max(1, 44 - name.count))
        if let after = outcome["milliseconds"]?.integer { return "\(padded)answers after \(after) ms" }
        return "\(padded)\(word(outcome["fault"]?.string ?? "noAnswer"))"
    }

    private static func access(_ word: String) -> String {
        switch word {
        case "granted": "lets this kiosk in"
        case "silent": "says nothing to its credentials"
        case "401": "refuses its credentials (401)"
        case "486": "quota used up (486)"
        case "508": "full (508)"
        default: "refuses this kiosk (\(word))"
        }
    }

    private static func word(_ fault: String) -> String {
        switch fault {
        case "noAddress": "name not resolved"
        case "timedOut": "no answer"
        case "refused": "refused"
        case "unreachable": "no way there"
        case "reset": "broken off"
        case "otherName": "certificate for another name"
        case "notTrusted": "certificate not trusted"
        case "expired": "certificate expired"
        case "clockBehind": "certificate not valid yet"
        case "otherProtocol": "something else answers"
        default: fault
        }
    }
}
