import Primitives
public import SignallingMessages

extension NetworkReport {
    /// For programs, and what `kioskctl network` makes its lines from.
    public var json: JSONValue {
        let verdict = verdict
        return .members([
            ("level", .string("\(verdict.level)")), ("findings", .array(verdict.sentences.map(JSONValue.string))),
            ("codes", .array(verdict.findings.map(\.coded.json))),
            (
                "signalling",
                signalling.map { server in
                    .members(
                        [
                            ("server", .string("\(server.host):\(server.port)")),
                            ("clockAheadSeconds", server.clockAhead.map(JSONValue.integer)),
                        ] + server.outcome.members)
                }
            ),
            (
                "servers",
                .array(
                    probes.map { probe in
                        .members(
                            [
                                ("url", .string("\(probe.url)")),
                                ("mappedAddress", probe.mapped.map { .string("\($0)") }),
                                ("credentials", probe.access.map { .string($0.word) }),
                            ] + probe.outcome.members)
                    })
            ),
        ])
    }
}

extension NetworkReport.Outcome {
    fileprivate var members: [(String, JSONValue?)] {
        switch self {
        case .answered(let after): [("answers", .bool(true)), ("milliseconds", .integer(after.milliseconds))]
        case .failed(let fault): [("answers", .bool(false)), ("fault", .string("\(fault)"))]
        }
    }
}

extension NetworkReport.RelayAccess {
    /// `granted`, `silent`, or the number of the refusal.
    fileprivate var word: String {
        switch self {
        case .granted: "granted"
        case .refused(let code): "\(code)"
        case .silent: "silent"
        }
    }
}
