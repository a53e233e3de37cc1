import PeerConnection
import Primitives
import Simulation
import Testing

/// A network that a clinic may have.
struct NetworkProfile: Sendable, CustomTestStringConvertible {
    let name: String
    /// The share of calls that must stand within `CampaignTests.patience`.
    var success = 0.9995
    var nats: (SimulatedNAT.Kind?, SimulatedNAT.Kind?) = (nil, nil)
    var prepare: @Sendable (SimulatedCall) -> Void = { _ in }

    var testDescription: String { name }

    static let all: [NetworkProfile] = [
        NetworkProfile(name: "one building") { $0.conditions.delay = .milliseconds(1) },
        NetworkProfile(name: "two cities, NATs that keep their mapping", nats: (.portRestricted, .addressRestricted)) {
            $0.conditions.delay = .milliseconds(40)
        },
        NetworkProfile(name: "2 % lost") { $0.conditions.loss = 0.02 },
        NetworkProfile(name: "5 % lost, 50 ms") {
            $0.conditions.loss = 0.05
            $0.conditions.delay = .milliseconds(50)
        },
        NetworkProfile(name: "10 % lost", nats: (.portRestricted, nil)) { $0.conditions.loss = 0.1 },
        NetworkProfile(name: "20 % lost", success: 0.995) {
            $0.conditions.loss = 0.2
            $0.conditions.delay = .milliseconds(50)
        },
        NetworkProfile(name: "10 % lost in bursts") {
            $0.conditions.bursts = LossBursts(enter: 0.03, leave: 0.25, loss: 0.95)
            $0.conditions.delay = .milliseconds(30)
        },
        NetworkProfile(name: "jitter of 30 ms, which reorders") { $0.conditions.jitter = .milliseconds(30) },
        NetworkProfile(name: "every tenth datagram twice") {
            $0.conditions.duplication = 0.1
            $0.conditions.jitter = .milliseconds(5)
        },
        NetworkProfile(name: "LTE behind a carrier's NAT", nats: (.symmetric, nil)) {
            $0.conditions.delay = .milliseconds(60)
            $0.conditions.jitter = .milliseconds(60)
            $0.conditions.loss = 0.01
        },
        NetworkProfile(name: "satellite") {
            $0.conditions.delay = .milliseconds(300)
            $0.conditions.loss = 0.01
            $0.signallingDelay = .milliseconds(300)
        },
        NetworkProfile(name: "500 kbit/s") { $0.conditions.capacity = 500_000 },
        NetworkProfile(name: "1 Mbit/s, 5 % lost") {
            $0.conditions.capacity = 1_000_000
            $0.conditions.loss = 0.05
        },
        NetworkProfile(name: "both NATs symmetric: a relay", nats: (.symmetric, .symmetric)) {
            $0.conditions.loss = 0.01
        },
        NetworkProfile(name: "only TLS leaves the house", nats: (.symmetric, .portRestricted)) {
            $0.firewalls[0].passesUDP = false
            $0.firewalls[0].streamPorts = [443]
        },
        NetworkProfile(name: "the route changes while the call is set up", nats: (.portRestricted, .portRestricted)) {
            $0.at($0.now + .milliseconds(120)) { $0.nats[0]?.rebind() }
            $0.conditions.delay = .milliseconds(40)
        },
    ]
}

/// How many calls of many stand, over every network that is thought of here. `CALLPOINT_CAMPAIGN` calls in all.
@Suite struct CampaignTests {
    static let patience = Interval.seconds(20)

    @Test(arguments: NetworkProfile.all) func callsStand(profile: NetworkProfile) {
        let count = max(1, environment("CALLPOINT_CAMPAIGN", isDebugBuild ? 32 : 640) / NetworkProfile.all.count)
        var times: [Double] = []
        var failed: [UInt64] = []
        for seed in 1...UInt64(count) {
            var scenario = NetworkScenario(caller: profile.nats.0, callee: profile.nats.1, seed: seed)
            scenario.security = .dtlsSRTP
            let call = scenario.call()
            profile.prepare(call)
            let start = call.now
            call.begin()
            call.run(until: start + Self.patience) {
                call.caller.firstFrameAt != nil && call.callee.firstFrameAt != nil
            }
            if call.caller.firstFrameAt != nil, call.callee.firstFrameAt != nil {
                times.append((call.now - start).seconds)
            } else {
                failed.append(seed)
            }
            #expect(call.faults == [], "seed \(seed)")
        }
        times.sort()
        let (median, late) = (
            times.isEmpty ? 0 : times[times.count / 2], times.isEmpty ? 0 : times[times.count * 95 / 100]
        )
        print(
            "\(profile.name): \(times.count) of \(count); both see after \(median) s, 95 % within \(late) s; failed \(failed)"
        )
        #expect(Double(times.count) >= Double(count) * profile.success, "seeds \(failed)")
    }
}
