import CallControl
import FrontPanel
import Logging
import Primitives
import Screens
import Testing

@Suite(.timeLimit(.minutes(1))) struct PageTests {
    @Test func thePageAsksNobodyElse() async throws {
        try await Panel.serve { panel in
            for path in ["/", "/panel.css", "/panel.js", "/icon.svg"] {
                let answer = try await panel.request("GET", path)
                #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(path)")
                #expect(answer.lowercased().contains("content-security-policy: default-src 'none'"))
                let body = answer.replacing("http://www.w3.org/", with: "")
                #expect(
                    !body.contains("http://") && !body.contains("https://") && !body.contains("src=\"//"), "\(path)")
            }
            let page = try await panel.request("GET", "/")
            #expect(!page.contains("<style") && !page.contains("style=") && !page.contains("onclick="))
        }
    }

    @Test func theStateIsWhatWasPublished() async throws {
        try await Panel.serve { panel in
            panel.display.show(ScreenContent(clinic: "Riverside"))
            panel.server.publish(
                PanelSnapshot(
                    kiosk: "Ward \"101\" \\ <b>\n", call: PanelCall(state: "inCall", with: "李医生", elapsed: 1200),
                    lights: [PanelLight(name: "camera", state: .on)],
                    devices: [PanelDevice(name: "camera", isOpen: true, format: "640x480", rate: 29.97, age: 12)],
                    microphoneLevel: -20.25, speakerLevel: -Double.infinity))
            let state = try await panel.request("GET", "/state.json")
            #expect(state.contains(#""kiosk":"Ward \"101\" \\ \u003cb>\u000a""#))
            #expect(state.contains(#""call":{"state":"inCall","with":"李医生","elapsed":1200,"detail":null}"#))
            #expect(state.contains(#""lights":{"camera":"on"}"#))
            #expect(state.contains(#""camera":{"open":true,"format":"640x480","rate":30.0,"age":12,"failure":null}"#))
            #expect(state.contains(#""levels":{"microphone":-20.3,"speaker":null}"#))
            #expect(state.contains("Press the button to talk to a clinician"))
        }
    }

    @Test func theScreenIsServedAsPictures() async throws {
        try await Panel.serve { panel in
            let png = try await panel.request("GET", "/display.png")
            #expect(png.contains("content-type: image/png") && png.contains("IHDR"))
            let jpeg = try await panel.request("GET", "/display.jpg")
            #expect(jpeg.contains("content-type: image/jpeg") && jpeg.contains("JFIF"))
        }
    }

    @Test func movingPicturesComeOnlyWithChange() async throws {
        try await Panel.serve { panel in
            let stream = try await panel.request("GET", "/display.mjpeg") { text in
                let frames = text.components(of: "Content-Type: image/jpeg")
                if frames == 1 { panel.display.show(ScreenContent(clinic: "Changed")) }
                return frames == 2
            }
            #expect(stream.contains("multipart/x-mixed-replace; boundary=callpoint-frame"))
            #expect(stream.components(of: "JFIF") >= 1)
        }
    }

    @Test func eventsCarryTheNewestState() async throws {
        try await Panel.serve { panel in
            let events = try await panel.request("GET", "/events") { text in
                if text.components(of: "data: ") == 1 {
                    panel.server.publish(PanelSnapshot(call: PanelCall(state: "ringing")))
                }
                return text.contains(#""state":"ringing""#)
            }
            #expect(events.contains("text/event-stream"))
            #expect(events.contains(#""state":"idle""#))
        }
    }

    @Test func aTakenPortIsATypedError() async throws {
        try await Panel.serve { panel in
            let port = panel.server.port
            let error = await #expect(throws: FrontPanelError.self) {
                _ = try await FrontPanelServer.start(
                    host: "127.0.0.1", port: port, display: panel.display, clock: { .zero },
                    logger: Logger(label: "test"))
            }
            #expect(error == .addressInUse(host: "127.0.0.1", port: port))
        }
    }
}

extension String {
    /// How often `part` is in it.
    func components(of part: String) -> Int { split(separator: part, omittingEmptySubsequences: false).count - 1 }
}
