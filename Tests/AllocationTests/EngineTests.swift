import CAllocationCounter
import PeerConnection
import Primitives
import Testing

/// What `PeerConnection` promises of a running call, counted on the one thread that runs it.
@Suite(.serialized) struct EngineTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var security: SecurityKind
        var loss: Double
        /// The two have no feedback but REMB.
        var requestsBitrate = false
        /// So far apart that forward error correction is sent.
        var isLong = false
        var way = Way.direct
        var testDescription: String {
            "\(security), \(way), \(loss * 100) % lost\(requestsBitrate ? ", only REMB" : "")\(isLong ? ", a long way" : "")"
        }
    }

    /// Without optimisation Swift itself takes memory for accesses to arrays.
    static var isOptimised: Bool {
        #if DEBUG
            false
        #else
            true
        #endif
    }

    @Test(
        .enabled(if: isOptimised),
        arguments: [
            Case(security: .plain, loss: 0), Case(security: .dtlsSRTP, loss: 0), Case(security: .plain, loss: 0.03),
            Case(security: .dtlsSRTP, loss: 0.03), Case(security: .plain, loss: 0.03, requestsBitrate: true),
            Case(security: .dtlsSRTP, loss: 0.05, isLong: true),
            Case(security: .dtlsSRTP, loss: 0, way: .relay), Case(security: .plain, loss: 0.03, way: .relay),
            Case(security: .dtlsSRTP, loss: 0, way: .relayByStream),
            Case(security: .plain, loss: 0, way: .relayByStream),
            Case(security: .dtlsSRTP, loss: 0, way: .connection), Case(security: .plain, loss: 0, way: .connection),
        ])
    func aRunningCallTakesNothingFromTheHeap(_ example: Case) throws {
        let pair = try Pair(security: example.security, way: example.way, requestsBitrate: example.requestsBitrate)
        pair.run(seconds: 2)
        #expect(pair.caller.peer.connectionState == .connected && pair.callee.peer.connectionState == .connected)
        pair.loss = example.loss
        if example.isLong { pair.delay = .milliseconds(120) }
        pair.run(seconds: 10)

        let (frames, sounds, datagrams) = (
            pair.callee.framesReceived, pair.callee.soundsReceived, pair.datagrams
        )
        let answers = pair.wire.answers
        let before = callpoint_thread_allocations()
        pair.run(seconds: 60)
        let taken = callpoint_thread_allocations() - before

        #expect(taken == 0, "\(taken) allocations for \(pair.datagrams - datagrams) datagrams")
        #expect(pair.datagrams - datagrams > 10_000)
        // Everything went in channels, which is what is counted here.
        #expect(
            pair.wire.answers == answers && (answers > 0) == (example.way == .relay || example.way == .relayByStream))
        #expect(pair.callee.framesReceived - frames > (example.isLong ? 1_300 : 1_400))
        #expect(pair.callee.soundsReceived - sounds > (example.loss == 0 ? 2_999 : 2_800))
        let repaired = pair.callee.repaired
        #expect((repaired > 100) == example.isLong, "\(repaired)")
    }

    @Test func theCounterCounts() {
        let before = callpoint_thread_allocations()
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 5_000, alignment: 16)
        #expect(callpoint_thread_allocations() > before)
        memory.deallocate()
    }
}
