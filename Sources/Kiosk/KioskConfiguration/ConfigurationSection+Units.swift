package import Primitives

extension ConfigurationSection {
    /// A length of time: a whole number and a unit, as `500ms`, `3s` or `2m`.
    package func duration(
        _ key: String, in range: ClosedRange<Interval>, default fallback: Interval
    ) -> Interval {
        guard let text = text(key, limit: 20) else { return fallback }
        guard let interval = Self.interval(text) else {
            reject(key, "expected a time such as 500ms, 3s or 2m, found '\(text)'")
            return fallback
        }
        guard range.contains(interval) else {
            reject(key, "\(text) is outside \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))")
            return fallback
        }
        return interval
    }

    private static func interval(_ text: String) -> Interval? {
        let units: [(suffix: String, unit: Interval)] = [
            ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3600)),
        ]
        for (suffix, unit) in units where text.hasSuffix(suffix) {
            let digits = text.dropLast(suffix.count)
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { continue }
            return Int64(digits).map { unit * $0 }
        }
        return nil
    }

    private static func text(_ interval: Interval) -> String {
        interval.milliseconds % 1000 == 0 ? "\(interval.milliseconds / 1000)s" : "\(interval.milliseconds)ms"
    }

    /// `host:port` to listen on: an address, or `localhost`.
    package func listener(_ key: String, default fallback: TransportAddress?) -> TransportAddress? {
        guard let text = text(key, limit: 64) else { return fallback }
        if let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) {
            var host = String(text[..<colon])
            if host == "localhost" { host = "127.0.0.1" }
            if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
            if let address = IPAddress(host) { return TransportAddress(address, port: port) }
        }
        reject(key, "expected an address and a port such as 127.0.0.1:8090, found '\(text)'")
        return fallback
    }

    /// A path; a relative one starts at the configuration file's folder.
    package func path(_ key: String) -> String? {
        guard let text = text(key, limit: 1024) else { return nil }
        return text.hasPrefix("/") ? text : folder + text
    }
}
