import DTLS
import PeerConnection
import Primitives
import Simulation
import Testing

/// How soon a call stands, with the real DTLS.
@Suite struct SetUpTests {
    static func call(seed: UInt64, loss: Double, delay: Interval) -> SimulatedCall {
        var scenario = NetworkScenario(seed: seed, usesServers: false)
        scenario.security = .dtlsSRTP
        let call = scenario.call()
        call.conditions.loss = loss
        call.conditions.delay = delay
        return call
    }

    @Test func halfOfAllDatagramsLost() {
        var slowest = Interval.zero
        for seed in UInt64(1)...(isDebugBuild ? 20 : 200) {
            let call = Self.call(seed: seed, loss: 0.5, delay: .milliseconds(50))
            let start = call.now
            call.begin()
            call.run(until: start + .seconds(30)) {
                call.caller.connectedAt != nil && call.callee.connectedAt != nil
            }
            let time = call.now - start
            slowest = max(slowest, time)
            #expect(time <= .seconds(10), "seed \(seed): \(time.seconds) s")
        }
        print("DTLS at 50 % loss: slowest \(slowest.seconds) s")
    }

    @Test func theFirstFrameAtFivePercent() {
        var times: [Double] = []
        for seed in UInt64(1)...(isDebugBuild ? 41 : 401) {
            let call = Self.call(seed: seed, loss: 0.05, delay: .milliseconds(50))
            let start = call.now
            call.begin()
            call.run(until: start + .seconds(30)) { call.callee.firstFrameAt != nil }
            times.append((call.now - start).seconds)
        }
        times.sort()
        let median = times[times.count / 2]
        print("first frame at 5 % loss, 50 ms: median \(median) s, worst \(times.last ?? 0) s")
        #expect(median <= 0.33)
    }
}
