import FrontPanel
import Testing

@Suite struct FrontPanelErrorTests {
    @Test func aTakenPortIsSaidInWords() {
        let text = FrontPanelError.addressInUse(host: "127.0.0.1", port: 8090).description
        #expect(text.contains("127.0.0.1:8090"))
        #expect(text.contains("panel.listen"))
    }
}
