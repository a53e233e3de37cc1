import Screens

/// The panel's facts as JSON (RFC 8259).
enum PanelJSON {
    static func state(_ snapshot: PanelSnapshot, held: [String], display: VirtualDisplay, texts: [String]) -> String {
        object([
            ("kiosk", text(snapshot.kiosk)), ("place", text(snapshot.place)), ("network", optional(snapshot.network)),
            (
                "call",
                object([
                    ("state", text(snapshot.call.state)), ("with", optional(snapshot.call.with)),
                    ("elapsed", String(snapshot.call.elapsed)), ("detail", optional(snapshot.call.detail)),
                ])
            ),
            ("lights", object(snapshot.lights.map { ($0.name, text($0.state.rawValue)) })),
            ("devices", object(snapshot.devices.map { ($0.name, device($0)) })),
            ("buttons", array(snapshot.buttons.map { text($0.name) })), ("held", array(held.map(text))),
            (
                "levels",
                object([
                    ("microphone", number(snapshot.microphoneLevel)), ("speaker", number(snapshot.speakerLevel)),
                ])
            ),
            (
                "screen",
                object([
                    ("width", String(display.width)), ("height", String(display.height)),
                    ("texts", array(texts.map(text))),
                ])
            ),
        ])
    }

    private static func device(_ device: PanelDevice) -> String {
        object([
            ("open", device.isOpen ? "true" : "false"), ("format", text(device.format)), ("rate", number(device.rate)),
            ("age", device.age.map { String($0) } ?? "null"), ("failure", optional(device.failure)),
        ])
    }

    private static func object(_ members: [(String, String)]) -> String {
        "{" + members.map { "\(text($0.0)):\($0.1)" }.joined(separator: ",") + "}"
    }
    private static func array(_ items: [String]) -> String { "[" + items.joined(separator: ",") + "]" }
    private static func optional(_ value: String?) -> String { value.map(text) ?? "null" }

    /// Tenths are enough for levels and rates; JSON has no infinity.
    private static func number(_ value: Double?) -> String {
        guard let value, value.isFinite, abs(value) < 1e9 else { return "null" }
        return String((value * 10).rounded() / 10)
    }

    /// A string literal. `<` is escaped too, so that the text is harmless wherever it lands.
    static func text(_ value: String) -> String {
        var out = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\u{0}"..<"\u{20}", "<", "\u{7F}", "\u{2028}", "\u{2029}":
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
