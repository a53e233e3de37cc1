import CallControl
import Devices
import Primitives
import Screens
import Synchronization
import Testing

@Suite struct PresenterTests {
    static let start = Exhibit.now

    /// A display in memory whose vertical blank comes when the test says so.
    final class Output: DisplayOutput {
        let name = "HDMI-A-1"
        let mode: DisplayMode
        let descriptor: Int32 = -1
        var isReady = true
        var loss: DeviceError?
        private(set) var serials: [UInt64] = []
        private(set) var copied = 0

        init(width: Int, height: Int) { mode = DisplayMode(width: width, height: height, refresh: 60_000) }

        func present(_ pixels: RawSpan, stride: Int, damage: DamageHistory, at now: Instant) throws(DeviceError) {
            #expect(stride == mode.width * 4 && pixels.byteCount == stride * mode.height)
            let changes = damage.since(serials.last)
            copied = changes.map { region in (0..<region.count).reduce(0) { $0 + region[$1].area } } ?? -1
            serials.append(damage.serial)
        }
        func update(at now: Instant) throws(DeviceError) { if let loss { throw loss } }
    }

    /// Opens what the test has put there.
    final class Displays: DisplayBackend, @unchecked Sendable {  // used by the test's thread alone
        var output: Output?
        var attempts = 0
        func openDisplay() throws(DeviceError) -> any DisplayOutput {
            attempts += 1
            guard let output else { throw .notFound("no display is connected") }
            return output
        }
    }

    final class Reports {
        var all: [DisplayCondition] = []
    }

    @Test func aDisplayThatComesIsShownOnWithinASecond() {
        let (screen, displays, reports) = (VirtualDisplay(width: 640, height: 400), Displays(), Reports())
        var loop = PresenterLoop(screen: screen, displays: displays) { reports.all.append($0) }
        var now = Self.start
        for _ in 0..<5 {
            let next = loop.step(at: now)
            #expect(next == now + .seconds(1), "no busy loop while there is none")
            #expect(loop.step(at: now + .milliseconds(500)) == next)
            now = next
        }
        #expect(displays.attempts == 5)
        let output = Output(width: 800, height: 480)
        displays.output = output
        _ = loop.step(at: now)
        #expect(output.serials.count == 1)
        #expect(screen.width == 800 && screen.height == 480)
        #expect(
            reports.all == [
                .dark(.notFound("no display is connected")), .shows(name: "HDMI-A-1", mode: output.mode),
            ])
    }

    @Test func aCallGoesOnWithoutADisplayAndIsShownOnTheNext() {
        let (screen, displays, reports) = (VirtualDisplay(width: 640, height: 400), Displays(), Reports())
        var loop = PresenterLoop(screen: screen, displays: displays) { reports.all.append($0) }
        let first = Output(width: 800, height: 480)
        displays.output = first
        screen.show(PictureTests.inCall)
        _ = loop.step(at: Self.start)
        first.loss = .unplugged("HDMI-A-1")
        displays.output = nil
        var now = loop.step(at: Self.start + .milliseconds(100))
        TestPicture(width: 320, height: 180).lend { screen.show(remote: $0, at: now) }
        now = loop.step(at: now)
        let second = Output(width: 1024, height: 600)
        displays.output = second
        now = loop.step(at: now)
        #expect(second.serials.count == 1)
        #expect(PictureTests.green(screen, 300, 200, at: now) > 150, "the newest picture is seen at once")
        #expect(now - Self.start < .seconds(4))
        #expect(reports.all.count == 4, "shown, gone, none there, shown")
    }

    @Test func aPictureWaitsForTheVerticalBlankAndTheNewestIsShown() {
        let (screen, displays) = (VirtualDisplay(width: 640, height: 400), Displays())
        let output = Output(width: 640, height: 400)
        displays.output = output
        var loop = PresenterLoop(screen: screen, displays: displays) { _ in }
        screen.show(PictureTests.inCall)
        _ = loop.step(at: Self.start)
        let picture = TestPicture(width: 320, height: 180)
        picture.lend { screen.show(remote: $0, at: Self.start) }
        _ = loop.step(at: Self.start)
        #expect(output.serials.count == 2)
        output.isReady = false
        for frame in 1...3 {
            let now = Self.start + .milliseconds(Int64(frame) * 5)
            picture.lend { screen.show(remote: $0, at: now) }
            #expect(loop.step(at: now) == now + .seconds(1), "only the vertical blank is worth waking for")
        }
        #expect(output.serials.count == 2)
        output.isReady = true
        _ = loop.step(at: Self.start + .milliseconds(16))
        #expect(output.serials.count == 3)
        #expect(screen.unseen.count == 0, "a display sees every picture")
        // the picture alone, not the strip below it
        #expect(output.copied > 0 && output.copied <= 640 * 338)
    }

    @Test func aScreenThatRestsIsNotWokenFor() {
        let (screen, displays) = (VirtualDisplay(width: 640, height: 400), Displays())
        let output = Output(width: 640, height: 400)
        displays.output = output
        var loop = PresenterLoop(screen: screen, displays: displays) { _ in }
        let news = Counter()
        screen.watch { news.increment() }
        var now = Self.start
        for second in 0..<120 {
            screen.show(ScreenContent(clinic: "Clinic", clock: second < 60 ? "10:42" : "10:43"))
            let next = loop.step(at: now)
            #expect(next == now + .seconds(1))
            now = next
        }
        #expect(output.serials.count == 2, "the clock's two minutes")
        #expect(news.count == 2)
    }

    @Test func movingScreensSayWhenTheyMove() {
        let screen = VirtualDisplay(width: 640, height: 400)
        func next(_ phase: CallPhase, at offset: Int64) -> Int64 {
            screen.show(ScreenContent(call: CallState(phase: phase)))
            let now = Self.start + .milliseconds(offset)
            return (screen.nextChange(after: now) - now).milliseconds
        }
        let peer = SceneTests.party
        #expect(next(.inCall(peer: peer, since: Self.start, reconnectingSince: nil), at: 12_300) == 700)
        #expect(next(.connecting(peer: peer, since: Self.start), at: 100) == 300)
        #expect(next(.connecting(peer: peer, since: Self.start), at: 400) == 100)
        let later = Self.start + .seconds(30)
        let ringing = CallPhase.ringingIn(
            caller: peer, since: Self.start, answersAutomaticallyAt: Self.start + .seconds(3), until: later)
        #expect(next(ringing, at: 10) == 50)
        #expect(next(ringing, at: 2_990) == 10)
        #expect(next(.ringingOut(since: Self.start, until: later), at: 5) == 100)
    }
}
