import DRMDisplay
import Devices
import Primitives
import Testing

@Suite struct OutputTests {
    static let start = Instant(nanoseconds: 5_000_000_000)
    static let whole = PixelBox(x: 0, y: 0, width: 320, height: 240)

    private func present(_ painting: Painting, on output: DRMOutput, at now: Instant = start) throws(DeviceError) {
        try output.present(painting.bytes.span.bytes, stride: 1280, damage: painting.damage, at: now)
    }

    private func refusal(_ body: () throws(DeviceError) -> Void) -> DeviceError? {
        do throws(DeviceError) {
            try body()
            return nil
        } catch { return error }
    }

    @Test func theFirstPictureSetsTheModeAndTheNextOnesFlip() throws {
        let card = ScriptedCard([ScriptedCard.connector()])
        let output = try DRMDisplay.open(nil, nil, on: card)
        #expect(output.name == "HDMI-A-1")
        #expect(output.mode == DisplayMode(width: 320, height: 240, refresh: 60_000))
        var painting = Painting()
        painting.paint(10, Self.whole)
        try present(painting, on: output)
        #expect(card.modesSet.count == 1 && card.modesSet[0].crtc == 42 && card.modesSet[0].connector == 7)
        #expect(output.isReady && card.seen(319, 239) == 10)

        painting.paint(20, PixelBox(x: 8, y: 8, width: 4, height: 4))
        try present(painting, on: output)
        #expect(card.flips.count == 1 && card.flips[0].framebuffer != card.modesSet[0].framebuffer)
        #expect(!output.isReady, "until the vertical blank")
        card.finished = card.flips[0].token
        try output.update(at: Self.start + .milliseconds(16))
        #expect(output.isReady)
    }

    /// A buffer is two pictures behind; what it lacks of both has to come.
    @Test func eachBufferGetsWhatItLacks() throws {
        let card = ScriptedCard([ScriptedCard.connector()])
        let output = try DRMDisplay.open(nil, nil, on: card)
        var painting = Painting()
        var random: UInt64 = 88_172_645_463_325_252
        for step in 0..<60 {
            // steps without a picture in between as well: then a buffer is more than two behind
            for _ in 0...(step % 4) {
                random ^= random << 13
                random ^= random >> 7
                random ^= random << 17
                let (x, y) = (Int(random % 300), Int(random >> 16 % 220))
                painting.paint(
                    UInt8(random >> 32 & 255),
                    step == 0 ? Self.whole : PixelBox(x: x, y: y % 220, width: 1 + x % 20, height: 1 + y % 20))
            }
            try present(painting, on: output)
            for y in stride(from: 0, to: 240, by: 3) {
                for x in stride(from: 0, to: 320, by: 3) {
                    #expect(card.seen(x, y) == painting.bytes[y * 1280 + x * 4], "step \(step) at \(x), \(y)")
                }
            }
            card.finished = card.flips.last?.token
            try output.update(at: Self.start + .milliseconds(Int64(step) * 17))
        }
        #expect(card.flips.count == 59)
    }

    @Test func aFlipThatNeverHappensIsNoticed() throws {
        let card = ScriptedCard([ScriptedCard.connector()])
        let output = try DRMDisplay.open(nil, nil, on: card)
        var painting = Painting()
        painting.paint(1, Self.whole)
        try present(painting, on: output)
        painting.paint(2, Self.whole)
        try present(painting, on: output)
        card.finished = 99
        #expect(refusal { () throws(DeviceError) in try output.update(at: Self.start + .milliseconds(2_900)) } == nil)
        #expect(!output.isReady, "a flip nobody asked for means nothing")
        #expect(
            refusal { () throws(DeviceError) in try output.update(at: Self.start + .milliseconds(3_100)) }
                == .stalled("HDMI-A-1"))
    }

    @Test func unpluggedExchangedAndTakenAwayDisplaysAreTold() throws {
        let gone = ScriptedCard.connector("HDMI-A-1", id: 7, .disconnected)
        let other = ScriptedCard.connector("HDMI-A-1", id: 7, .connected, [ModeRequestTests.mode(640, 480)])
        for now in [gone, other] {
            let card = ScriptedCard([ScriptedCard.connector()])
            let output = try DRMDisplay.open(nil, nil, on: card)
            try output.update(at: Self.start)
            card.known = [now]
            #expect(refusal { () throws(DeviceError) in try output.update(at: Self.start + .milliseconds(500)) } == nil)
            #expect(
                refusal { () throws(DeviceError) in try output.update(at: Self.start + .seconds(1)) }
                    == .unplugged("HDMI-A-1"))
        }
        let card = ScriptedCard([ScriptedCard.connector()])
        let output = try DRMDisplay.open(nil, nil, on: card)
        var painting = Painting()
        painting.paint(1, Self.whole)
        try present(painting, on: output)
        card.flipRefusal = .busy("/dev/dri/card0")
        #expect(refusal { () throws(DeviceError) in try present(painting, on: output) } == .busy("/dev/dri/card0"))
    }

    @Test func theConnectorIsTheNamedOneOrTheFirstWithADisplay() throws {
        let card = ScriptedCard([
            ScriptedCard.connector("DP-1", id: 1, .disconnected), ScriptedCard.connector("HDMI-A-1", id: 2),
            ScriptedCard.connector("HDMI-A-2", id: 3), ScriptedCard.connector("DSI-1", id: 4, .unknown),
        ])
        #expect(try DRMDisplay.open(nil, nil, on: card).name == "HDMI-A-1")
        #expect(try DRMDisplay.open("HDMI-A-2", nil, on: card).name == "HDMI-A-2")
        #expect(try DRMDisplay.open("DSI-1", nil, on: card).name == "DSI-1", "named panels need not be detected")
        for missing in ["DP-1", "VGA-1"] {
            #expect(
                refusal { () throws(DeviceError) in _ = try DRMDisplay.open(missing, nil, on: card) }
                    == .notFound(missing))
        }
    }

    @Test func whatCannotBeDrivenIsRefusedAndNothingIsLeft() throws {
        let card = ScriptedCard([ScriptedCard.connector("HDMI-A-1", id: 7, .connected, [])])
        #expect(refusal { () throws(DeviceError) in _ = try DRMDisplay.open(nil, nil, on: card) } != nil)
        card.known = [ScriptedCard.connector(crtcs: 0b100)]
        #expect(refusal { () throws(DeviceError) in _ = try DRMDisplay.open(nil, nil, on: card) } != nil)
        card.known = [ScriptedCard.connector()]
        card.buffersLeft = 1
        #expect(refusal { () throws(DeviceError) in _ = try DRMDisplay.open(nil, nil, on: card) } != nil)
        #expect(card.live.isEmpty, "the buffer that could be made is freed again")
        card.buffersLeft = 2
        do { _ = try DRMDisplay.open(nil, nil, on: card) }
        #expect(card.live.isEmpty, "a display given up frees its buffers")
    }
}
