import Primitives
import Testing

@Suite struct ICEServerURLTests {
    @Test(arguments: [
        ("stun:stun.example.org", "stun:stun.example.org:3478"),
        ("turn:turn.example.org:3479?transport=tcp", "turn:turn.example.org:3479?transport=tcp"),
        ("TURN:10.0.0.1?transport=UDP", "turn:10.0.0.1:3478"),
        ("turns:turn.example.org", "turns:turn.example.org:5349"),
        ("turns:[2001:db8::1]:443?transport=tcp", "turns:[2001:db8::1]:443"),
    ])
    func isReadAndWritten(text: String, canonical: String) throws {
        let url = try #require(ICEServerURL(text))
        #expect(url.description == canonical)
        #expect(ICEServerURL(url.description) == url)
    }

    @Test(arguments: [
        "", "turn", "turn:", "http://turn.example.org", "turn://turn.example.org", "turn:host:0", "turn:host:65536",
        "turn:host:+80", "turn:host:", "turn:ho st", "turn:user@host", "turn:[host]:1", "turn:[::1", "turn:::1",
        "turn:host?transport=sctp", "turn:host?udp", "stun:host?transport=udp",
        "turn:" + String(repeating: "a", count: 254),
    ])
    func anythingElseIsRefused(text: String) { #expect(ICEServerURL(text) == nil) }
}
