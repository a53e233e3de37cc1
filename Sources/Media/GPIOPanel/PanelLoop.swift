import Devices
import Glibc
import LinuxIO
import Primitives
import Synchronization

/// The panel's thread.
final class PanelLoop {
    private let lines: [PanelLine]
    private let debounce: Interval
    private let desk: PanelDesk
    private let tell: (PanelEvent) -> Void
    private var epoll: EpollSet
    private var logic: PanelLogic
    private var taken: [PanelRole: TakenLine] = [:]
    private var written: [PanelRole: Bool] = [:]
    private var rewriteAt = Instant.zero

    private static let signalTag = UInt64.max
    /// A kernel's time of an edge that is further away than this is of another clock and not believed.
    private static let age = Interval.seconds(10)

    init(
        lines: [PanelLine], debounce: Interval, desk: PanelDesk, epoll: consuming EpollSet,
        tell: @escaping (PanelEvent) -> Void
    ) {
        (self.lines, self.debounce, self.desk, self.tell) = (lines, debounce, desk, tell)
        self.epoll = epoll
        logic = PanelLogic(lines: lines, debounce: debounce, now: MonotonicClock.now())
    }

    func run() {
        do throws(SystemError) { try epoll.add(desk.signal, tag: Self.signalTag) } catch { return }
        while !desk.isStopping.load(ordering: .acquiring) {
            let now = MonotonicClock.now()
            desk.beat.set(now.nanoseconds)
            logic.show(desk.lamps.withLock { $0 }, now: now)
            logic.advance(to: now)
            takeMissing(now)
            write(now)
            for event in logic.takeEvents() { tell(event) }
            wait(until: min(logic.nextDeadline(after: now), now + .seconds(1)), now)
        }
        for line in lines where !line.role.isInput { _ = taken[line.role]?.set(false) }
        taken = [:]
    }

    private func takeMissing(_ now: Instant) {
        let due = logic.due(at: now)
        guard !due.isEmpty else { return }
        let present = LineSource.all()
        for line in due {
            do throws(PanelLineError) {
                try take(line, try line.find(among: present), now)
            } catch {
                logic.failed(line.role, error.text, now: now)
            }
        }
    }

    private func take(_ line: PanelLine, _ found: KernelLine, _ now: Instant) throws(PanelLineError) {
        let role = line.role
        do throws(SystemError) {
            let output = logic.output(role, at: now)
            let new = try TakenLine(line, found, debounce: debounce, value: output)
            if role.isInput {
                guard let level = new.level() else {
                    throw SystemError(errno: ENODEV, operation: "read \(role.rawValue)")
                }
                try epoll.add(new.descriptor, tag: Self.tag(role))
                logic.opened(role, level: level, isDebounced: new.isDebounced, now: now)
            } else {
                written[role] = output
                logic.opened(role, level: output, isDebounced: false, now: now)
            }
            taken[role] = new
        } catch {
            throw PanelLineError(text: "\(error)")
        }
    }

    /// Writes what has changed, and once a second everything: an output whose chip has gone gives no other sign.
    private func write(_ now: Instant) {
        let isDue = now >= rewriteAt
        if isDue { rewriteAt = now + PanelLogic.retry }
        for line in lines where !line.role.isInput {
            guard let output = taken[line.role] else { continue }
            let level = logic.output(line.role, at: now)
            guard isDue || written[line.role] != level else { continue }
            if output.set(level) { written[line.role] = level } else { lose(line.role, now) }
        }
    }

    private func wait(until deadline: Instant, _ now: Instant) {
        do throws(SystemError) {
            try epoll.wait(timeout: deadline - now)
        } catch {
            // Never without a pause, whatever it is that fails.
            MonotonicClock.sleep(until: now + .milliseconds(100))
        }
        for index in 0..<epoll.count {
            guard epoll[index] != Self.signalTag, let role = Self.role(epoll[index]) else { continue }
            read(role)
        }
    }

    private func read(_ role: PanelRole) {
        guard let line = taken[role] else { return }
        var edges: [(isActive: Bool, at: Instant)] = []
        let isThere = line.takeEdges { edges.append(($0, $1)) }
        let now = MonotonicClock.now()
        guard isThere, let level = line.level() else { return lose(role, now) }
        for edge in edges {
            let isOfOurClock = edge.at <= now && now - edge.at < Self.age
            logic.edge(role, isActive: edge.isActive, at: isOfOurClock ? edge.at : now)
        }
        // The kernel keeps a few edges only; after more of them the line itself says how it ended.
        if edges.count >= TakenLine.batch { logic.edge(role, isActive: level, at: now) }
    }

    private func lose(_ role: PanelRole, _ now: Instant) {
        if let line = taken.removeValue(forKey: role), role.isInput { epoll.remove(line.descriptor) }
        written[role] = nil
        logic.failed(role, "the line is gone", now: now)
    }

    private static func tag(_ role: PanelRole) -> UInt64 {
        UInt64(PanelRole.allCases.firstIndex(of: role) ?? 0)
    }

    private static func role(_ tag: UInt64) -> PanelRole? {
        Int(exactly: tag).flatMap { PanelRole.allCases.indices.contains($0) ? PanelRole.allCases[$0] : nil }
    }
}
