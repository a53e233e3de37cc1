import SignallingClient
import Testing

@Suite("The signalling server's address")
struct SignallingURLTests {
    @Test("what is an address")
    func valid() {
        #expect(SignallingURL("http://127.0.0.1:8080")?.port == 8080)
        #expect(SignallingURL("HTTPS://clinic.example/")?.port == 443)
        #expect(SignallingURL("https://clinic.example/")?.isSecure == true)
        #expect(SignallingURL("http://[::1]:81")?.host == "::1")
        #expect(SignallingURL("http://[::1]:81")?.authority == "[::1]:81")
        #expect(SignallingURL("ws://a")?.authority == "a")
    }

    @Test(
        "what is none",
        arguments: [
            "", "http://", "ftp://a", "a:80", "http://a:", "http://a:0", "http://a:65536", "http://a/b", "http://a b",
            "http://[::1", "http://u@a", "http://:80", "http://a\r\nX: y",
        ])
    func invalid(text: String) {
        #expect(SignallingURL(text) == nil)
    }
}
