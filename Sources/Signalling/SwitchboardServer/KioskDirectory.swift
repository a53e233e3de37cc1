import Primitives
import SignallingMessages

/// The kiosks the server knows, and what they last said of themselves; those that have gone stay listed as offline.
///
/// A kiosk is known by its name; a newer connection of that name takes the row over.
struct KioskDirectory: Sendable {
    struct Kiosk: Sendable {
        var name: String
        var place: String?
        var sockId: String?
        var room: String?
        var status: KioskStatus
        /// When the state began.
        var since: Instant
        var lastCallEnded: Instant?
    }

    /// Rows kept; the kiosk offline for longest makes room for a new one.
    private static let limit = 256
    private var kiosks: [String: Kiosk] = [:]
    private var nameOf: [String: String] = [:]

    /// False if the table is full of kiosks that are online.
    mutating func came(_ hello: Hello, sockId: String, now: Instant) -> Bool {
        if kiosks[hello.name] == nil, kiosks.count >= Self.limit {
            let gone = kiosks.values.filter { $0.sockId == nil }.min { $0.since < $1.since }
            guard let gone else { return false }
            kiosks[gone.name] = nil
        }
        if let before = kiosks[hello.name]?.sockId { nameOf[before] = nil }
        kiosks[hello.name] = Kiosk(
            name: hello.name, place: hello.place, sockId: sockId, room: kiosks[hello.name]?.room,
            status: KioskStatus(.idle), since: now,
            lastCallEnded: kiosks[hello.name]?.lastCallEnded)
        nameOf[sockId] = hello.name
        return true
    }

    mutating func joined(room: String, sockId: String) -> Bool {
        update(sockId) { $0.room = room }
    }

    mutating func told(_ status: KioskStatus, sockId: String, now: Instant) -> Bool {
        // Offline is for the server to say.
        guard status.state != .offline else { return false }
        return update(sockId) { kiosk in
            if kiosk.status.state == .inCall || kiosk.status.state == .reconnecting, status.state == .idle {
                kiosk.lastCallEnded = now
            }
            kiosk.since = now - .milliseconds(status.since ?? 0)
            kiosk.status = status
        }
    }

    mutating func left(sockId: String, now: Instant) -> Bool {
        let changed = update(sockId) { kiosk in
            if kiosk.status.state == .inCall { kiosk.lastCallEnded = now }
            (kiosk.sockId, kiosk.status, kiosk.since) = (nil, KioskStatus(.offline), now)
        }
        nameOf[sockId] = nil
        return changed
    }

    /// The rows as consoles get them, in order of name. `epoch` is the Unix time of `Instant.zero`.
    func list(epoch: Interval) -> [KioskPresence] {
        func unixTime(_ instant: Instant) -> Int64 { (instant - .zero + epoch).milliseconds }
        return kiosks.values.sorted { $0.name < $1.name }.map { kiosk in
            var status = kiosk.status
            status.since = unixTime(kiosk.since)
            return KioskPresence(
                name: kiosk.name, place: kiosk.place, roomId: kiosk.room, sockId: kiosk.sockId, status: status,
                lastCall: kiosk.lastCallEnded.map(unixTime))
        }
    }

    private mutating func update(_ sockId: String, _ change: (inout Kiosk) -> Void) -> Bool {
        guard let name = nameOf[sockId], var kiosk = kiosks[name] else { return false }
        change(&kiosk)
        kiosks[name] = kiosk
        return true
    }
}
