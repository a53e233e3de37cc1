import FrontPanel
import MediaControl
import Primitives
import Screens
import SignallingMessages
import SignallingClient
import Supervisor
import Synchronization

/// A media process in this process: opens what it is told to, answers offers, connects when it has both descriptions.
final class InProcessMedia: MediaService {
    let events: AsyncStream<MediaServiceEvent>
    private let sink: AsyncStream<MediaServiceEvent>.Continuation
    private let log = Mutex<[MediaCommand]>([])
    /// Whether sessions connect by themselves.
    private let connects = Mutex(true)

    init() { (events, sink) = AsyncStream.makeStream() }

    var commands: [MediaCommand] { log.withLock { $0 } }
    func emit(_ event: MediaServiceEvent) { sink.yield(event) }
    func stopConnecting() { connects.withLock { $0 = false } }

    func run() async {
        emit(.started([PoolSummary(name: "packets", slots: 2048, slotSize: 1536)]))
        let (never, continuation) = AsyncStream<Never>.makeStream()
        for await _ in never {}
        continuation.finish()
        sink.finish()
    }

    func send(_ command: MediaCommand) {
        log.withLock { $0.append(command) }
        switch command {
        case .openDevices: devices(.open)
        case .closeDevices: devices(.closed)
        case .createOffer(let peer), .restartICE(let peer):
            emit(.event(.localDescription(peer: peer, type: .offer, sdp: Self.sdp)))
            emit(.event(.localCandidate(peer: peer, candidate: "candidate:kiosk", mid: "0", mLineIndex: 0)))
        case .remoteOffer(let peer, _):
            emit(.event(.localDescription(peer: peer, type: .answer, sdp: Self.sdp)))
            emit(.event(.localCandidate(peer: peer, candidate: "candidate:kiosk", mid: "0", mLineIndex: 0)))
            connect(peer)
        case .remoteAnswer(let peer, _): connect(peer)
        case .requestStatistics(let peer):
            emit(.event(.statistics(peer: peer, values: [Statistic("inbound-rtp/video/framesDecoded", 42)])))
        default: break
        }
    }

    private func connect(_ peer: PeerNumber) {
        guard connects.withLock({ $0 }) else { return }
        emit(.event(.connectionState(peer: peer, state: .connected)))
    }

    private func devices(_ state: DeviceState) {
        for device in DeviceKind.allCases {
            emit(.event(.deviceState(device: device, state: state, detail: "virtual")))
        }
    }

    static let sdp = "v=0\r\na=fingerprint:sha-256 AA\r\nm=audio 9 x 111\r\na=mid:0\r\nm=video 9 x 96\r\na=mid:1\r\n"
}

final class ScriptedSignalling: SignallingService {
    let events: AsyncStream<SignallingEvent>
    private let sink: AsyncStream<SignallingEvent>.Continuation
    private let log = Mutex<[SignallingAction]>([])

    init() { (events, sink) = AsyncStream.makeStream() }

    /// All but presence, which is a matter of its own.
    var actions: [SignallingAction] {
        log.withLock { $0.filter { if case .presence = $0 { false } else { true } } }
    }
    var presence: [String] {
        log.withLock { $0.compactMap { if case .presence(let status) = $0 { status.state.rawValue } else { nil } } }
    }
    var networkNotes: [String?] {
        log.withLock { $0.compactMap { if case .presence(let status) = $0 { .some(status.network) } else { nil } } }
    }
    var networkFindings: [NetworkFinding?] {
        log.withLock { $0.compactMap { if case .presence(let status) = $0 { .some(status.finding) } else { nil } } }
    }
    func emit(_ event: SignallingEvent) { sink.yield(event) }

    func run() async {
        let (never, continuation) = AsyncStream<Never>.makeStream()
        for await _ in never {}
        continuation.finish()
        sink.finish()
    }

    func networkChanged(
        _ addresses: [IPAddress], source: @escaping @Sendable (TransportAddress) -> IPAddress?
    ) async {}
    func send(_ action: SignallingAction) async -> SignallingDelivery {
        log.withLock { $0.append(action) }
        return .sent
    }
}

final class RecordingPanel: PanelService {
    let inputs: AsyncStream<PanelInput>
    private let sink: AsyncStream<PanelInput>.Continuation
    private let log = Mutex<[PanelSnapshot]>([])

    init() { (inputs, sink) = AsyncStream.makeStream() }

    var snapshots: [PanelSnapshot] { log.withLock { $0 } }
    var last: PanelSnapshot? { snapshots.last }
    func light(_ name: String) -> PanelLight.State? { last?.lights.first { $0.name == name }?.state }
    func emit(_ input: PanelInput) { sink.yield(input) }
    func publish(_ snapshot: PanelSnapshot) { log.withLock { $0.append(snapshot) } }
    func stop() async { sink.finish() }
}

final class RecordingScreen: ScreenService {
    private let log = Mutex<[ScreenContent]>([])
    var contents: [ScreenContent] { log.withLock { $0 } }
    func show(_ content: ScreenContent) { log.withLock { $0.append(content) } }
}
