import LinuxIO
import Primitives
import Testing

@Suite struct ProcessBoundaryTests {
    @Test func aMessageAndItsMemoryCrossTheSocket() throws {
        let (near, far) = try SeqPacketSocket.pair()
        let memory = try SharedMemory(name: "frames", size: 8192)
        memory.bytes[4711] = 42
        let text: [UInt8] = Array("frames".utf8)
        try near.send(text.span.bytes, descriptor: memory.raw)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)
        defer { buffer.deallocate() }
        guard var received = try far.receive(into: buffer) else {
            Issue.record("the connection ended")
            return
        }
        #expect(received.count == 6)
        guard let descriptor = received.takeDescriptor() else {
            Issue.record("no descriptor came")
            return
        }
        let mapped = try SharedMemory(mapping: descriptor, size: 8192)
        #expect(mapped.bytes[4711] == 42)
        memory.bytes[0] = 9
        #expect(mapped.bytes[0] == 9)
    }

    @Test func memoryThatIsSmallerThanSaidIsRefused() throws {
        let (near, far) = try SeqPacketSocket.pair()
        let memory = try SharedMemory(name: "frames", size: 4096)
        try near.send([1].span.bytes, descriptor: memory.raw)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)
        defer { buffer.deallocate() }
        guard var received = try far.receive(into: buffer) else {
            Issue.record("the connection ended")
            return
        }
        guard let descriptor = received.takeDescriptor() else {
            Issue.record("no descriptor came")
            return
        }
        do {
            _ = try SharedMemory(mapping: descriptor, size: 1 << 20)
            Issue.record("mapped more than there is")
        } catch { #expect(error.errno == 22) }
    }

    @Test func theEndIsSeenWhenTheOtherSideGoes() throws {
        let (near, far) = try SeqPacketSocket.pair()
        near.shutdown()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)
        defer { buffer.deallocate() }
        let ended = try far.receive(into: buffer) == nil
        #expect(ended)
        #expect(throws: SystemError.self) { try far.send([1].span.bytes) }
    }

    @Test func aMessageTooLongForTheBufferIsAnErrorAndNotCutShort() throws {
        let (near, far) = try SeqPacketSocket.pair()
        try near.send([UInt8](repeating: 1, count: 100).span.bytes)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)
        defer { buffer.deallocate() }
        #expect(throws: SystemError.self) { _ = try far.receive(into: buffer) }
    }

    @Test func aDeadSocketFileIsReplacedAndALiveOneIsNot() throws {
        let path = "/tmp/callpoint-\(MonotonicClock.now().nanoseconds).sock"
        let live = try SeqPacketListener(path: path)
        #expect(throws: SystemError.self) { _ = try SeqPacketListener(path: path) }
        let client = try SeqPacketSocket.connect(path: path)
        _ = try live.accept()  // the probe of the listener that was refused, gone again
        let server = try live.accept()
        try client.send([UInt8](repeating: 5, count: 1).span.bytes)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)
        defer { buffer.deallocate() }
        let count = try server.receive(into: buffer)?.count
        #expect(count == 1)
    }

    @Test func anEventWakesAnotherThread() throws {
        let event = try EventFD()
        let thread = try MediaThread(name: "waker") { event.signal() }
        var set = try EpollSet()
        try set.add(event, tag: 77)
        try set.wait(timeout: .seconds(5))
        #expect(set.count == 1 && set[0] == 77)
        thread.join()
        // Told once and not again, without anybody having read it; and the next signal is told again.
        try set.wait(timeout: .zero)
        #expect(set.count == 0)
        event.signal()
        try set.wait(timeout: .zero)
        #expect(set.count == 1)
    }
}
