import PeerConnection
import Primitives
import Simulation
import Testing

/// Relays that die in a call, or are not there when it begins, and come back.
@Suite struct RelayRetryTests {
    /// A call without any relay in use, between sides that could do with one over TCP and TLS only.
    private static func direct() -> SimulatedCall {
        let call = NetworkScenario().call()
        call.servers[0].isDead = true
        return call
    }

    @Test(arguments: UInt64(1)...4) func aServerThatComesBackIsFound(seed: UInt64) {
        let call = NetworkScenario(calleePolicy: .relay, seed: seed).call()
        call.firewalls[1].passesUDP = false
        call.begin()
        #expect(call.flows(after: .seconds(12)))
        call.servers[0].isDead = true
        call.servers[0].restart()
        call.breakStreams(of: .callee)
        call.run(for: .seconds(20))
        #expect(call.servers[0].allocationCount == 0)
        call.servers[0].isDead = false
        // The longest pause, and what it takes to allocate.
        call.run(for: .seconds(40))
        #expect(call.servers[0].allocationCount >= 2, "\(call.servers[0].counts)")
        RoamingTests.mend(call, from: .caller)
        #expect(call.flows(after: .seconds(3)))
        #expect(call.faults == [])
    }

    @Test func whoIsNotThereIsAskedMoreAndMoreSeldom() {
        let call = Self.direct()
        call.begin()
        #expect(call.flows())
        var asked: [Int] = []
        for _ in 0..<6 {
            let before = call.connectionsToServers[0]
            call.run(for: .seconds(60))
            asked.append(call.connectionsToServers[0] - before)
        }
        // Two ways, each after 1, 2, 4 … 30 seconds, give or take a quarter.
        #expect((5...16).contains(asked[0]), "\(asked)")
        #expect(asked.dropFirst(2).allSatisfy { (2...6).contains($0) }, "\(asked)")
        #expect(call.flows())
        call.servers[0].isDead = false
        call.run(for: .seconds(60))
        #expect(call.servers[0].allocationCount >= 4)
        #expect(call.faults == [])
    }

    /// It lets us in and breaks the connection at once, over and over.
    @Test func aServerThatFlapsMakesNobodyRun() {
        let call = NetworkScenario().call()
        call.begin()
        #expect(call.flows())
        let before = call.connectionsToServers[1]
        for _ in 0..<60 {
            call.run(for: .seconds(1))
            call.breakStreams(of: .callee)
        }
        #expect((4...40).contains(call.connectionsToServers[1] - before))
        #expect(call.flows(after: .seconds(40)))
        #expect(call.callee.state == .connected)
        #expect(call.faults == [])
    }

    /// What is refused for good is not asked for again before something changes.
    @Test func wrongCredentialsAreNotTriedTwice() {
        let call = NetworkScenario().call()
        call.servers[0].password = "another"
        call.begin()
        #expect(call.flows())
        let before = (call.connectionsToServers, call.servers[0].counts["401"])
        call.run(for: .seconds(120))
        #expect(call.connectionsToServers == before.0)
        #expect(call.servers[0].counts["401"] == before.1)
        call.caller.peer.setICEServers(NetworkScenario.servers(call.servers[0]), now: call.now)
        call.run(for: .seconds(2))
        #expect(call.servers[0].allocationCount >= 2)
    }
}
