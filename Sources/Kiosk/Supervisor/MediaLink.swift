import LinuxIO
import Logging
import MediaControl
import Primitives
import Screens
import Synchronization

/// The reading end of one media process's socket, on a thread of its own.
final class MediaLink: Sendable {
    private let child: any MediaProcess
    private let pictures: any PictureSink
    private let events: AsyncStream<MediaServiceEvent>.Continuation
    private let logger: Logger
    /// How long the process must have been healthy before it counts as started.
    private let probation: Interval
    private let began = MonotonicClock.now()
    /// When the process last gave a sign of health.
    private let heardAt: Gauge

    init(
        child: any MediaProcess, pictures: any PictureSink, events: AsyncStream<MediaServiceEvent>.Continuation,
        probation: Interval, logger: Logger
    ) {
        self.probation = probation
        (self.child, self.pictures, self.events, self.logger) = (child, pictures, events, logger)
        // As if heard from later on: it may be loading still.
        heardAt = Gauge((MonotonicClock.now() + RemoteMedia.startUp - RemoteMedia.silence).nanoseconds)
    }

    /// How long the process has given no sign of health.
    var silence: Interval { MonotonicClock.now() - Instant(nanoseconds: heardAt.current) }

    /// Reads until the process has ended. Blocks. - Returns: how it ended.
    func serve() -> String {
        var frames: (memory: SharedMemory, layout: FrameMemory)?
        var started: [PoolSummary]?
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: MediaControl.maximumMessageSize, alignment: 16)
        defer { buffer.deallocate() }
        while var received = receive(into: buffer) {
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<min(received.count, buffer.count)])
            guard let event = decode(bytes) else { continue }
            if case .frameMemory(let layout) = event {
                frames = nil
                if let descriptor = received.takeDescriptor() {
                    frames = map(descriptor, layout).map { ($0, layout) }
                }
            } else if !take(event, frames, &started) {
                child.kill()
            }
            if let pools = started, MonotonicClock.now() - began >= probation {
                started = nil
                if !pass(.started(pools)) { child.kill() }
            }
        }
        child.socket.shutdown()
        return child.reap()
    }

    /// Nil at the socket's end.
    private func receive(into buffer: UnsafeMutableRawBufferPointer) -> SeqPacketSocket.Received? {
        do throws(SystemError) {
            return try child.socket.receive(into: buffer)
        } catch {
            logger.error("the media process's socket failed", metadata: ["error": "\(error)"])
            child.kill()
            return nil
        }
    }

    private func map(_ descriptor: consuming FileDescriptor, _ layout: FrameMemory) -> SharedMemory? {
        do throws(SystemError) {
            return try SharedMemory(mapping: descriptor, size: layout.size)
        } catch {
            logger.error("the pictures' memory cannot be mapped", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func decode(_ bytes: UnsafeRawBufferPointer) -> MediaEvent? {
        do throws(MediaControlError) {
            return try MediaEvent.decode(RawSpan(_unsafeBytes: bytes))
        } catch {
            logger.error("a message of the media process was not understood", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// - Returns: false if the process is of no use and has to end.
    private func take(
        _ event: MediaEvent, _ frames: (memory: SharedMemory, layout: FrameMemory)?, _ started: inout [PoolSummary]?
    ) -> Bool {
        switch event {
        case .hello(let version, let pools):
            guard version == MediaControl.version else {
                logger.critical("kiosk-mediad is of another version", metadata: ["version": "\(version)"])
                return false
            }
            started = pools
            return true
        case .pong(_, let heartbeats):
            let stuck = heartbeats.contains { heart in
                [.control, .network].contains(heart.thread) && heart.age > RemoteMedia.silence
            }
            if !stuck { heardAt.set(MonotonicClock.now().nanoseconds) }
            return true
        case .remoteFrame(let frame):
            show(frame, frames) { pictures.show(remote: $0, at: frame.timestamp) }
            return release(frame)
        case .localFrame(let frame):
            show(frame, frames) { pictures.show(local: $0, at: frame.timestamp) }
            return release(frame)
        default: return pass(.event(event))
        }
    }

    /// - Returns: false if nobody has taken events for very long.
    private func pass(_ event: MediaServiceEvent) -> Bool {
        if case .dropped = events.yield(event) {
            logger.critical("events of the media process pile up")
            return false
        }
        return true
    }

    /// What the process says of the picture is checked against the memory before anything is read.
    private func show(
        _ frame: FrameDescription, _ frames: (memory: SharedMemory, layout: FrameMemory)?, _ body: (I420View) -> Void
    ) {
        guard let frames, let offset = frames.layout.offset(of: frame), offset + frame.size <= frames.memory.bytes.count
        else { return }
        let bytes = UnsafeRawBufferPointer(rebasing: frames.memory.bytes[offset..<offset + frame.size])
        guard
            let view = I420View(
                bytes: bytes, width: frame.width, height: frame.height, strideY: frame.strideY,
                strideUV: frame.strideUV)
        else { return }
        body(view)
    }

    private func release(_ frame: FrameDescription) -> Bool {
        do {
            let bytes = try MediaCommand.releaseFrame(slot: frame.slot).encoded()
            return try child.socket.trySend(bytes.span.bytes)
        } catch {
            return true  // gone, which the next receive tells
        }
    }
}
