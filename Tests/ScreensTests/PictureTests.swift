import CallControl
import Primitives
import Screens
import Testing

@Suite struct PictureTests {
    static let now = Exhibit.now
    static let inCall = ScreenContent(
        call: CallState(
            phase: .inCall(
                peer: Party(socket: "a", name: ""), since: now, reconnectingSince: nil),
            devices: DeviceFacts(camera: .open, microphone: .open, speaker: .open)))

    /// Brightness of the pixel at `x`, `y`.
    static func green(_ display: VirtualDisplay, _ x: Int, _ y: Int, at now: Instant = now) -> Int {
        display.withFrame(at: now) { Int($0.pixels[y * $0.stride + x * 4 + 1]) } ?? -1
    }

    /// A row's bright part: where the picture begins and ends.
    static func extent(_ display: VirtualDisplay, row: Int, above: Int) -> (first: Int, last: Int) {
        var (first, last) = (-1, -1)
        for x in 0..<display.width where green(display, x, row) > above {
            if first < 0 { first = x }
            last = x
        }
        return (first, last)
    }

    @Test(arguments: [(640, 480), (640, 360), (480, 640), (1280, 720), (321, 241)])
    func theRemotePictureKeepsItsProportions(width: Int, height: Int) {
        let display = VirtualDisplay(width: 1280, height: 800)
        display.show(Self.inCall)
        TestPicture(width: width, height: height, left: 200, right: 200).lend { display.show(remote: $0, at: Self.now) }
        let row = Self.extent(display, row: 400, above: 120)
        var (top, bottom) = (-1, -1)
        for y in 0..<676 where Self.green(display, 640, y) > 120 {
            if top < 0 { top = y }
            bottom = y
        }
        let drawn = Double(row.last - row.first + 1) / Double(bottom - top + 1)
        #expect(abs(drawn - Double(width) / Double(height)) < 0.02 * drawn)
        #expect(abs((row.first + row.last) / 2 - 640) <= 2, "in the middle")
    }

    @Test func theOwnPictureIsAMirror() {
        let display = VirtualDisplay(width: 1280, height: 800)
        display.show(Self.inCall)
        TestPicture(width: 320, height: 240, left: 235, right: 40).lend { display.show(local: $0, at: Self.now) }
        // the inset ends 24 pixels from the right edge and from the top
        #expect(Self.green(display, 1230, 100) > 200)
        #expect(Self.green(display, 1040, 100) < 80)
    }

    @Test func theOwnPictureIsGoneWithTheDevice() {
        let display = VirtualDisplay(width: 1280, height: 800)
        var content = Self.inCall
        content.call.devices.camera = .closed
        display.show(content)
        TestPicture(width: 320, height: 240, left: 235, right: 235).lend { display.show(local: $0, at: Self.now) }
        #expect(Self.green(display, 1230, 100) < 80)
        #expect(display.texts(at: Self.now).contains("Camera off"))
        #expect(!display.texts(at: Self.now).contains("Camera on"))
    }

    @Test func reconnectingDimsTheLastPictureAndIsNeverBlack() {
        let display = VirtualDisplay(width: 1280, height: 800)
        display.show(Self.inCall)
        TestPicture(width: 640, height: 360, left: 200, right: 200).lend { display.show(remote: $0, at: Self.now) }
        let before = Self.green(display, 60, 640)
        var content = Self.inCall
        content.call.phase = .inCall(
            peer: Party(socket: "a", name: "A"), since: Self.now, reconnectingSince: Self.now)
        display.show(content)
        let after = Self.green(display, 60, 640)
        #expect(before > 180)
        #expect(after > 40 && after < before / 2 + 10)
    }

    @Test func noPixelOfACallIsLeftAfterIt() {
        let display = VirtualDisplay(width: 640, height: 400)
        display.show(Self.inCall)
        TestPicture(width: 640, height: 360, left: 200, right: 200).lend { display.show(remote: $0, at: Self.now) }
        #expect(Self.green(display, 320, 100) > 180)
        display.show(ScreenContent())
        display.show(Self.inCall)
        #expect(Self.green(display, 320, 20) < 60)
        TestPicture(width: 640, height: 360, left: 200, right: 200).lend { picture in
            display.show(ScreenContent())
            display.show(remote: picture, at: Self.now + .seconds(9))
        }
        #expect(display.unseen.count == 1, "a picture outside a call is not even kept")
    }

    @Test func aPictureLaysOutNoTextAndAQuietScreenIsNotDrawn() {
        let display = VirtualDisplay(width: 640, height: 400)
        display.show(Self.inCall)
        let picture = TestPicture(width: 320, height: 240)
        picture.lend { display.show(remote: $0, at: Self.now) }
        let layouts = display.typography(at: Self.now).layouts
        var serial = display.withFrame(at: Self.now) { $0.serial }
        for frame in 1...20 {
            let now = Self.now + .milliseconds(Int64(frame) * 67)
            picture.lend { display.show(remote: $0, at: now) }
            let next = display.withFrame(at: now, newerThan: serial) { $0.serial }
            #expect(next != nil)
            serial = next ?? serial
        }
        let end = Self.now + .milliseconds(20 * 67)
        #expect(display.withFrame(at: end, newerThan: serial) { $0.serial } == nil)
        #expect(display.typography(at: end).layouts == layouts)
    }

    @Test func picturesNobodyLooksAtAreLeftOut() {
        let display = VirtualDisplay(width: 640, height: 400)
        display.show(Self.inCall)
        let picture = TestPicture(width: 64, height: 48)
        for frame in 0..<60 {
            picture.lend { display.show(remote: $0, at: Self.now + .milliseconds(Int64(frame) * 33)) }
        }
        #expect(display.unseen.count >= 54)
    }

    @Test func impossiblePicturesAreRefused() {
        var bytes = [UInt8](repeating: 0, count: 640 * 480 * 3 / 2)
        bytes.withUnsafeMutableBytes { raw in
            let bytes = UnsafeRawBufferPointer(raw)
            #expect(I420View(bytes: bytes, width: 640, height: 480, strideY: 640, strideUV: 320) != nil)
            #expect(I420View(bytes: bytes, width: 640, height: 482, strideY: 640, strideUV: 320) == nil)
            #expect(I420View(bytes: bytes, width: 640, height: 480, strideY: 639, strideUV: 320) == nil)
            #expect(I420View(bytes: bytes, width: -2, height: 480, strideY: 640, strideUV: 320) == nil)
            #expect(I420View(bytes: bytes, width: .max, height: .max, strideY: .max, strideUV: .max) == nil)
            #expect(I420View(bytes: bytes, width: 64, height: 48, strideY: 64, strideUV: .max) == nil)
        }
    }
}
