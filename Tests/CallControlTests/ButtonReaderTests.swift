import CallControl
import Primitives
import Testing

@Suite struct ButtonReaderTests {
    @Test func outsideRingingAPressCountsAtOnceAndOnce() {
        var button = ButtonReader()
        #expect(button.press(isRinging: false, now: .zero) == .pressed)
        #expect(button.release(now: .zero + .seconds(5)) == nil)
        #expect(button.nextDeadline == .distantFuture)
    }

    @Test func whileItRingsAShortPressCountsWhenItEnds() {
        var button = ButtonReader()
        #expect(button.press(isRinging: true, now: .zero) == nil)
        #expect(button.advance(to: .zero + .milliseconds(799)) == nil)
        #expect(button.release(now: .zero + .milliseconds(799)) == .pressed)
        #expect(button.release(now: .zero + .seconds(1)) == nil)
    }

    @Test func aLongOneCountsAsSoonAsItIsLong() {
        var button = ButtonReader()
        _ = button.press(isRinging: true, now: .zero)
        #expect(button.nextDeadline == .zero + .milliseconds(800))
        #expect(button.advance(to: .zero + .milliseconds(800)) == .held)
        #expect(button.release(now: .zero + .seconds(1)) == nil)
    }

    @Test func aPressWhoseCallIsGoneMeansNothing() {
        var button = ButtonReader()
        _ = button.press(isRinging: true, now: .zero)
        button.forget()
        #expect(button.advance(to: .zero + .seconds(1)) == nil)
        #expect(button.release(now: .zero + .seconds(1)) == nil)
    }
}
