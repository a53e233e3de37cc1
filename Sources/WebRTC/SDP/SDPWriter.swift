extension SessionDescription: CustomStringConvertible {
    /// The text, lines in the order of RFC 8866 §5 and ended by CRLF.
    public var description: String {
        var out = "v=0\r\n"
        func line(_ type: Character, _ value: String) { out += "\(type)=\(value)\r\n" }
        line("o", "\(origin.username) \(origin.sessionID) \(origin.sessionVersion) \(origin.address)")
        line("s", name)
        if let information { line("i", information) }
        if let uri { line("u", uri) }
        for email in emails { line("e", email) }
        for phone in phones { line("p", phone) }
        if let connection { line("c", "\(connection)") }
        for bandwidth in bandwidths { line("b", "\(bandwidth.type):\(bandwidth.value)") }
        for time in times {
            line("t", "\(time.start) \(time.stop)")
            for text in time.repeats { line("r", text) }
        }
        if let timeZones { line("z", timeZones) }
        for attribute in attributes { line("a", "\(attribute)") }
        for section in media { out += section.description }
        return out
    }
}

extension MediaDescription: CustomStringConvertible {
    public var description: String {
        let ports = portCount.map { "\(port)/\($0)" } ?? "\(port)"
        var out = "m=\(kind) \(ports) \(transport) \(formats.joined(separator: " "))\r\n"
        if let information { out += "i=\(information)\r\n" }
        for connection in connections { out += "c=\(connection)\r\n" }
        for bandwidth in bandwidths { out += "b=\(bandwidth.type):\(bandwidth.value)\r\n" }
        for attribute in attributes { out += "a=\(attribute)\r\n" }
        return out
    }
}

extension SessionDescription.Connection: CustomStringConvertible {
    public var description: String { "\(networkType) \(addressType) \(address)" }
}

extension Attribute: CustomStringConvertible {
    public var description: String { value.map { "\(name):\($0)" } ?? name }
}
