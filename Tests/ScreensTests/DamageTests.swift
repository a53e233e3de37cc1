import CAllocationCounter
import CallControl
import Devices
import Primitives
import Screens
import Testing

@Suite struct DamageTests {
    @Test func aRegionCoversAllThatWasAddedInFourRectangles() {
        var random: UInt64 = 2_463_534_242
        for _ in 0..<300 {
            var region = DirtyRegion()
            var added: [PixelBox] = []
            for _ in 0..<8 {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let box = PixelBox(
                    x: Int(random >> 60), y: Int(random >> 56 & 15), width: Int(random >> 52 & 7),
                    height: Int(random >> 48 & 7))
                region.add(box)
                added.append(box)
                for old in added { #expect(region.covers(old)) }
                #expect(region.count <= DirtyRegion.capacity)
            }
        }
    }

    @Test func aHistoryKnowsWhatAnOldCopyLacks() {
        var history = DamageHistory(after: 100)
        #expect(history.since(100)?.isEmpty == true)
        #expect(history.since(99) == nil)
        #expect(history.since(nil) == nil)
        for step in 0..<20 { history.note(DirtyRegion(PixelBox(x: step * 10, y: 0, width: 5, height: 5))) }
        #expect(history.serial == 120)
        #expect(history.since(119) == DirtyRegion(PixelBox(x: 190, y: 0, width: 5, height: 5)))
        #expect(history.since(118)?.count == 2)
        #expect(history.since(112)?.covers(PixelBox(x: 120, y: 0, width: 75, height: 5)) == false)
        #expect(history.since(111) == nil, "forgotten, so everything")
        #expect(history.since(121) == nil, "from somewhere else")
    }

    /// Whoever copies only what is said to have changed has the same pixels as who copies everything.
    @Test func whatIsNotedAsChangedIsAllThatChanged() {
        let screen = VirtualDisplay(width: 640, height: 400)
        var copy = [UInt8](repeating: 0, count: 640 * 400 * 4)
        var serial: UInt64?
        let party = SceneTests.party
        let start = Exhibit.now
        func content(_ phase: CallPhase, open: Bool = true) -> ScreenContent {
            let fact: DeviceFact = open ? .open : .closed
            return ScreenContent(
                call: CallState(
                    phase: phase, devices: DeviceFacts(camera: fact, microphone: fact, speaker: fact)),
                clinic: "Clinic", clock: "10:42")
        }
        let script: [ScreenContent] = [
            content(.idle, open: false),
            content(
                .ringingIn(
                    caller: party, since: start, answersAutomaticallyAt: start + .seconds(3), until: start + .seconds(9)
                ), open: false), content(.ringingOut(since: start, until: start + .seconds(60))),
            content(.connecting(peer: party, since: start)),
            content(.inCall(peer: party, since: start, reconnectingSince: nil)),
            content(.inCall(peer: party, since: start, reconnectingSince: start)),
            content(.inCall(peer: party, since: start, reconnectingSince: nil), open: false),
            content(.idle, open: false),
        ]
        for (index, content) in script.enumerated() {
            screen.show(content)
            for frame in 0..<12 {
                let now = start + .milliseconds(Int64(index) * 3_000 + Int64(frame) * 170)
                let remote = TestPicture(width: frame < 9 ? 321 : 480, height: 240, left: UInt8(20 * frame), right: 90)
                if frame > 2 { remote.lend { screen.show(remote: $0, at: now) } }
                let local = TestPicture(width: 160, height: 120, left: UInt8(15 * frame), right: 30)
                if frame % 3 == 1 { local.lend { screen.show(local: $0, at: now) } }
                let new: UInt64?? = screen.withFrame(at: now, newerThan: serial) { shown in
                    let everything = DirtyRegion(PixelBox(x: 0, y: 0, width: 640, height: 400))
                    let changes = shown.damage.since(serial) ?? everything
                    for part in 0..<changes.count {
                        let box = changes[part]
                        for y in box.y..<box.bottom {
                            for at in (y * 640 + box.x) * 4..<(y * 640 + box.right) * 4 { copy[at] = shown.pixels[at] }
                        }
                    }
                    #expect(copy.elementsEqual(shown.pixels), "content \(index), frame \(frame)")
                    return shown.serial
                }
                if let new { serial = new }
            }
        }
    }
}
