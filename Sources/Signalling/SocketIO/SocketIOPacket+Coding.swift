public import SignallingMessages

extension SocketIOPacket {
    /// The Engine.IO packets it is sent as: the text, then its attachments.
    public func encoded() -> [EngineIOPacket] {
        let binary = !attachments.isEmpty
        var text =
            switch kind {
            case .connect: "0"
            case .disconnect: "1"
            case .event: binary ? "5" : "2"
            case .acknowledgement: binary ? "6" : "3"
            case .connectError: "4"
            }
        if binary { text += "\(attachments.count)-" }
        if namespace != "/" { text += namespace + "," }
        if let id { text += String(id) }
        if let payload { text += payload.text }
        return [.message(text)] + attachments.map(EngineIOPacket.binary)
    }

    /// Reads the text of a packet; `awaited` attachments are still to come.
    ///
    /// Form: `<type>[<attachments>-][/<namespace>,][<id>][JSON]`.
    static func decode(_ text: String, limits: SocketIOLimits) throws(SocketIOError) -> (SocketIOPacket, awaited: Int) {
        var rest = Array(text.utf8)[...]
        guard let type = rest.popFirst() else { throw .empty }
        let binary = type == UInt8(ascii: "5") || type == UInt8(ascii: "6")
        let kind: Kind =
            switch type {
            case UInt8(ascii: "0"): .connect
            case UInt8(ascii: "1"): .disconnect
            case UInt8(ascii: "2"), UInt8(ascii: "5"): .event
            case UInt8(ascii: "3"), UInt8(ascii: "6"): .acknowledgement
            case UInt8(ascii: "4"): .connectError
            default: throw .unknownType
            }
        var awaited = 0
        if binary {
            guard let count = takeNumber(&rest), rest.popFirst() == UInt8(ascii: "-") else { throw .invalidNumber }
            guard count <= limits.attachments else { throw .tooManyAttachments }
            awaited = Int(count)
        }
        var packet = SocketIOPacket(kind, namespace: try takeNamespace(&rest, limit: limits.namespace))
        if let c = rest.first, isDigit(c) {
            guard let id = takeNumber(&rest) else { throw .invalidNumber }
            packet.id = id
        }
        if !rest.isEmpty {
            do throws(JSONError) {
                packet.payload = try JSONValue(parsing: rest, limits: limits.json)
            } catch { throw .invalidJSON(error) }
        }
        try packet.validate(awaited: awaited)
        return (packet, awaited)
    }

    private func validate(awaited: Int) throws(SocketIOError) {
        let valid =
            switch kind {
            case .connect:
                switch payload {
                case nil, .object: id == nil
                default: false
                }
            case .disconnect: payload == nil && id == nil
            case .event: event != nil
            case .acknowledgement: payload?.array != nil && id != nil
            case .connectError: payload != nil
            }
        guard valid else { throw .invalidPayload }
        var placeholders = 0
        payload?.countPlaceholders(&placeholders, below: awaited)
        guard placeholders <= awaited else { throw .invalidPayload }
    }

    private static func isDigit(_ c: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(c) }

    private static func takeNumber(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        var digits = 0
        while let c = rest.first, isDigit(c) {
            guard digits < 18 else { return nil }
            value = value * 10 + UInt64(c - UInt8(ascii: "0"))
            digits += 1
            rest.removeFirst()
        }
        return digits > 0 ? value : nil
    }

    /// "/" unless the packet names another. What stands behind "?" was the query of protocol 4 and is not part of the name.
    private static func takeNamespace(_ rest: inout ArraySlice<UInt8>, limit: Int) throws(SocketIOError) -> String {
        guard rest.first == UInt8(ascii: "/") else { return "/" }
        let end = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
        guard end - rest.startIndex <= limit else { throw .invalidNamespace }
        let name = rest[rest.startIndex..<end].prefix { $0 != UInt8(ascii: "?") }
        guard let text = String(validating: name, as: UTF8.self) else { throw .invalidNamespace }
        rest = end < rest.endIndex ? rest[(end + 1)...] : rest[end...]
        return text
    }
}

extension JSONValue {
    /// The stand-in for attachment `number` in an event's arguments.
    public static func placeholder(_ number: Int) -> JSONValue {
        ["_placeholder": true, "num": .integer(Int64(number))]
    }

    /// Counts placeholders; one that points at no attachment counts as too many.
    fileprivate func countPlaceholders(_ count: inout Int, below limit: Int) {
        switch self {
        case .array(let elements):
            for element in elements { element.countPlaceholders(&count, below: limit) }
        case .object(let members):
            if members["_placeholder"] == .bool(true) {
                let valid = (members["num"]?.integer).map { $0 >= 0 && $0 < Int64(limit) } ?? false
                count += valid ? 1 : limit + 1
            } else {
                for member in members.values { member.countPlaceholders(&count, below: limit) }
            }
        default: break
        }
    }
}
