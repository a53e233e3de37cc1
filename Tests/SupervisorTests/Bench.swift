import CallControl
import KioskConfiguration
import LocalControl
import Logging
import Primitives
import SignallingClient
import SignallingMessages
import Supervisor
import Testing

/// A supervisor between collaborators that the test holds.
final class Bench: Sendable {
    let clock = ManualClock()
    let media = InProcessMedia()
    let signalling = ScriptedSignalling()
    let panel = RecordingPanel()
    let screen = RecordingScreen()
    let supervisor: Supervisor

    static let doctor = User(userName: "Doctor", roomId: "101", sockId: "d1")
    static let nurse = User(userName: "Nurse", roomId: "101", sockId: "n1")

    init(
        answer: String = "{automatic: true, after: 3s, from: [Doctor]}", callLog: CallLog? = nil,
        lines: (any LineService)? = nil, network: String = "{}",
        random: RandomSource = RandomSource(seed: 1), look: Supervisor.NetworkLook? = nil,
        names: (any NameService)? = nil,
        resolving resolve: @escaping @Sendable (String) async -> [IPAddress] = { _ in [] }
    ) throws {
        let text = """
            kiosk: {name: Ward, room: 101}
            signalling: {url: "http://127.0.0.1:1"}
            answer: \(answer)
            network: \(network)
            """
        var collaborators = Supervisor.Collaborators(
            media: media, signalling: signalling, panel: panel, screen: screen, clock: clock, callLog: callLog,
            lines: lines)
        collaborators.resolve = resolve
        (collaborators.look, collaborators.random, collaborators.names) = (look, random, names)
        supervisor = Supervisor(
            site: try SiteConfiguration(bytes: Array(text.utf8), file: "site.yaml"),
            with: collaborators,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Runs the supervisor around `body`, in the room with the doctor.
    func run(_ body: @Sendable () async throws -> Void) async throws {
        let running = Task { await supervisor.run() }
        signalling.emit(.connected(server: .callpoint))
        signalling.emit(.joined([Self.doctor]))
        try await until("the kiosk is in its room") { await supervisor.isReady }
        do {
            try await body()
        } catch {
            running.cancel()
            await running.value
            throw error
        }
        running.cancel()
        await running.value
    }

    /// The doctor calls and the call answers itself; returns when media flow.
    func call() async throws {
        signalling.emit(.incomingCall(Self.doctor))
        try await until("it rings") { await phase().word == "ringingIn" }
        clock.advance(.seconds(3))
        try await until("it answers") { signalling.actions.contains(.answer(to: "d1")) }
        signalling.emit(.offer(InProcessMedia.sdp, from: "d1"))
        try await until("media flow") { await phase().word == "inCall" }
    }

    /// Waits for what other tasks do; it gives way to them and never sleeps.
    func until(_ what: String, _ condition: () async -> Bool) async throws {
        for _ in 0..<200_000 {
            if await condition() { return }
            await Task.yield()
        }
        Issue.record("never: \(what); state \(await supervisor.state.phase)")
        throw Timeout()
    }

    struct Timeout: Error {}

    func phase() async -> CallPhase { await supervisor.state.phase }
}

extension CallPhase {
    var word: String {
        switch self {
        case .idle: "idle"
        case .ringingIn: "ringingIn"
        case .ringingOut: "ringingOut"
        case .connecting: "connecting"
        case .inCall(_, _, let interrupted): interrupted == nil ? "inCall" : "reconnecting"
        case .ended: "ended"
        }
    }
}
