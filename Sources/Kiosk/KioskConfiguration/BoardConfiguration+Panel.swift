public import Devices
public import Primitives

extension BoardConfiguration.Panel {
    /// Buttons, switches, lamps and relay on GPIO lines.
    public struct GPIO: Equatable, Sendable {
        /// The lines that the board has, in the order of their roles.
        public var lines: [PanelLine]
        /// How long an input must stand still to count.
        public var debounce: Interval

        public init(lines: [PanelLine], debounce: Interval) { (self.lines, self.debounce) = (lines, debounce) }
    }

    package init(_ section: ConfigurationSection) {
        listen = section.listener("listen", default: nil)
        let gpio = section.section("gpio")
        let lines = PanelRole.allCases.compactMap { gpio.line($0) }
        for (index, line) in lines.enumerated() {
            guard let twin = lines[..<index].first(where: { $0.place == line.place })?.role else { continue }
            gpio.reject(line.role.rawValue, "is the line of '\(twin.rawValue)' too")
        }
        let debounce = gpio.duration(
            "debounce", in: .milliseconds(5) ... .milliseconds(30), default: .milliseconds(20))
        self.gpio = lines.isEmpty ? nil : GPIO(lines: lines, debounce: debounce)
    }
}

extension ConfigurationSection {
    /// The line of a role, written as `CALL_BUTTON active-low pull-up` or `pinctrl-bcm2711:17`.
    package func line(_ role: PanelRole) -> PanelLine? {
        let key = role.rawValue
        guard let text = text(key, limit: 120) else { return nil }
        let words = text.split(separator: " ").map(String.init)
        guard let first = words.first else {
            reject(key, "names no line")
            return nil
        }
        var line = PanelLine(role: role, place: .name(first))
        if let colon = first.lastIndex(of: ":"), let offset = Int(first[first.index(after: colon)...]) {
            guard colon != first.startIndex, (0...1023).contains(offset) else {
                reject(
                    key, "expected a chip and a line's number from 0 to 1023, such as gpiochip0:17, found '\(first)'")
                return nil
            }
            line.place = .chip(String(first[..<colon]), offset: offset)
        }
        for word in words.dropFirst() {
            if word == "active-low", !line.isActiveLow {
                line.isActiveLow = true
            } else if role.isInput, let bias = PanelLine.Bias(rawValue: word), line.bias == .asIs {
                line.bias = bias
            } else {
                let known = role.isInput ? "active-low, pull-up, pull-down, no-bias or as-is" : "active-low"
                reject(key, "after a line's name comes \(known), found '\(word)'")
                return nil
            }
        }
        return line
    }
}
