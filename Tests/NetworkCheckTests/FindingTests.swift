import Foundation
import NetworkCheck
import Primitives
import SignallingMessages
import Testing

/// What is found, as consoles are told it.
@Suite struct FindingTests {
    typealias Fault = NetworkReport.Fault
    static let faults: [Fault] = [
        .noAddress, .timedOut, .refused, .unreachable, .reset, .otherName, .notTrusted, .expired, .clockBehind,
        .otherProtocol,
    ]

    static func findings() throws -> [NetworkReport.Finding] {
        let url = try #require(ICEServerURL("turns:t.example:443"))
        return [
            .clock(ahead: -600), .noServer, .noRelay, .relaysRefuse, .relaysUnreached, .onlyByTLS, .onlyByTCP,
            .onlyRefusals, .nothingGetsOut(host: nil, port: 0), .nothingGetsOut(host: "t.example", port: 3478),
            .relayNameUnknown, .relaySilent(host: "t.example"),
        ] + faults.map { .callServer($0, host: "calls.example", port: 443) } + faults.map { .server(url, $0) }
            + [401, 403, 438, 486, 508, 500].map { .relayRefuses(host: "t.example", code: $0) }
    }

    @Test func codesSurviveTheWayToAConsole() throws {
        for finding in try Self.findings() {
            let coded = finding.coded
            #expect(NetworkFinding(coded.json) == coded)
        }
        #expect(Set(try Self.findings().map(\.coded)).count == (try Self.findings().count))
    }

    @Test func whatNoKioskWritesIsNoFinding() {
        let odd: [JSONValue] = [
            .null, .string("clock"), .members([]), .members([("code", .string(""))]), .members([("code", .integer(3))]),
            .members([("code", .string(String(repeating: "x", count: 33)))]),
            .members([("code", .string("server")), ("host", .integer(4))]),
            .members([("code", .string("server")), ("host", .string(String(repeating: "x", count: 257)))]),
        ]
        for json in odd { #expect(NetworkFinding(json) == nil) }
        #expect(NetworkFinding(nil) == nil)
    }

    /// The console has a sentence for each in each of its languages, or the words would never be translated.
    @Test func theConsoleKnowsEveryCode() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = folder.appending(path: "Sources/Signalling/SwitchboardServer/Console/strings.js")
        let text = try String(contentsOf: file, encoding: .utf8)
        func section(_ name: String) throws -> Substring {
            let start = try #require(text.range(of: "const \(name) = {")).upperBound
            let end = try #require(text.range(of: "\n};", range: start..<text.endIndex)).lowerBound
            return text[start..<end]
        }
        let codes = try section("findings")
        for finding in try Self.findings() { #expect(codes.contains("\n  \(finding.coded.code): ["), "\(finding)") }
        let faults = try section("faults")
        for fault in Self.faults { #expect(faults.contains("\n  \(fault): ["), "\(fault)") }
    }
}
