public import Logging
import NIOCore
import NIOPosix
public import Primitives
import SignallingMessages
import SocketIO

/// A kiosk's connection to its signalling server, kept up for as long as the client runs.
///
/// Owns one connection, one event loop's time and the file `signalling.json`. Any task may call it.
///
///     let client = try SignallingClient(configuration, logger: logger)
///     async let running: Void = client.run()       // until cancelled; then it leaves the room and closes
///     for await event in client.events { … }       // one consumer
///     await client.send(.answer(to: caller.sockId))
public actor SignallingClient {
    /// At most 512 wait; a consumer that lets them pile up loses the connection, never single events.
    /// Ends when `run` does.
    public nonisolated let events: AsyncStream<SignallingEvent>
    public nonisolated let configuration: SignallingConfiguration

    private let sink: AsyncStream<SignallingEvent>.Continuation
    private let logger: Logger
    private let connector: WebSocketConnector
    private let eventLoop: any EventLoop
    private var machine: SignallingMachine
    private var channel: (any Channel)?
    /// Counts connections, so that what comes late from an earlier one is known for it.
    private var attempt = 0
    private var wakeUp: Scheduled<Void>?
    private var finished: CheckedContinuation<Void, Never>?
    private var isStopped = false
    /// An event for which there was no room; the connection was closed on its account.
    private var owed: SignallingEvent?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { eventLoop.executor.asUnownedSerialExecutor() }

    public init(
        _ configuration: SignallingConfiguration, logger: Logger, random: RandomSource = .system
    ) throws(SignallingConfigurationError) {
        guard let url = SignallingURL(configuration.url) else { throw .invalidURL(configuration.url) }
        guard User.isValid(roomId: configuration.room) else { throw .invalidRoom(configuration.room) }
        self.configuration = configuration
        self.logger = logger
        eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        connector = try WebSocketConnector(
            url: url, certificateAuthorities: configuration.certificateAuthorities, eventLoop: eventLoop)
        machine = SignallingMachine(
            configuration, memory: SignallingMemory(directory: configuration.stateDirectory), random: random)
        (events, sink) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(512))
    }

    /// Connects, and again whenever the connection is lost, until the task is cancelled. Once in a client's life.
    public func run() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !isStopped else { return continuation.resume() }
                precondition(finished == nil, "a signalling client runs once")
                finished = continuation
                machine.start(now: now)
                apply()
            }
        } onCancel: {
            eventLoop.execute { self.assumeIsolated { $0.stop() } }
        }
    }

    /// Says `action` now, keeps it, or drops it; see `SignallingDelivery`.
    @discardableResult
    public func send(_ action: SignallingAction) -> SignallingDelivery {
        let delivery = machine.handle(action, now: now)
        apply()
        return delivery
    }

    /// The host has these addresses now, and sends from what `source` says towards a server; nil without a way there. A
    /// connection from an address that is gone, or that the way there does not leave from any more, may never hear of it: it
    /// is made anew at once, and not after the silence that ends any connection.
    public func networkChanged(_ addresses: [IPAddress], source: @escaping @Sendable (TransportAddress) -> IPAddress?) {
        guard let channel, let local = channel.localAddress.flatMap({ TransportAddress($0) })?.address else { return }
        let better = channel.remoteAddress.flatMap { TransportAddress($0) }.flatMap(source)
        guard !addresses.contains(local) || (better != nil && better != local) else { return }
        attempt += 1
        channel.close(promise: nil)
        self.channel = nil
        machine.connectionLost("this host's network is another", now: now)
        apply()
    }

    /// This connection's socket id; nil while not connected.
    public var sockId: String? { machine.sockId }

    private var now: Instant { Instant(nanoseconds: Int64(clamping: NIODeadline.now().uptimeNanoseconds)) }

    private func stop() {
        guard !isStopped else { return }
        isStopped = true
        machine.stop(now: now)
        apply()
        sink.finish()
        finished?.resume()
        finished = nil
    }

    /// Does what the machine asks for, then sleeps until it is due again.
    private func apply() {
        while let output = machine.poll() {
            switch output {
            case .connect(let version): connect(version)
            case .frame(let frame): channel?.writeAndFlush(frame, promise: nil)
            case .close:
                attempt += 1
                channel?.close(promise: nil)
                channel = nil
            case .event(let event): tell(event)
            case .remember(let memory):
                if !memory.save(directory: configuration.stateDirectory) {
                    logger.warning("cannot write \(configuration.stateDirectory)/signalling.json")
                }
            }
        }
        wakeUp?.cancel()
        wakeUp = nil
        let deadline = machine.deadline
        guard deadline != .distantFuture, !isStopped else { return }
        wakeUp = eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(max(0, deadline.nanoseconds)))) {
            self.assumeIsolated {
                $0.machine.advance(to: $0.now)
                $0.apply()
            }
        }
    }

    private func tell(_ event: SignallingEvent) {
        switch event {
        case .disconnected(let reason): logger.info("signalling: \(reason)")
        case .connected(let server): logger.info("signalling: connected, the server is of kind \(server)")
        default: break
        }
        if let late = owed {
            guard case .enqueued = sink.yield(late) else { return }
            owed = nil
        }
        if case .dropped = sink.yield(event), owed == nil {
            logger.error("signalling events are not consumed; closing the connection")
            owed = .disconnected(reason: "events were not consumed")
            attempt += 1
            channel?.close(promise: nil)
            channel = nil
            machine.connectionLost("events were not consumed", now: now)
        }
    }

    private func connect(_ version: EngineIOVersion) {
        attempt += 1
        let current = attempt
        let outcome = connector.connect(
            version: version,
            onOpen: { channel in self.assumeIsolated { $0.opened(channel, of: current) } },
            onFrame: { frame in self.assumeIsolated { $0.received(frame, on: current) } },
            onClosed: { self.assumeIsolated { $0.closed(current) } })
        outcome.whenComplete { result in self.assumeIsolated { $0.settled(result, of: current) } }
    }

    private func opened(_ channel: any Channel, of attempt: Int) {
        guard attempt == self.attempt else { return channel.close(promise: nil) }
        self.channel = channel
        machine.connected(now: now)
        apply()
    }

    private func settled(_ result: Result<WebSocketConnector.Outcome, any Error>, of attempt: Int) {
        guard attempt == self.attempt else { return }
        switch result {
        case .success(.webSocket): return
        case .success(.refused(let status)): machine.connectFailed(.status(status), now: now)
        case .failure(let error): machine.connectFailed(.unreachable(error.reasonNotConnected), now: now)
        }
        apply()
    }

    private func received(_ frame: EngineIOFrame, on attempt: Int) {
        guard attempt == self.attempt else { return }
        machine.receive(frame, now: now)
        apply()
    }

    private func closed(_ attempt: Int) {
        guard attempt == self.attempt else { return }
        machine.connectionLost("the connection was closed", now: now)
        apply()
    }
}

extension TransportAddress {
    fileprivate init?(_ socket: SocketAddress) {
        guard let address = socket.ipAddress.flatMap({ IPAddress($0) }) else { return nil }
        self.init(address, port: UInt16(clamping: socket.port ?? 0))
    }
}
