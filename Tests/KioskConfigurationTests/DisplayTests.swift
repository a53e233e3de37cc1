import Devices
import KioskConfiguration
import Testing

@Suite struct DisplayTests {
    private func read(_ text: String) throws(ConfigurationError) -> BoardConfiguration.Display {
        try BoardConfiguration(bytes: Array("display: \(text)".utf8), file: "board.yaml").display
    }

    @Test func aDisplayIsNamedOrTheFirstThatIsThere() throws {
        #expect(try read("{drm: auto}").drm == .init(connector: nil, mode: nil))
        #expect(try read("{drm: HDMI-A-1}").drm?.connector == "HDMI-A-1")
        #expect(try read("{width: 800, height: 480}").drm == nil)
        let display = try read("{drm: DSI-1, mode: 1920x1080@50, width: 800}")
        #expect(display.drm?.mode == .init(width: 1920, height: 1080, rate: 50))
        #expect(display.width == 800)
        #expect(try read("{drm: auto, mode: 1280x720}").drm?.mode == .init(width: 1280, height: 720))
    }

    @Test(arguments: [
        "{drm: auto, mode: big}", "{drm: auto, mode: 1920}", "{drm: auto, mode: 1920x}",
        "{drm: auto, mode: 1920x1080@}",
        "{drm: auto, mode: 1920x1080@50@50}", "{drm: auto, mode: 1x1}", "{drm: auto, mode: 99999x1080}",
        "{drm: auto, mode: 1920x1080x3}", "{drm: auto, mode: 1920x1080@0}", "{mode: 1920x1080}", "{drm: []}",
    ])
    func whatCannotBeMeantIsRefused(text: String) {
        var problems = 0
        do throws(ConfigurationError) { _ = try read(text) } catch { problems = error.problems.count }
        #expect(problems == 1)
    }
}
