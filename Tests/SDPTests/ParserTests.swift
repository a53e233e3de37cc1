import SDP
import Testing

@Suite struct ParserTests {
    @Test func refusesEmptyText() {
        #expect(throws: SDPError.missingLine("v")) { try SessionDescription(parsing: "") }
    }
}
