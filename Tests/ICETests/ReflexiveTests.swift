import ICE
import Primitives
import Testing

@Suite struct ReflexiveTests {
    static let outside = TransportAddress(IPAddress(ipv4: 0xCB00_7101), port: 40_000)

    /// a is behind a NAT that rewrites its address, b is not.
    static func natted(_ seed: UInt64, aControls: Bool) -> (Network, Peer, Peer) {
        let network = Network(seed: seed)
        let a = network.add(aControls ? .controlling : .controlled)
        let b = network.add(aControls ? .controlled : .controlling)
        a.bind("10.0.0.5", 5000)
        b.bind("192.0.2.2", 6000)
        network.mappings[a.addresses[0]] = outside
        network.introduce(a, b)
        return (network, a, b)
    }

    @Test(arguments: [true, false])
    func throughARewritingNAT(aControls: Bool) {
        for seed in UInt64(1)...60 {
            let (network, a, b) = Self.natted(seed, aControls: aControls)
            network.conditions.loss = seed % 2 == 0 ? 0.2 : 0
            network.conditions.delay = 1...40
            #expect(network.run(10_000) { Network.agree(a, b) }, "seed \(seed)")
            #expect(b.selectedPair?.remote.kind == .peerReflexive)
            #expect(b.selectedPair?.remote.address == Self.outside)
            #expect(a.selectedPair?.local.kind == .peerReflexive)
            #expect(a.selectedPair?.local.related == a.addresses[0])
            #expect(a.sendPair == ICEPath(local: a.addresses[0], remote: b.addresses[0]))
        }
    }

    @Test(arguments: [true, false])
    func aReboundNATIsFollowed(aControls: Bool) {
        let (network, a, b) = Self.natted(70, aControls: aControls)
        #expect(network.run(1000) { Network.agree(a, b) })
        network.run(7300)
        let rebound = TransportAddress(Self.outside.address, port: 40_001)
        network.mappings[a.addresses[0]] = rebound
        let start = network.now
        // Silence shows on a's side only if nothing comes to it, as when b still sends to the old mapping.
        #expect(network.run(10_000) { b.sendPair?.remote == rebound })
        #expect(network.now - start <= .seconds(8))
        network.run(500)
        #expect(a.state == .connected && b.state == .connected)
    }

    /// With media, b's old way falls silent at once on a's side, which then asks, and so shows b the new way.
    @Test(arguments: [true, false])
    func aReboundNATIsFollowedWithinThreeSecondsOfMedia(aControls: Bool) {
        for seed in UInt64(80)...100 {
            let (network, a, b) = Self.natted(seed, aControls: aControls)
            var mapping = Self.outside
            func exchange() {
                network.run(20)
                if b.sendPair?.remote == mapping {
                    a.agent.noteReceived(on: ICEPath(local: a.addresses[0], remote: b.addresses[0]), now: network.now)
                }
                b.agent.noteReceived(on: ICEPath(local: b.addresses[0], remote: mapping), now: network.now)
            }
            for _ in 0..<500 + seed * 7 { exchange() }
            mapping = TransportAddress(Self.outside.address, port: 40_001)
            network.mappings[a.addresses[0]] = mapping
            let start = network.now
            while b.sendPair?.remote != mapping, network.now - start < .seconds(10) { exchange() }
            #expect(network.now - start <= .seconds(3))
            #expect(a.state == .connected && b.state == .connected)
        }
    }

    @Test func manyReboundsLeaveBoundedState() {
        let (network, a, b) = Self.natted(71, aControls: true)
        #expect(network.run(1000) { Network.agree(a, b) })
        for i in 1...60 {
            network.mappings[a.addresses[0]] = TransportAddress(Self.outside.address, port: UInt16(41_000 + i))
            network.run(12_000)
        }
        #expect(b.sendPair?.remote.port == 41_060)
        #expect(b.statistics.count <= 18)
    }
}
