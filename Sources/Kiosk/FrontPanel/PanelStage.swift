import NIOCore
import Primitives
import Screens
import Synchronization

/// What all connections of a front panel share.
final class PanelStage: Sendable {
    let display: VirtualDisplay
    let clock: @Sendable () -> Instant
    let access: PanelAccess
    let limits: PanelLimits
    let inputs: AsyncStream<PanelInput>
    private let continuation: AsyncStream<PanelInput>.Continuation
    private let state = Mutex(State())
    private let photographer: Mutex<Photographer>

    private struct State {
        var snapshot = PanelSnapshot()
        var version: UInt64 = 1
        var held: [String: Instant] = [:]
        var connections = 0
        var streams: [StreamKind: Int] = [:]
    }

    enum StreamKind: Hashable { case pictures, events }

    init(
        display: VirtualDisplay, clock: @escaping @Sendable () -> Instant, access: PanelAccess, limits: PanelLimits
    ) {
        (self.display, self.clock, self.access, self.limits) = (display, clock, access, limits)
        (inputs, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
        photographer = Mutex(Photographer())
    }

    func publish(_ snapshot: PanelSnapshot) {
        state.withLock { state in
            guard state.snapshot != snapshot else { return }
            state.snapshot = snapshot
            state.version += 1
        }
    }

    func end() { continuation.finish() }

    // MARK: connections

    func admitConnection() -> Bool {
        state.withLock { state in
            state.connections += 1
            return state.connections <= limits.connections
        }
    }
    func connectionEnded() { state.withLock { $0.connections -= 1 } }

    func admit(_ kind: StreamKind) -> Bool {
        state.withLock { state in
            guard state.streams[kind, default: 0] < limits.streams else { return false }
            state.streams[kind, default: 0] += 1
            return true
        }
    }
    func ended(_ kind: StreamKind) { state.withLock { $0.streams[kind, default: 1] -= 1 } }

    // MARK: what is seen

    /// The facts as JSON, nil if they are still those of `version`.
    func facts(newerThan version: UInt64? = nil) -> (json: String, version: UInt64)? {
        let (snapshot, current, held) = state.withLock { ($0.snapshot, $0.version, Array($0.held.keys)) }
        guard current != version else { return nil }
        let texts = display.texts(at: clock())
        return (PanelJSON.state(snapshot, held: held.sorted(), display: display, texts: texts), current)
    }

    /// The screen as JPEG, nil if it is still the picture `serial`.
    func photograph(newerThan serial: UInt64? = nil) -> (jpeg: ByteBuffer, serial: UInt64)? {
        photographer.withLock { $0.photograph(display, at: clock(), newerThan: serial) }
    }

    // MARK: buttons

    /// - Returns: false if there is no such button.
    func act(_ action: ButtonAction, on button: String) -> Bool {
        let now = clock()
        return state.withLock { state in
            guard state.snapshot.buttons.contains(where: { $0.name == button }) else { return false }
            state.version += 1
            switch action {
            case .press:
                // A second press means that the release in between was lost.
                if state.held.updateValue(now, forKey: button) != nil { continuation.yield(.released(button: button)) }
                continuation.yield(.pressed(button: button))
            case .release:
                if state.held.removeValue(forKey: button) != nil { continuation.yield(.released(button: button)) }
            case .long: continuation.yield(.long(button: button))
            }
            return true
        }
    }

    /// A page that went away cannot hold a button for ever.
    func releaseForgotten(now: Instant) {
        state.withLock { state in
            for (button, since) in state.held where now - since >= limits.longestHold {
                state.held.removeValue(forKey: button)
                state.version += 1
                continuation.yield(.released(button: button))
            }
        }
    }
}

enum ButtonAction: String { case press, release, long }
