import NetworkCheck
import Primitives
import SignallingMessages

/// A look at the network, for people and for programs.
enum NetworkText {
    static func describe(_ report: NetworkReport) -> String {
        var lines: [String] = []
        if let server = report.signalling {
            lines.append(line("call server \(server.host):\(server.port)", server.outcome))
        }
        for probe in report.probes {
            lines.append(line("\(probe.url)", probe.outcome) + (probe.mapped.map { ", seen as \($0)" } ?? ""))
        }
        let verdict = report.verdict
        switch verdict.level {
        case .well: lines.append("Calls get out, directly and by relay.")
        case .restricted, .down: lines += verdict.sentences
        }
        return lines.joined(separator: "\n")
    }

    private static func line(_ name: String, _ outcome: NetworkReport.Outcome) -> String {
        let padded = name + String(repeating: " ", count: max(1, 44 - name.count))
        switch outcome {
        case .answered(let after): return "\(padded)answers after \(after.milliseconds) ms"
        case .failed(let fault): return "\(padded)\(word(fault))"
        }
    }

    static func json(_ report: NetworkReport) -> JSONValue {
        let verdict = report.verdict
        return .members([
            ("level", .string("\(verdict.level)")), ("findings", .array(verdict.sentences.map(JSONValue.string))),
            (
                "signalling",
                report.signalling.map { server in
                    .members(
                        [
                            ("server", .string("\(server.host):\(server.port)")),
                            ("clockAheadSeconds", server.clockAhead.map(JSONValue.integer)),
                        ] + members(server.outcome))
                }
            ),
            (
                "servers",
                .array(
                    report.probes.map { probe in
                        .members(
                            [
                                ("url", .string("\(probe.url)")),
                                ("mappedAddress", probe.mapped.map { .string("\($0)") }),
                            ] + members(probe.outcome))
                    })
            ),
        ])
    }

    private static func members(_ outcome: NetworkReport.Outcome) -> [(String, JSONValue?)] {
        switch outcome {
        case .answered(let after): [("answers", .bool(true)), ("milliseconds", .integer(after.milliseconds))]
        case .failed(let fault): [("answers", .bool(false)), ("fault", .string("\(fault)"))]
        }
    }

    private static func word(_ fault: NetworkReport.Fault) -> String {
        switch fault {
        case .noAddress: "name not resolved"
        case .timedOut: "no answer"
        case .refused: "refused"
        case .unreachable: "no way there"
        case .reset: "broken off"
        case .otherName: "certificate for another name"
        case .notTrusted: "certificate not trusted"
        case .expired: "certificate expired"
        case .clockBehind: "certificate not valid yet"
        case .otherProtocol: "something else answers"
        }
    }
}
