/// One thing that is wrong with a kiosk's network, for whoever says it in a language of its own.
///
/// Words in English go beside it, for readers that do not know the code.
public struct NetworkFinding: Hashable, Sendable {
    /// Which; the others are what the sentence is about.
    public var code: String
    /// Why a server was not reached: `timedOut`, `notTrusted` …
    public var fault: String?
    /// A server's name or address.
    public var host: String?
    public var port: Int64?
    /// `UDP` or `TCP`.
    public var transport: String?
    /// A server in one way, as RFC 7064 and RFC 7065 write it.
    public var url: String?
    /// The number of an ERROR-CODE, or the seconds by which a clock is ahead.
    public var value: Int64?

    public init(
        _ code: String, fault: String? = nil, host: String? = nil, port: Int64? = nil, transport: String? = nil,
        url: String? = nil, value: Int64? = nil
    ) {
        (self.code, self.fault, self.host, self.port) = (code, fault, host, port)
        (self.transport, self.url, self.value) = (transport, url, value)
    }
}

extension NetworkFinding {
    private static let wordLimit = 32

    /// Nil for anything that no kiosk writes: the words beside it then have to do.
    public init?(_ json: JSONValue?) {
        guard let json, let code = json["code"]?.string, !code.isEmpty, code.utf8.count <= Self.wordLimit else {
            return nil
        }
        do {
            self.init(
                code, fault: try json.optionalText("fault", limit: Self.wordLimit),
                host: try json.optionalText("host", limit: MessageLimits.displayText), port: json["port"]?.integer,
                transport: try json.optionalText("transport", limit: Self.wordLimit),
                url: try json.optionalText("url", limit: MessageLimits.serverURL), value: json["value"]?.integer)
        } catch {
            return nil
        }
    }

    public var json: JSONValue {
        .members([
            ("code", .string(code)), ("fault", fault.map(JSONValue.string)), ("host", host.map(JSONValue.string)),
            ("port", port.map(JSONValue.integer)), ("transport", transport.map(JSONValue.string)),
            ("url", url.map(JSONValue.string)), ("value", value.map(JSONValue.integer)),
        ])
    }
}
