import CAllocationCounter
import MediaControl
import MediaEngine
import Primitives
import Testing

@Suite(.serialized) struct AllocationTests {
    @Test func theCounterCounts() {
        let before = callpoint_thread_allocations()
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 5_000, alignment: 16)
        #expect(callpoint_thread_allocations() > before)
        memory.deallocate()
    }

    /// Without optimisation Swift itself takes memory for accesses to arrays.
    static var isOptimised: Bool {
        #if DEBUG
            false
        #else
            true
        #endif
    }

    /// Once a call runs, capture, encode, network, decode, microphone and playout take nothing from the heap.
    @Test(.enabled(if: isOptimised)) func aRunningCallAllocatesNothing() throws {
        let (a, b) = (
            try KioskEnd(.test, devices: try CountingBoard()), try KioskEnd(.test, devices: try CountingBoard())
        )
        try Call.greet(a, b)
        let call = Call(a, 1, b, 1)
        try call.openDevices()
        try call.start()
        #expect(try call.run(for: .seconds(20)) { $0.seen.callee.pictures > 60 && $0.seen.caller.pictures > 60 })
        var network: [Double] = []
        for _ in 0..<3 {
            let before = try a.statistics(1)
            let pictures = call.seen.caller.pictures
            try call.run(for: .seconds(20)) { $0.seen.caller.pictures >= pictures + 60 }
            let after = try a.statistics(1)
            for thread in ["capture", "encode", "microphone", "decode", "playout"] {
                let name = "allocations/\(thread)"
                let (first, last) = (try #require(before[name]), try #require(after[name]))
                #expect(last == first, "\(thread): \(last - first) allocations in two seconds")
            }
            // Reading the statistics allocates on the network thread itself; between two readings there is nothing else.
            let inAll = try #require(after["allocations/network"]) - (try #require(before["allocations/network"]))
            try call.run(for: .milliseconds(50))
            let again = try a.statistics(1)
            let reading = try #require(again["allocations/network"]) - (try #require(after["allocations/network"]))
            network.append(inAll - reading)
        }
        // What is taken per packet or frame is taken in every window; a rare event (a consent check, say) is not.
        let least = try #require(network.min())
        #expect(least <= 20, "\(network) allocations on the network thread in two seconds each")
    }
}
