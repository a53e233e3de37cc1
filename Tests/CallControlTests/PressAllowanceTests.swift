import CallControl
import Primitives
import Testing

@Suite struct PressAllowanceTests {
    @Test func tenCallsInAnyMinute() {
        var button = PressAllowance()
        var admitted: [Instant] = []
        for tenth in 0..<3_000 {
            let now = Instant.zero + .milliseconds(Int64(tenth) * 100)
            if button.admits(at: now) { admitted.append(now) }
        }
        for (index, instant) in admitted.enumerated() {
            let minute = admitted[index...].prefix { $0 - instant < .seconds(60) }
            #expect(minute.count <= 10)
        }
        // None is withheld longer than it must be.
        #expect(admitted.count == 50)
    }
}
