import Devices
import GPIOPanel
import Primitives
import Testing

@Suite struct ButtonWatchTests {
    private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

    @Test func aBouncingPressIsOnePress() {
        var button = ButtonWatch(debounce: .milliseconds(20), isDown: false, now: .zero)
        var changes: [ButtonWatch.Change] = []
        // Contacts bounce when they close and when they open, for milliseconds.
        for (time, down) in [(100, true), (101, false), (103, true), (104, false), (106, true)] {
            changes += button.edge(isDown: down, at: at(Int64(time)))
        }
        changes += button.advance(to: at(200))
        for (time, down) in [(300, false), (302, true), (305, false)] {
            changes += button.edge(isDown: down, at: at(Int64(time)))
        }
        changes += button.advance(to: at(400))
        #expect(changes == [.pressed(at: at(106)), .released(at: at(305))])
    }

    @Test func heldForThirtySecondsItIsStuckAndFreeAgainWhenLetGo() {
        var button = ButtonWatch(debounce: .zero, isDown: false, now: .zero)
        #expect(button.edge(isDown: true, at: at(5)) == [.pressed(at: at(5))])
        #expect(button.nextDeadline == at(30_005))
        #expect(button.advance(to: at(30_004)) == [])
        #expect(button.advance(to: at(30_005)) == [.stuck])
        #expect(button.isStuck)
        #expect(button.nextDeadline == .distantFuture)
        #expect(button.edge(isDown: false, at: at(99_000)) == [.released(at: at(99_000)), .freed])
        #expect(!button.isStuck)
    }

    @Test func aButtonThatIsDownAtTheStartIsNoPressButMayBeStuck() {
        var button = ButtonWatch(debounce: .zero, isDown: true, now: .zero)
        #expect(button.advance(to: at(30_000)) == [.stuck])
        #expect(button.edge(isDown: false, at: at(31_000)) == [.freed])
        #expect(button.edge(isDown: true, at: at(32_000)) == [.pressed(at: at(32_000))])
    }

    /// Whatever a line does, presses and releases alternate and never come closer than the debouncing.
    @Test(arguments: 0..<200)
    func chatterStaysInOrder(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) + 1)
        var button = ButtonWatch(debounce: .milliseconds(10), isDown: false, now: .zero)
        var (time, down): (Int64, Bool) = (0, false)
        var changes: [ButtonWatch.Change] = []
        for _ in 0..<500 {
            time += Int64(random.next() % 40)
            down.toggle()
            if button.nextDeadline <= at(time) { changes += button.advance(to: button.nextDeadline) }
            changes += button.edge(isDown: down, at: at(time))
        }
        var last: (isPress: Bool, at: Instant)?
        for change in changes {
            switch change {
            case .pressed(let instant):
                #expect(last?.isPress != true)
                if let last { #expect(instant - last.at >= .milliseconds(10)) }
                last = (true, instant)
            case .released(let instant):
                #expect(last?.isPress == true)
                if let last { #expect(instant - last.at >= .milliseconds(10)) }
                last = (false, instant)
            case .stuck, .freed: break
            }
        }
        #expect(last != nil)
    }
}

/// A repeatable sequence (xorshift).
struct SeededRandom {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
