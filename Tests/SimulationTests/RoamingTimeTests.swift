import CallControl
import PeerConnection
import Primitives
import Simulation
import Testing

/// How long a call is without media when the network below it changes, over many networks. `CALLPOINT_ROAMING` calls.
@Suite struct RoamingTimeTests {
    static let count = environment("CALLPOINT_ROAMING", isDebugBuild ? 60 : 300)

    /// Both hear each other again; nil within ten seconds.
    static func recovery(_ call: SimulatedCall, _ run: (Instant, () -> Bool) -> Void) -> Double? {
        let start = call.now
        // What is on its way belongs to before.
        let settled = start + call.conditions.delay * 2
        run(settled) { false }
        let before = SimulatedCall.Side.allCases.map { call[$0].audioReceived.count }
        func flows() -> Bool {
            SimulatedCall.Side.allCases.allSatisfy { call[$0].audioReceived.count > before[$0.rawValue] }
        }
        run(start + .seconds(10), flows)
        return flows() ? (call.now - start).seconds : nil
    }

    static func report(_ name: String, _ times: [Double?]) {
        let sorted = times.map { $0 ?? .infinity }.sorted()
        let (median, late) = (sorted[sorted.count / 2], sorted[sorted.count * 95 / 100])
        print("\(name): \(times.count) calls, median \(median) s, 95 % within \(late) s, worst \(sorted.last ?? 0) s")
        #expect(late <= 3)
        #expect(sorted.last != .infinity)
    }

    /// A network of 20 to 80 ms one way that loses up to one in twenty.
    static func call(
        _ near: SimulatedNAT.Kind?, _ far: SimulatedNAT.Kind?, seed: UInt64, _ random: inout RandomSource
    ) -> SimulatedCall {
        let call = NetworkScenario(caller: near, callee: far, seed: seed).call()
        call.conditions.delay = .milliseconds(Int64.random(in: 20...80, using: &random))
        call.conditions.loss = Double.random(in: 0...0.05, using: &random)
        call.signallingDelay = call.conditions.delay + .milliseconds(5)
        for side in SimulatedCall.Side.allCases { call[side].sendsVideo = false }
        return call
    }

    /// Ethernet, Wi-Fi, LTE: the kiosk's address goes, and up to a second later another is there, behind another NAT. The
    /// signalling went with it and has to be set up anew.
    @Test func anotherInterface() {
        var times: [Double?] = []
        let kinds: [SimulatedNAT.Kind?] = [nil, .portRestricted, .symmetric]
        for seed in UInt64(1)...UInt64(Self.count) {
            var random = RandomSource(seed: seed ^ 0x0A0A)
            let way = kinds[Int(seed % 3)]
            let call = Self.call(way, way, seed: seed, &random)
            let kiosk = RoamingKiosk(call)
            kiosk.begin()
            kiosk.run(for: .seconds(3))
            #expect(call.caller.state == .connected, "seed \(seed)")
            call.firewalls[0].passesUDP = false
            call.isOffline.insert(.caller)
            kiosk.run(for: .milliseconds(Int64.random(in: 0...1000, using: &random)))
            call.breakStreams(of: .caller)
            call.run(for: .milliseconds(1))
            call.firewalls[0].passesUDP = true
            call.nats[0] = kinds[Int.random(in: 0...2, using: &random)].map {
                SimulatedNAT($0, publicAddress: IPAddress(ipv4: 0xC633_6441))
            }
            let moved = TransportAddress(IPAddress(ipv4: 0xAC10_0001), port: 45_000)
            call.caller.move(to: [moved], now: call.now)
            call.settle(.caller)
            // kioskd hears of the address 0.2 s after it came, and needs TCP, TLS and WebSocket to be in its room again.
            call.at(call.now + .milliseconds(200)) { _ in kiosk.goOffline() }
            call.at(call.now + .milliseconds(250) + call.conditions.delay * 10) { _ in kiosk.comeBack() }
            times.append(Self.recovery(call) { kiosk.run(until: $0, $1) })
            #expect(kiosk.restarts <= 2, "seed \(seed): \(kiosk.restarts) restarts")
            #expect(call.faults == [], "seed \(seed)")
        }
        Self.report("another interface", times)
    }

    /// The NAT gives the kiosk another port; nothing is signalled.
    @Test func anotherMapping() {
        var times: [Double?] = []
        let kinds: [SimulatedNAT.Kind] = [.fullCone, .addressRestricted, .portRestricted, .symmetric]
        let others: [SimulatedNAT.Kind?] = [nil, .fullCone, .addressRestricted]
        for seed in UInt64(1)...UInt64(Self.count) {
            var random = RandomSource(seed: seed ^ 0x0B0B)
            let call = Self.call(kinds[Int(seed % 4)], others[Int(seed % 3)], seed: seed, &random)
            call.begin(offeringFrom: random.chance(0.5) ? .caller : .callee)
            call.run(for: .seconds(5))
            let signals = call.signalled.count
            call.nats[0]?.rebind()
            times.append(Self.recovery(call) { call.run(until: $0, $1) })
            #expect(call.signalled.count == signals, "seed \(seed)")
        }
        Self.report("another mapping", times)
    }

    /// Another default route: the socket is the same, the NAT before it another. The pair is asked at once and, where it
    /// does not answer, ICE restarted a second later; the server is still there.
    @Test func anotherRoute() {
        var times: [Double?] = []
        for seed in UInt64(1)...UInt64(Self.count) {
            var random = RandomSource(seed: seed ^ 0x0C0C)
            let kind: SimulatedNAT.Kind = seed % 2 == 0 ? .portRestricted : .symmetric
            let call = Self.call(kind, .portRestricted, seed: seed, &random)
            let kiosk = RoamingKiosk(call)
            kiosk.begin()
            kiosk.run(for: .seconds(3))
            call.breakStreams(of: .caller)
            call.nats[0]?.rebind(to: IPAddress(ipv4: 0xC633_6451))
            call.caller.peer.routesChanged(source: call.caller.addresses[0].address, now: call.now)
            call.settle(.caller)
            times.append(Self.recovery(call) { kiosk.run(until: $0, $1) })
            #expect(kiosk.restarts <= 1, "seed \(seed): \(kiosk.restarts) restarts")
        }
        Self.report("another route", times)
    }

    /// A route that says itself again, or carries as well as before, costs a few questions and no restart.
    @Test func aRouteThatCarries() {
        let call = NetworkScenario(caller: .portRestricted, callee: .portRestricted).call()
        let kiosk = RoamingKiosk(call)
        kiosk.begin()
        kiosk.run(for: .seconds(3))
        for _ in 0..<20 {
            call.caller.peer.routesChanged(source: call.caller.addresses[0].address, now: call.now)
            kiosk.run(for: .milliseconds(300))
        }
        #expect(kiosk.restarts == 0)
        #expect(call.flows(after: .seconds(1)))
        #expect(call.faults == [])
    }

    /// A second address comes, and the host would use it now: the call moves there while it goes on.
    @Test func aBetterInterface() {
        let call = NetworkScenario(caller: nil, callee: nil).call()
        let kiosk = RoamingKiosk(call)
        kiosk.begin()
        kiosk.run(for: .seconds(3))
        let better = TransportAddress(IPAddress(ipv4: 0xAC10_0001), port: 45_000)
        call.caller.move(to: call.caller.addresses + [better], now: call.now)
        kiosk.run(for: .milliseconds(100))
        #expect(kiosk.restarts == 0, "an address alone is no reason")
        call.caller.peer.routesChanged(source: better.address, now: call.now)
        kiosk.run(for: .seconds(2))
        #expect(kiosk.restarts == 1)
        #expect(call.pair?.local == better)
        #expect(!call.caller.states.contains(.disconnected) && call.flows(after: .seconds(1)))
    }

    /// A kiosk on Ethernet and Wi-Fi loses one: the other's pair has worked before, and takes over without signalling.
    @Test(arguments: SimulatedCall.Side.allCases) func anotherAddressThatHasWorked(offerer: SimulatedCall.Side) {
        let call = NetworkScenario(usesServers: false).call()
        let second = TransportAddress(IPAddress(ipv4: 0x0A00_0063), port: 45_000)
        let first = call.caller.addresses
        call.caller.move(to: first + [second], now: call.now)
        call.begin(offeringFrom: offerer)
        #expect(call.flows(after: .seconds(3)))
        #expect(call.pair.map { first.contains($0.local) } == true)
        let signals = call.signalled.count
        call.caller.move(to: [second], now: call.now)
        call.settle(.caller)
        let time = Self.recovery(call) { call.run(until: $0, $1) }
        #expect(time.map { $0 <= 3 } == true, "\(String(describing: time))")
        #expect(call.signalled.count == signals)
        #expect(call.caller.events.contains(.restartNeeded), "and its owner is told all the same")
        #expect(call.pair?.local == second && call.flows(after: .seconds(1)))
    }

    /// Both sides restart at the same moment: the kiosk's offer stands, the page rolls its own back.
    @Test(arguments: [0, 10, 30]) func bothRestart(later: Int64) {
        for seed in UInt64(1)...10 {
            var random = RandomSource(seed: seed)
            let call = Self.call(.portRestricted, .portRestricted, seed: seed, &random)
            let kiosk = RoamingKiosk(call)
            kiosk.begin()
            kiosk.run(for: .seconds(3))
            kiosk.tell(.restartNeeded(1))
            kiosk.run(for: .milliseconds(later))
            call.callee.peer.restartICE(now: call.now)
            call.offer(from: .callee)
            kiosk.run(for: .seconds(3))
            #expect(call.caller.state == .connected && call.callee.state == .connected, "seed \(seed)")
            #expect(call.faults == [], "seed \(seed)")
            kiosk.tell(.restartNeeded(1))
            kiosk.run(for: .seconds(3))
            #expect(kiosk.restarts == 2, "nothing is left open")
        }
    }
}
