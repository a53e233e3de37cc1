import CallControl
import Primitives
import Screens

/// Every screen there is, each with the instant it is looked at.
struct Exhibit: Sendable, CustomStringConvertible {
    var name: String
    var content: ScreenContent
    var hasPictures = false
    var description: String { name }

    static let now = Instant(nanoseconds: 100_000_000_000)

    static let all: [Exhibit] = {
        let verified = Party(socket: "a", name: "Dr. Chen Lihua", isVerified: true)
        let claimed = Party(socket: "b", name: "Ward 3 desk")
        let open = DeviceFacts(camera: .open, microphone: .open, speaker: .open)
        func exhibit(_ name: String, _ call: CallState, pictures: Bool = false) -> Exhibit {
            Exhibit(
                name: name,
                content: ScreenContent(
                    call: call, clinic: "Riverside Clinic", kiosk: "Ward 101", clock: "10:42",
                    emergency: "In an emergency call 120 紧急情况请拨打 120"), hasPictures: pictures)
        }
        func seconds(_ n: Double) -> Instant { Instant(nanoseconds: now.nanoseconds + Int64(n * 1e9)) }
        var list = [
            exhibit("idle", CallState()),
            exhibit(
                "idle-troubles",
                CallState(faults: [.deviceFailed(.camera, detail: "gone"), .deviceFailed(.speaker, detail: "gone")])),
            exhibit(
                "ringing-in",
                CallState(
                    phase: .ringingIn(
                        caller: verified, since: seconds(-2.2), answersAutomaticallyAt: seconds(2.8), until: seconds(30)
                    ))),
            exhibit(
                "ringing-claimed",
                CallState(
                    phase: .ringingIn(
                        caller: claimed, since: seconds(-2), answersAutomaticallyAt: nil, until: seconds(30)))),
            exhibit("ringing-out", CallState(phase: .ringingOut(since: seconds(-17), until: seconds(40)))),
            exhibit(
                "connecting", CallState(phase: .connecting(peer: verified, since: seconds(-1)), devices: open)),
            exhibit(
                "in-call",
                CallState(phase: .inCall(peer: verified, since: seconds(-133), reconnectingSince: nil), devices: open),
                pictures: true),
            exhibit(
                "in-call-no-picture",
                CallState(
                    phase: .inCall(peer: claimed, since: seconds(-3733), reconnectingSince: nil),
                    devices: DeviceFacts(camera: .failed("gone"), microphone: .open, speaker: .open))),
            exhibit(
                "reconnecting",
                CallState(
                    phase: .inCall(peer: verified, since: seconds(-95), reconnectingSince: seconds(-3)), devices: open),
                pictures: true),
            exhibit(
                "in-call-no-camera",
                CallState(
                    phase: .inCall(peer: verified, since: seconds(-20), reconnectingSince: nil),
                    devices: DeviceFacts(camera: .failed("gone"), microphone: .open, speaker: .open)), pictures: true),
            exhibit(
                "in-call-no-microphone",
                CallState(
                    phase: .inCall(peer: claimed, since: seconds(-20), reconnectingSince: nil),
                    devices: DeviceFacts(camera: .open, microphone: .failed("gone"), speaker: .open)), pictures: true),
            exhibit("offline", CallState(offlineSince: seconds(-30))),
            exhibit("fault", CallState(faults: [.mediaUnavailable])),
        ]
        for name in ["idle", "ringing-in", "in-call"] {
            guard var switched = list.first(where: { $0.name == name }) else { continue }
            switched.name += "-private"
            switched.content.isPrivate = true
            switched.content.call.devices = DeviceFacts(speaker: .open)
            list.append(switched)
        }
        for reason in EndReason.allCases {
            list.append(
                exhibit(
                    "ended-\(reason.rawValue)",
                    CallState(
                        phase: .ended(
                            reason, peer: verified, duration: reason == .hungUpThere ? .seconds(725) : nil,
                            until: seconds(4)))))
        }
        return list
    }()

    /// A display that shows this.
    func display(width: Int, height: Int, options: ScreenOptions = ScreenOptions()) -> VirtualDisplay {
        let display = VirtualDisplay(width: width, height: height, options: options)
        display.show(content)
        if hasPictures {
            TestPicture(width: 640, height: 360).lend { display.show(remote: $0, at: Self.now) }
            TestPicture(width: 320, height: 240).lend { display.show(local: $0, at: Self.now) }
        }
        return display
    }
}

/// A picture whose left half is bright and whose right half is dark, so that scaling and mirroring can be seen.
struct TestPicture {
    let width: Int
    let height: Int
    var left: UInt8 = 200
    var right: UInt8 = 60

    func lend(_ body: (I420View) -> Void) {
        let strideUV = (width + 1) / 2
        let rows = (height + 1) / 2
        var bytes = [UInt8](repeating: 128, count: width * height + 2 * strideUV * rows)
        for y in 0..<height {
            for x in 0..<width { bytes[y * width + x] = x < width / 2 ? left : right }
        }
        bytes.withUnsafeBytes { bytes in
            if let view = I420View(bytes: bytes, width: width, height: height, strideY: width, strideUV: strideUV) {
                body(view)
            }
        }
    }
}
