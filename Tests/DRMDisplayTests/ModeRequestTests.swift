import CDRM
import DRMDisplay
import Devices
import Testing

@Suite struct ModeRequestTests {
    static func mode(
        _ width: UInt16, _ height: UInt16, _ hertz: UInt32 = 60, preferred: Bool = false, interlaced: Bool = false
    ) -> ConnectorMode {
        var kernel = callpoint_drm_mode()
        (kernel.width, kernel.height, kernel.refresh_millihertz) = (width, height, hertz * 1000)
        (kernel.preferred, kernel.interlaced) = (preferred ? 1 : 0, interlaced ? 1 : 0)
        return ConnectorMode(kernel)
    }

    private func choice(_ request: ModeRequest?, _ modes: [ConnectorMode]) -> (text: String, isAsRequested: Bool)? {
        ModeRequest.choose(request, among: modes).map { ($0.mode.mode.description, $0.isAsRequested) }
    }

    static let television = [
        mode(3840, 2160, 30, preferred: true), mode(1920, 1080, 50), mode(1920, 1080, 60), mode(1920, 1080, 24),
        mode(1920, 1080, 60, interlaced: true), mode(1280, 720),
    ]

    @Test func withoutAWishTheDisplaysOwnChoiceIsTaken() {
        #expect(choice(nil, Self.television)?.text == "3840x2160 at 30 Hz")
        #expect(choice(nil, Self.television)?.isAsRequested == true)
        #expect(choice(nil, [])?.text == nil)
    }

    @Test(arguments: [
        (ModeRequest(width: 1920, height: 1080), "1920x1080 at 60 Hz", true),
        (ModeRequest(width: 1920, height: 1080, rate: 50), "1920x1080 at 50 Hz", true),
        (ModeRequest(width: 1920, height: 1080, rate: 75), "1920x1080 at 60 Hz", false),
        (ModeRequest(width: 1024, height: 768), "3840x2160 at 30 Hz", false),
    ])
    func aWishIsHeardWhereItCanBe(request: ModeRequest, text: String, isAsRequested: Bool) {
        let made = choice(request, Self.television)
        #expect(made?.text == text)
        #expect(made?.isAsRequested == isAsRequested)
    }

    @Test func withoutAPreferenceTheLargestIsTakenAndInterlacedOnlyAlone() {
        #expect(
            choice(nil, [Self.mode(800, 600), Self.mode(1024, 768), Self.mode(640, 480)])?.text == "1024x768 at 60 Hz")
        let interlaced = Self.mode(1920, 1080, 60, preferred: true, interlaced: true)
        #expect(choice(nil, [interlaced, Self.mode(1280, 720)])?.text == "1280x720 at 60 Hz")
        #expect(choice(nil, [interlaced])?.text == "1920x1080 at 60 Hz")
    }

    /// The kernel repeats what the display says, which may be anything.
    @Test func absurdModesAreLeftOut() {
        let absurd = [Self.mode(0, 0, preferred: true), Self.mode(65_535, 65_535), Self.mode(1920, 1, 60)]
        #expect(choice(nil, absurd) == nil)
        #expect(choice(nil, absurd + [Self.mode(640, 480)])?.text == "640x480 at 60 Hz")
    }
}
