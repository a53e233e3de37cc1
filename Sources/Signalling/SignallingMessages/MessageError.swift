/// Why an event could not be taken as a message of the dialect.
public enum MessageError: Error, Hashable, Sendable {
    /// Not an event of the dialect nor of the extension; to be ignored.
    case unknownEvent
    /// The named field is missing, of another type, or longer than `MessageLimits` allows.
    case invalidField(String)
}

extension JSONValue {
    /// The text of member `key`, at most `limit` bytes.
    func text(_ key: String, limit: Int) throws(MessageError) -> String {
        guard let text = try optionalText(key, limit: limit) else { throw .invalidField(key) }
        return text
    }

    /// As `text`, nil where the member is missing or null.
    func optionalText(_ key: String, limit: Int) throws(MessageError) -> String? {
        guard let value = self[key], !value.isNull else { return nil }
        guard let text = value.string, text.utf8.count <= limit else { throw .invalidField(key) }
        return text
    }

    /// As `optionalText`, where some senders write a number.
    func identifier(_ key: String, limit: Int) throws(MessageError) -> String {
        if case .integer(let number)? = self[key] { return String(number) }
        return try text(key, limit: limit)
    }
}

extension [JSONValue] {
    /// The event's argument `index`; null if the sender left it out.
    func argument(_ index: Int) -> JSONValue { indices.contains(index) ? self[index] : .null }
}
