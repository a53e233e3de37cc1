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
/// SIGKILL, or where systemd runs it by leaving it to its watchdog. When it is started again: see `RestartPacing`.
/// One thread reads its socket and hands pictures on without the actor's knowing.
public final class RemoteMedia: MediaService {
    public let events: AsyncStream<MediaServiceEvent>

    private let sink: AsyncStream<MediaServiceEvent>.Continuation
    private let start: @Sendable () throws(SystemError) -> any MediaProcess
    private let pictures: any PictureSink
    private let logger: Logger
    private let current = Mutex<(process: any MediaProcess, link: MediaLink)?>(nil)

    static let heartbeat = Interval.seconds(1)
    static let silence = Interval.seconds(3)
    /// What a process may take to its first answer: systemd, on a machine that is just booting, takes seconds to start it.
    static let startUp = Interval.seconds(10)
    /// One that dies again and again must have lived so long to count as started, so that the screen does not flicker.
    static let probation = Interval.seconds(5)

    /// A child process.
    public convenience init(executable: String, arguments: [String], pictures: any PictureSink, logger: Logger) {
        self.init(pictures: pictures, logger: logger) { () throws(SystemError) in
            try ChildProcess(executable: executable, arguments: arguments)
        }
    }

    /// One that systemd starts for whoever connects to `socket`.
    public convenience init(socket path: String, pictures: any PictureSink, logger: Logger) {
        self.init(pictures: pictures, logger: logger) { () throws(SystemError) in try ActivatedProcess(path: path) }
    }

    private init(
        pictures: any PictureSink, logger: Logger,
        start: @escaping @Sendable () throws(SystemError) -> any MediaProcess
    ) {
        (self.start, self.pictures, self.logger) = (start, pictures, logger)
        (events, sink) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(4096))
    }

    public func send(_ command: MediaCommand) {
        guard let child = current.withLock({ $0?.process }) else { return }
        send(command, to: child)
    }

    /// Returns once a process that is there is healthy; at once if there is none, which is no fault of this loop.
    public func pulse() async {
        await awaitLife { current.withLock { $0?.link }.map { $0.silence <= Self.silence } ?? true }
    }

    private func send(_ command: MediaCommand, to child: any MediaProcess) {
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
        var pacing = RestartPacing()
        while !Task.isCancelled {
            let began = MonotonicClock.now()
            if let child = launch() {
                let reason = await watch(child, probation: pacing.isLooping ? Self.probation : .zero)
                if Task.isCancelled { break }
                sink.yield(.lost(reason: reason))
            }
            let wasLooping = pacing.isLooping
            let pause = pacing.ended(startedAt: began, now: MonotonicClock.now())
            if pacing.isLooping, !wasLooping { logger.critical("the media process dies again and again") }
            try? await Task.sleep(nanoseconds: UInt64(pause.nanoseconds))
        }
        sink.finish()
    }

    private func launch() -> (any MediaProcess)? {
        do throws(SystemError) {
            return try start()
        } catch {
            logger.error("the media process cannot be started", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Serves one process to its end. - Returns: how it ended.
    private func watch(_ child: any MediaProcess, probation: Interval) async -> String {
        let link = MediaLink(child: child, pictures: pictures, events: sink, probation: probation, logger: logger)
        send(.hello(version: MediaControl.version), to: child)
        current.withLock { $0 = (child, link) }
        defer { current.withLock { $0 = nil } }
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
