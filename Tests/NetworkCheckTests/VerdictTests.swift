import NetworkCheck
import Primitives
import Testing

@Suite struct VerdictTests {
    static let (stun, udp, tcp, tls) = (
        "stun:t.example", "turn:t.example", "turn:t.example?transport=tcp", "turns:t.example:443"
    )
    static let fine = NetworkReport.Outcome.answered(.milliseconds(20))

    private func report(
        _ outcomes: [(String, NetworkReport.Outcome)], server: NetworkReport.Outcome = fine, clockAhead: Int64? = 0
    ) throws -> NetworkReport {
        NetworkReport(
            signalling: .init(host: "calls.example", port: 443, outcome: server, clockAhead: clockAhead),
            probes: try outcomes.map { NetworkReport.Probe(url: try #require(ICEServerURL($0.0)), outcome: $0.1) })
    }

    @Test func everythingOpenIsWell() throws {
        let verdict = try report([(Self.stun, Self.fine), (Self.udp, Self.fine), (Self.tls, Self.fine)]).verdict
        #expect(verdict.level == .well && verdict.sentences.isEmpty)
    }

    @Test func blockedDatagramsNameTheWayThatIsLeft() throws {
        let dead = NetworkReport.Outcome.failed(.timedOut)
        let byTLS = try report([(Self.stun, dead), (Self.udp, dead), (Self.tcp, dead), (Self.tls, Self.fine)]).verdict
        #expect(byTLS.level == .restricted)
        #expect(byTLS.sentences.first == "This network blocks UDP: calls use the TLS relay.")
        let byTCP = try report([(Self.udp, dead), (Self.tcp, Self.fine)]).verdict
        #expect(byTCP.sentences == ["This network blocks UDP: calls use the TCP relay."])
        let none = try report([(Self.udp, dead), (Self.tls, dead)]).verdict
        #expect(none.level == .down && none.sentences[0].contains("UDP to t.example port 3478"))
    }

    @Test func aProxyThatOpensTLSIsTold() throws {
        let verdict = try report(
            [(Self.udp, Self.fine), (Self.tls, .failed(.notTrusted))], server: .failed(.notTrusted)
        ).verdict
        #expect(verdict.level == .down)
        #expect(
            verdict.sentences[0].hasPrefix(
                "The call server cannot be reached: the certificate of calls.example is not trusted"))
        #expect(verdict.sentences[1].contains("exempt t.example"))
    }

    @Test func aWrongClockIsTold() throws {
        let open = [(Self.udp, Self.fine)]
        let (right, behind, ahead) = (
            try report(open, clockAhead: 59).verdict, try report(open, clockAhead: -600).verdict,
            try report(open, clockAhead: 90_000).verdict
        )
        #expect(right.level == .well)
        #expect(behind.sentences.first?.hasPrefix("This machine's clock is 10 minutes behind") == true)
        #expect(ahead.sentences.first?.hasPrefix("This machine's clock is 25 hours ahead") == true)
    }

    @Test func aNameWithoutAddressIsTheResolvers() throws {
        let verdict = try report([(Self.udp, .failed(.noAddress)), (Self.tls, .failed(.noAddress))]).verdict
        #expect(verdict.level == .down && verdict.sentences[0].contains("DNS"))
    }

    @Test func withoutServersCallsStayInside() throws {
        let nothing = try report([]).verdict
        #expect(nothing.sentences == ["No STUN or TURN server is known: calls work inside this network only."])
        let noRelay = try report([(Self.stun, Self.fine)]).verdict
        #expect(noRelay.sentences.first?.hasPrefix("No relay is known") == true)
    }
}
