import CALSA
public import Devices
import Glibc

extension SoundDevice {
    /// The PCM that the name leads to. A card that is not there may still be a PCM of the configuration's.
    func find(_ direction: LibraryPCM.Direction) throws(DeviceError) -> FoundPCM {
        // A PCM's own name stands for itself; its card, for the mixer, is in it.
        if name.contains(":") || name == "default" {
            return FoundPCM(name: name, card: ALSADevice.card(in: name), direction: direction)
        }
        let all = ALSADevice.all().filter { direction == .capture ? $0.captures : $0.plays }
        let wanted = name == "auto" ? all.first : all.first { $0.card == name } ?? all.first { $0.title == name }
        if let wanted { return FoundPCM(name: wanted.name, card: wanted.card, direction: direction) }
        // What remains can be a PCM of the configuration's.
        guard name != "auto" else {
            throw .notFound(direction == .capture ? "a sound card that records" : "a sound card that plays")
        }
        return FoundPCM(name: name, card: nil, direction: direction)
    }
}

extension SoundDevice {
    /// What the mixer of the card is set to; nil where there is no card, or no mixer.
    public func mixerLevel(capture: Bool) -> MixerLevel? {
        guard let card = try? find(capture ? .capture : .playback).card else { return nil }
        return ALSADevice.level(card: card, capture: capture, element: element)
    }
}

/// A PCM that a name of the board file led to.
struct FoundPCM {
    var name: String
    /// For the mixer; nil where it is not known.
    var card: String?
    var direction: LibraryPCM.Direction

    func open() throws(DeviceError) -> any PCM {
        let (pcm, error) = LibraryPCM.open(name, direction)
        if let pcm { return pcm }
        switch 0 - error {
        case ENOENT, ENODEV, ENXIO: throw .notFound(name)
        case EBUSY, EAGAIN: throw .busy(name)
        case EINVAL: throw .unsupported("\(name) offers no format that can be used")
        default: throw .failed(errno: 0 - error, operation: "open \(name)")
        }
    }

    /// A card without a mixer, or without this control, is used as it is, unless it was to be muted: that must not fail in
    /// silence.
    func applyLevel(of device: SoundDevice) throws(DeviceError) {
        guard device.level != nil || device.isMuted != nil else { return }
        // A level that is set is meant to be heard.
        let muted: Int32 = device.isMuted.map { $0 ? 1 : 0 } ?? 0
        var error = -ENOENT
        if let card {
            error = calsa_set_level(
                card, direction == .capture ? 1 : 0, device.element, Int32(clamping: device.level ?? -1), muted)
        }
        if error != 0, device.isMuted == true { throw .unsupported("\(name) has no switch to mute it") }
    }
}
