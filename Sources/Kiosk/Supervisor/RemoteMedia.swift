import Glibc
import LinuxIO
public import Logging
public import MediaControl
import Primitives
import Screens
import Synchronization

/// kiosk-mediad in a process of its own: starts it, watches it, and starts it again.
///
/// A `ping` goes every second; 3 s without an answer, or a main thread of it that has stood still for as long, end it by
/// SIGKILL. It is started again after 100 ms, and each time it dies young after twice as long, up to 5 s.
/// One thread reads its socket and hands pictures on without the actor's knowing.
public final class RemoteMedia: MediaService {
    public let events: AsyncStream<MediaServiceEvent>

    private let sink: AsyncStream<MediaServiceEvent>.Continuation
    private let executable: String
    private let arguments: [String]
    private let pictures: any PictureSink
    private let logger: Logger
    private let current = Mutex<ChildProcess?>(nil)

    static let heartbeat = Interval.seconds(1)
    static let silence = Interval.seconds(3)
    static let firstPause = Interval.milliseconds(100)
    static let longestPause = Interval.seconds(5)

    public init(executable: String, arguments: [String], pictures: any PictureSink, logger: Logger) {
        (self.executable, self.arguments, self.pictures, self.logger) = (executable, arguments, pictures, logger)
        (events, sink) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(4096))
    }

    public func send(_ command: MediaCommand) {
        guard let child = current.withLock({ $0 }) else { return }
        send(command, to: child)
    }

    private func send(_ command: MediaCommand, to child: ChildProcess) {
        do {
            let bytes = try command.encoded()
            // A process that lets commands pile up hangs.
            if try !child.socket.trySend(bytes.span.bytes) { child.kill() }
        } catch let error as MediaControlError {
            logger.error("a command could not be encoded", metadata: ["error": "\(error)"])
        } catch {
            // It is gone; the reading thread sees that too.
        }
    }

    public func run() async {
        var pause = Self.firstPause
        while !Task.isCancelled {
            let began = MonotonicClock.now()
            if let child = launch() {
                let reason = await watch(child)
                if Task.isCancelled { break }
                sink.yield(.lost(reason: reason))
            }
            pause = MonotonicClock.now() - began > .seconds(10) ? Self.firstPause : pause
            try? await Task.sleep(nanoseconds: UInt64(pause.nanoseconds))
            pause = min(pause * 2, Self.longestPause)
        }
        sink.finish()
    }

    private func launch() -> ChildProcess? {
        do throws(SystemError) {
            let child = try ChildProcess(executable: executable, arguments: arguments)
            logger.debug("started the media process", metadata: ["pid": "\(child.pid)"])
            return child
        } catch {
            logger.error("the media process cannot be started", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Serves one process to its end. - Returns: how it ended.
    private func watch(_ child: ChildProcess) async -> String {
        current.withLock { $0 = child }
        defer { current.withLock { $0 = nil } }
        send(.hello(version: MediaControl.version), to: child)
        let link = MediaLink(child: child, pictures: pictures, events: sink, logger: logger)
        let watchdog = Task { [weak self] in
            var number: UInt32 = 0
            while !Task.isCancelled {
                self?.send(.ping(number: number), to: child)
                number &+= 1
                try? await Task.sleep(nanoseconds: UInt64(Self.heartbeat.nanoseconds))
                if link.silence > Self.silence, !Task.isCancelled {
                    self?.logger.error("the media process hangs and is ended")
                    child.kill()
                    return
                }
            }
        }
        defer { watchdog.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                do throws(SystemError) {
                    _ = try MediaThread(name: "media-link") { continuation.resume(returning: link.serve()) }
                } catch {
                    child.kill()
                    continuation.resume(returning: child.reap())
                }
            }
        } onCancel: {
            // It closes its devices and ends; `reap` makes sure of it.
            child.socket.shutdown()
        }
    }
}
