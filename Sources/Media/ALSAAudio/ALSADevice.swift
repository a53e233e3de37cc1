import CALSA

/// A sound device of this machine, with the name for the board file.
public struct ALSADevice: Equatable, Sendable {
    /// `hw:CARD=Loopback,DEV=0`: by the card's id, which stays where numbers change.
    public var name: String
    /// The card's id: `Loopback`.
    public var card: String
    /// The card's name: `USB Speakerphone`.
    public var title: String
    /// The device's own name on the card.
    public var detail: String
    public var captures: Bool
    public var plays: Bool

    private static let limit = 64

    /// All devices of all cards, in the kernel's order.
    public static func all() -> [ALSADevice] {
        var list = [calsa_device](repeating: calsa_device(), count: limit)
        let count = Int(calsa_devices(&list, UInt32(limit)))
        return list.prefix(max(0, count)).map { entry in
            let card = text(entry.card_id)
            return ALSADevice(
                name: "hw:CARD=\(card),DEV=\(entry.device)", card: card, title: text(entry.card_name),
                detail: text(entry.name), captures: entry.captures != 0, plays: entry.plays != 0)
        }
    }

    /// Channels and rates, lowest to highest; nil if it cannot be opened now.
    public func range(capture: Bool) -> (channels: ClosedRange<Int>, rates: ClosedRange<Int>)? {
        var channels: (UInt32, UInt32) = (0, 0)
        var rates: (UInt32, UInt32) = (0, 0)
        let error = withUnsafeMutableBytes(of: &channels) { channels in
            withUnsafeMutableBytes(of: &rates) { rates in
                calsa_range(
                    name, capture ? 1 : 0, channels.assumingMemoryBound(to: UInt32.self).baseAddress,
                    rates.assumingMemoryBound(to: UInt32.self).baseAddress)
            }
        }
        guard error == 0, channels.0 <= channels.1, rates.0 <= rates.1 else { return nil }
        return (Int(channels.0)...Int(channels.1), Int(rates.0)...Int(rates.1))
    }

    /// What the mixer of a card is set to; nil where it has none.
    public static func level(card: String, capture: Bool, element: String? = nil) -> MixerLevel? {
        var percent: Int32 = -1
        var muted: Int32 = -1
        var found = [CChar](repeating: 0, count: 64)
        guard calsa_level(card, capture ? 1 : 0, element, &percent, &muted, &found) == 0 else { return nil }
        let name = String(decoding: found.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return MixerLevel(
            element: name, percent: percent < 0 ? nil : Int(percent), isMuted: muted < 0 ? nil : muted == 1)
    }

    /// The card's id in a PCM's name: `hw:CARD=Loopback,DEV=0`, `plughw:Loopback,0`; nil if there is none.
    package static func card(in name: String) -> String? {
        guard let colon = name.firstIndex(of: ":") else { return nil }
        let arguments = name[name.index(after: colon)...].split(separator: ",")
        if let named = arguments.first(where: { $0.hasPrefix("CARD=") }) { return String(named.dropFirst(5)) }
        return arguments.first.map(String.init)
    }

    private static func text<T>(_ tuple: T) -> String {
        withUnsafeBytes(of: tuple) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

/// A mixer's element, with its level and whether its switch is off, each nil where the card has none.
public struct MixerLevel: Equatable, Sendable, CustomStringConvertible {
    public var element: String
    public var percent: Int?
    public var isMuted: Bool?

    /// For people: `'Mic' at 60 %, muted`.
    public var description: String {
        "'\(element)'\(percent.map { " at \($0) %" } ?? "")\(isMuted == true ? ", muted" : "")"
    }
}

extension PCMFormat {
    /// For people: `48 kHz, 2 channels, s16`.
    var detail: String {
        let kilohertz = rate % 1_000 == 0 ? "\(rate / 1_000)" : "\(Double(rate) / 1_000)"
        return "\(kilohertz) kHz, \(channels == 1 ? "mono" : "\(channels) channels"), \(sample)"
    }
}
