public import Primitives

extension BoardConfiguration.Panel {
    /// Buttons, switches, lamps and relay on GPIO lines.
    public struct GPIO: Equatable, Sendable {
        /// What a line is to the kiosk.
        public enum Role: String, Hashable, Sendable, CaseIterable {
            case callButton, secondCallButton, privacySwitch, callLamp, cameraLamp, microphoneLamp, faultLamp, callRelay

            public var isInput: Bool {
                switch self {
                case .callButton, .secondCallButton, .privacySwitch: true
                case .callLamp, .cameraLamp, .microphoneLamp, .faultLamp, .callRelay: false
                }
            }
        }

        /// The lines that the board has.
        public var lines: [Role: GPIOLine]
        /// How long an input must stand still to count.
        public var debounce: Interval

        public init(lines: [Role: GPIOLine], debounce: Interval) { (self.lines, self.debounce) = (lines, debounce) }
    }

    package init(_ section: ConfigurationSection) {
        listen = section.listener("listen", default: nil)
        let gpio = section.section("gpio")
        let lines = GPIO.Role.allCases.reduce(into: [GPIO.Role: BoardConfiguration.GPIOLine]()) { lines, role in
            lines[role] = gpio.line(role.rawValue, isInput: role.isInput)
        }
        for (role, line) in lines {
            guard let twin = lines.first(where: { $0.key != role && $0.value.place == line.place })?.key,
                role.rawValue > twin.rawValue
            else { continue }
            gpio.reject(role.rawValue, "is the line of '\(twin.rawValue)' too")
        }
        let debounce = gpio.duration(
            "debounce", in: .milliseconds(5) ... .milliseconds(30), default: .milliseconds(20))
        self.gpio = lines.isEmpty ? nil : GPIO(lines: lines, debounce: debounce)
    }
}

extension BoardConfiguration.Panel.GPIO {
    public typealias GPIOLine = BoardConfiguration.GPIOLine
}

extension BoardConfiguration {
    /// One GPIO line and how it is wired, written as `CALL_BUTTON active-low pull-up` or `pinctrl-bcm2711:17`.
    public struct GPIOLine: Equatable, Sendable {
        public enum Place: Hashable, Sendable {
            /// The line's own name.
            case name(String)
            /// The chip's label, name or path, and the line's number on it.
            case chip(String, offset: Int)
        }
        public enum Bias: String, Equatable, Sendable, CaseIterable {
            /// As the hardware or the device tree has it.
            case asIs = "as-is"
            case disabled = "no-bias"
            case pullUp = "pull-up"
            case pullDown = "pull-down"
        }

        public var place: Place
        public var isActiveLow: Bool
        public var bias: Bias

        public init(place: Place, isActiveLow: Bool = false, bias: Bias = .asIs) {
            (self.place, self.isActiveLow, self.bias) = (place, isActiveLow, bias)
        }
    }
}

extension ConfigurationSection {
    /// A line's name, or `chip:number`, and words after it.
    package func line(_ key: String, isInput: Bool) -> BoardConfiguration.GPIOLine? {
        guard let text = text(key, limit: 120) else { return nil }
        let words = text.split(separator: " ").map(String.init)
        guard let first = words.first else {
            reject(key, "names no line")
            return nil
        }
        var line = BoardConfiguration.GPIOLine(place: .name(first))
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
            } else if isInput, let bias = BoardConfiguration.GPIOLine.Bias(rawValue: word), line.bias == .asIs {
                line.bias = bias
            } else {
                let known = isInput ? "active-low, pull-up, pull-down, no-bias or as-is" : "active-low"
                reject(key, "after a line's name comes \(known), found '\(word)'")
                return nil
            }
        }
        return line
    }
}
