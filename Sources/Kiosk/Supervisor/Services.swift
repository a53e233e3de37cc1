public import FrontPanel
public import GPIOPanel
public import MediaControl
public import Primitives
public import Screens
public import SignallingClient
import LinuxIO

/// kiosk-mediad, or in tests something that behaves like it. Both speak MediaControl's messages.
public protocol MediaService: Sendable {
    /// One consumer.
    var events: AsyncStream<MediaServiceEvent> { get }
    /// Keeps the service up until the task is cancelled; then it ends with its devices closed.
    func run() async
    /// Never waits. A command to a service that is not there is dropped: whoever starts it anew knows what it needs.
    func send(_ command: MediaCommand)
    /// Returns when the service has been seen to live.
    func pulse() async
}

public enum MediaServiceEvent: Equatable, Sendable {
    /// Up, with these pools; devices closed and no sessions.
    case started([PoolSummary])
    /// Gone, and its devices and sessions with it.
    case lost(reason: String)
    case event(MediaEvent)
}

/// The connection to the signalling server.
public protocol SignallingService: Sendable {
    /// One consumer.
    var events: AsyncStream<SignallingEvent> { get }
    /// Keeps connected until the task is cancelled; then it leaves the room.
    func run() async
    @discardableResult
    func send(_ action: SignallingAction) async -> SignallingDelivery
    /// The host has these addresses now, and sends from what `source` says towards a server; nil without a way there.
    func networkChanged(
        _ addresses: [IPAddress], source: @escaping @Sendable (TransportAddress) -> IPAddress?
    ) async
    /// Returns when the loop that holds the connection has gone round.
    func pulse() async
}

/// Who answers the local network for names of this host's addresses.
public protocol NameService: Sendable {
    /// From now on.
    func publish(_ name: String, _ address: IPAddress)
    /// For none any more.
    func withdraw()
}

/// Buttons, lamps, switch and relay on the board's own lines.
public protocol LineService: Sendable {
    /// One consumer.
    var events: AsyncStream<PanelEvent> { get }
    /// What is known before any event.
    var initialState: PanelState { get }
    func show(_ lamps: PanelLamps)
    func pulse() async
    func stop() async
}

/// The page's buttons and lights.
public protocol PanelService: Sendable {
    /// One consumer.
    var inputs: AsyncStream<PanelInput> { get }
    func publish(_ snapshot: PanelSnapshot)
    func stop() async
}

/// What the patient looks at.
public protocol ScreenService: Sendable {
    func show(_ content: ScreenContent)
    /// Returns when whatever draws has been seen to live.
    func pulse() async
}

/// The times of day and of the machine.
public protocol SupervisorClock: Sendable {
    func now() -> Instant
    func sleep(until instant: Instant) async throws
    /// Since 1970, for the call log.
    func wallClockMilliseconds() -> Int64
    /// "10:42", for the screen.
    func timeOfDay() -> String
}

extension MediaService {
    public func pulse() async {}
}
extension ScreenService {
    public func pulse() async {}
}
extension SignallingService {
    public func pulse() async {}
}
extension SignallingClient: SignallingService {
    /// The actor runs on the connection's own event loop.
    public func pulse() async { _ = sockId }
}
extension GPIOPanel: LineService {
    public func pulse() async { await awaitBeat { beatAt } }
}

/// Returns once a thread that beats every second has beaten within the last two.
func awaitBeat(_ beatAt: () -> Instant) async {
    await awaitLife { MonotonicClock.now() - beatAt() <= .seconds(2) }
}

/// Returns once `isAlive` says so, looking ten times a second, or when the task is cancelled.
func awaitLife(_ isAlive: () -> Bool) async {
    while !isAlive(), !Task.isCancelled { try? await Task.sleep(nanoseconds: 100_000_000) }
}

extension FrontPanelServer: PanelService {}
extension VirtualDisplay: ScreenService {}
