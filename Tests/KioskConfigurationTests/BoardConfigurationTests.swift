import Devices
import KioskConfiguration
import Primitives
import Testing

@Suite struct BoardConfigurationTests {
    private func problems(_ text: String) -> [String] {
        do throws(ConfigurationError) {
            _ = try BoardConfiguration(bytes: Array(text.utf8), file: "board.yaml")
            return []
        } catch { return error.problems.map(\.description) }
    }

    @Test func theVirtualBoardIsSound() throws {
        let board = try BoardConfiguration(file: Repository.path("board/virtual.yaml"))
        #expect(board.name == "virtual")
        #expect(board.camera.source == .pattern)
        #expect([board.camera.width, board.camera.height, board.camera.rate] == [640, 480, 30])
        #expect(board.microphone.source == .tone(frequency: 440))
        #expect(board.panel.listen == TransportAddress(IPAddress(ipv4: 0x7F00_0001), port: 8090))
        #expect(board.network.loopback)
    }

    @Test func anEmptyFileIsTheStandard() throws {
        #expect(try BoardConfiguration(bytes: [], file: "board.yaml") == .standard)
        #expect(BoardConfiguration.standard.panel.listen == nil)
        #expect(BoardConfiguration.standard.microphone.source == .silence)
    }

    @Test func filesForCameraMicrophoneAndSpeaker() throws {
        let text = "camera: {y4m: clip.y4m}\nmicrophone: {wav: /x/in.wav}\nspeaker: {wav: out.wav}"
        let board = try BoardConfiguration(bytes: Array(text.utf8), file: "boards/board.yaml")
        #expect(board.camera.source == .y4m(path: "boards/clip.y4m"))
        #expect(board.microphone.source == .wav(path: "/x/in.wav"))
        #expect(board.speaker.wav == "boards/out.wav")
    }

    @Test func aRealCameraAndItsControls() throws {
        let text = """
            camera:
              v4l2: usb-046d_HD_Pro_Webcam_C920-video-index0
              controls: {exposure: 156, whiteBalance: auto, powerLine: 50}
            """
        let camera = try BoardConfiguration(bytes: Array(text.utf8), file: "board.yaml").camera
        #expect(camera.source == .v4l2(name: "usb-046d_HD_Pro_Webcam_C920-video-index0"))
        #expect(camera.controls.exposure == .fixed(156) && camera.controls.whiteBalance == .automatic)
        #expect(camera.controls.powerLine == .hertz50 && camera.controls.focus == nil)
    }

    @Test(arguments: [
        ("camera: {width: 641}", "board.yaml:1: camera.width: must be even"),
        ("camera: {width: 4096}", "board.yaml:1: camera.width: 4096 is outside 160 to 1920"),
        ("camera: {rate: fast}", "board.yaml:1: camera.rate: expected a whole number, found 'fast'"),
        ("camera: {rate: '30'}", "board.yaml:1: camera.rate: expected a whole number, found '30'"),
        ("camera: {rate: 99999999999999999999}", "board.yaml:1: camera.rate: expected a whole number"),
        ("camera: {virtual: patern}", "'patern' is not one of pattern; did you mean 'pattern'?"),
        ("camera: {virtual: pattern, y4m: a}", "board.yaml:1: camera.y4m: stands beside 'virtual'; take one"),
        ("camera: {v4l2: vivid, y4m: a}", "board.yaml:1: camera.v4l2: stands beside 'y4m'; take one"),
        ("camera: {v4l2: 0}", "camera.v4l2: a number means another camera after a restart; see kioskctl devices"),
        ("camera: {controls: {exposure: auto}}", "camera.controls: are a real camera's, and 'v4l2' is not there"),
        (
            "camera: {v4l2: a, controls: {focus: far}}",
            "camera.controls.focus: expected auto or 0 to 65535, found 'far'"
        ),
        ("camera: {v4l2: a, controls: {powerLine: 55}}", "'55' is not one of off, 50, 60, auto"),
        ("camera: pattern", "board.yaml:1: camera: expected a group of keys, found a single value"),
        ("pools: [1]", "board.yaml:1: pools: expected a group of keys, found a list"),
        ("pools: {packets: -1}", "board.yaml:1: pools.packets: -1 is outside 256 to 65536"),
        ("\nmicrofone: {tone: 1}", "board.yaml:2: microfone: is not a known key; did you mean 'microphone'?"),
        ("panel: {listen: 8090}", "board.yaml:1: panel.listen: expected an address and a port"),
        ("panel: {listen: 'x:1'}", "board.yaml:1: panel.listen: expected an address and a port"),
        ("video: {bitrate: 100000, minimumBitrate: 200000}", "video.minimumBitrate: is above the bitrate of 100000"),
        ("audio: {minimumDelay: 300ms, maximumDelay: 200ms}", "audio.minimumDelay: is above the maximumDelay of 200ms"),
        ("audio: {maximumDelay: 2s}", "2s is outside 60ms to 1s"),
        ("video: {bitrate: 4000000}\npools: {encodedFrameSize: 16384}", "encodedFrameSize must be at least 62500"),
    ])
    func refusals(text: String, message: String) {
        let found = problems(text)
        #expect(found.count == 1)
        #expect(found.first?.contains(message) == true, "\(found)")
    }

    @Test(arguments: ["localhost:0", "127.0.0.1:0", "'[::1]:0'"])
    func listeners(text: String) throws {
        let board = try BoardConfiguration(bytes: Array("panel: {listen: \(text)}".utf8), file: "board.yaml")
        #expect(board.panel.listen?.address.isLoopback == true)
        #expect(board.panel.listen?.port == 0)
    }

    @Test func linesOfThePanel() throws {
        let text = """
            panel:
              gpio:
                callButton: CALL active-low pull-up
                privacySwitch: pinctrl-bcm2711:17
                callLamp: /dev/gpiochip0:3 active-low
                debounce: 5ms
            """
        let gpio = try #require(try BoardConfiguration(bytes: Array(text.utf8), file: "board.yaml").panel.gpio)
        #expect(
            gpio.lines == [
                PanelLine(role: .callButton, place: .name("CALL"), isActiveLow: true, bias: .pullUp),
                PanelLine(role: .privacySwitch, place: .chip("pinctrl-bcm2711", offset: 17)),
                PanelLine(role: .callLamp, place: .chip("/dev/gpiochip0", offset: 3), isActiveLow: true),
            ])
        #expect(gpio.debounce == .milliseconds(5))
        #expect(BoardConfiguration.standard.panel.gpio == nil)
    }

    @Test(arguments: [
        ("callButton: A upside-down", "panel.gpio.callButton: after a line's name comes active-low, pull-up"),
        ("callLamp: A pull-up", "panel.gpio.callLamp: after a line's name comes active-low, found 'pull-up'"),
        ("callButton: A pull-up pull-down", "after a line's name comes"),
        ("callButton: ':3'", "expected a chip and a line's number"),
        ("callButton: gpiochip0:1024", "expected a chip and a line's number"),
        ("callButton: A, secondCallButton: A active-low", "secondCallButton: is the line of 'callButton' too"),
        ("debounce: 31ms", "31ms is outside 5ms to 30ms"),
    ])
    func refusedLines(text: String, message: String) {
        let found = problems("panel: {gpio: {\(text)}}")
        #expect(found.count == 1)
        #expect(found.first?.contains(message) == true, "\(found)")
    }

    @Test func aMissingFileSaysSo() {
        #expect(throws: ConfigurationError.self) { try BoardConfiguration(file: "/nonexistent/board.yaml") }
        do throws(ConfigurationError) {
            _ = try BoardConfiguration(file: "/nonexistent/board.yaml")
        } catch {
            #expect(error.description == "/nonexistent/board.yaml: cannot be opened: No such file or directory")
        }
    }
}
