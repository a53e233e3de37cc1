public import Logging
public import Primitives
public import SignallingMessages

/// A kiosk's connection to its signalling server, kept up for as long as the client runs.
///
/// Owns one connection, one task and the file `signalling.json`. Any thread may call it.
///     let client = try SignallingClient(configuration, logger: logger)
///     async let running: Void = client.run()       // until cancelled; then leaves the room and closes
///     for await event in client.events { … }       // one consumer
///     await client.send(.answer(to: caller.sockId))
public actor SignallingClient {
    /// At most 512 wait; a consumer that lets them pile up loses the connection, never single events.
    public nonisolated let events: AsyncStream<SignallingEvent>

    public init(
        _ configuration: SignallingConfiguration, logger: Logger, random: RandomSource = .system
    ) throws(SignallingConfigurationError) {
        (events, _) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(512))
    }

    /// Connects, and again whenever the connection is lost, until the task is cancelled.
    public func run() async {}

    @discardableResult
    public func send(_ action: SignallingAction) -> SignallingDelivery { .droppedOffline }

    /// This connection's socket id; nil while not connected.
    public var sockId: String? { nil }
}
