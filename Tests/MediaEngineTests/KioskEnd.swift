import CAllocationCounter
import Devices
import LinuxIO
import MediaControl
import MediaEngine
import Primitives
import Synchronization
import Testing

/// kioskd's end of one media engine's control socket, as a test drives it: commands in, every event kept.
///
/// The engine runs on threads of its own, as in the process. One test thread.
final class KioskEnd {
    let socket: SeqPacketSocket
    private(set) var events: [MediaEvent] = []
    private(set) var memory: SharedMemory?
    private(set) var layout: FrameMemory?
    /// Whether pictures are given back as they come.
    var releases = true
    private let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: MediaControl.maximumMessageSize, alignment: 16)
    private let thread: MediaThread
    private let hasEnded = Mutex(false)

    init(_ configuration: MediaEngineConfiguration, devices: any DeviceBackend) throws {
        let (ours, theirs) = try SeqPacketSocket.pair()
        socket = ours
        let engine = try MediaEngine(
            unchecked: configuration, devices: devices, control: theirs,
            threadAllocations: { callpoint_thread_allocations() })
        thread = try MediaThread(name: "engine") {
            do { try engine.run() } catch { Issue.record("\(error)") }
        }
    }

    /// Ends the connection, as kioskd's death would, and waits until the engine has ended.
    func end() {
        socket.shutdown()
        thread.join()
    }

    deinit {
        end()
        buffer.deallocate()
    }

    func send(_ command: MediaCommand) throws {
        let bytes = try command.encoded()
        try socket.send(bytes.span.bytes)
    }

    /// Reads one event that is there within `timeout`; nil if there is none, or at the end.
    func next(timeout: Interval = .seconds(5)) throws -> MediaEvent? {
        var set = try EpollSet()
        try set.add(socket.raw, tag: 0)
        try set.wait(timeout: timeout)
        guard set.count > 0, var received = try socket.receive(into: buffer) else { return nil }
        let bytes = RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: buffer[..<received.count]))
        let event = try MediaEvent.decode(bytes)
        if case .frameMemory(let layout) = event, let descriptor = received.takeDescriptor() {
            if layout.size > 0 { memory = try SharedMemory(mapping: descriptor, size: layout.size) }
            self.layout = layout
        }
        events.append(event)
        return event
    }

    /// Reads until an event fits; pictures that pass by are given back.
    @discardableResult
    func wait<T>(_ what: String, timeout: Interval = .seconds(10), _ match: (MediaEvent) throws -> T?) throws -> T {
        let end = MonotonicClock.now() + timeout
        while MonotonicClock.now() < end {
            guard let event = try next(timeout: max(.zero, end - MonotonicClock.now())) else { continue }
            let found = try match(event)
            if releases, let slot = event.slot { try send(.releaseFrame(slot: slot)) }
            if let found { return found }
        }
        throw Missing(what: what, events: events.suffix(20).map { "\($0)" })
    }

    /// Reads all that comes for a while.
    func read(for time: Interval, _ each: (MediaEvent) throws -> Void = { _ in }) throws {
        let end = MonotonicClock.now() + time
        while MonotonicClock.now() < end {
            guard let event = try next(timeout: max(.zero, end - MonotonicClock.now())) else { continue }
            try each(event)
            if releases, let slot = event.slot { try send(.releaseFrame(slot: slot)) }
        }
    }

    /// Reads until something outside the socket has come about. Returns whether it has.
    func reads(until done: () -> Bool, timeout: Interval) throws -> Bool {
        let end = MonotonicClock.now() + timeout
        while !done(), MonotonicClock.now() < end { try read(for: .milliseconds(5)) }
        return done()
    }

    func waitDevice(_ device: DeviceKind, _ state: DeviceState, timeout: Interval = .seconds(10)) throws {
        try wait("\(device) \(state)", timeout: timeout) { event in
            if case .deviceState(device, state, _) = event { true } else { nil }
        }
    }

    /// The latest figures of a session, by name.
    func statistics(_ peer: PeerNumber) throws -> [String: Double] {
        try send(.requestStatistics(peer: peer))
        return try wait("statistics") { event in
            guard case .statistics(peer, let values) = event else { return nil }
            return Dictionary(values.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// The luma of a picture, as it lies in the shared memory.
    func luma<R>(of frame: FrameDescription, _ body: (Span<UInt8>) -> R) -> R? {
        guard let memory, let layout, let offset = layout.offset(of: frame) else { return nil }
        let bytes = UnsafeRawBufferPointer(rebasing: memory.bytes[offset..<offset + frame.size])
        return body(Span<UInt8>(_unsafeBytes: bytes))
    }
}

struct Missing: Error, CustomStringConvertible {
    let what: String
    let events: [String]
    var description: String { "no \(what); the last events: \(events)" }
}

extension MediaEvent {
    var slot: UInt32? {
        switch self {
        case .remoteFrame(let frame), .localFrame(let frame): frame.slot
        default: nil
        }
    }
}
