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
        // How frames are shared out has nothing to do with it, but moves every later draw of the network's.
        for side in [call.caller, call.callee] { side.sendsLayers = false }
        return call
    }

    /// Ninety-nine of a hundred within ten seconds: with every other datagram gone, luck has a say.
    @Test func halfOfAllDatagramsLost() {
        let count = isDebugBuild ? 40 : 400
        var times: [Double] = []
        for seed in UInt64(1)...UInt64(count) {
            let call = Self.call(seed: seed, loss: 0.5, delay: .milliseconds(50))
            let start = call.now
            call.begin()
            call.run(until: start + .seconds(30)) {
                call.caller.connectedAt != nil && call.callee.connectedAt != nil
                    || call.caller.state == .failed || call.callee.state == .failed
            }
            let isUp = call.caller.connectedAt != nil && call.callee.connectedAt != nil
            times.append(isUp ? (call.now - start).seconds : .infinity)
            if !isUp { print("seed \(seed) failed after \((call.now - start).seconds) s", call.callee.states) }
        }
        times.sort()
        print("connected at 50 % loss: median \(times[count / 2]) s, worst \(times.suffix(3))")
        #expect(times.count { $0 <= 10 } * 100 >= count * 99, "\(times)")
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
