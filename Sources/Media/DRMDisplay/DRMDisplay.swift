public import Devices
import Synchronization

/// The display of a board, by kernel mode setting.
///
/// The card stays open, and with it the right to set modes, when its display is unplugged: so no console text is seen
/// when that is plugged in again. Any thread may open; what is opened belongs to one.
public final class DRMDisplay: DisplayBackend {
    /// The connector's name, nil for whichever has a display.
    public let connector: String?
    public let request: ModeRequest?
    private let card = Mutex<KernelCard?>(nil)

    public init(connector: String? = nil, request: ModeRequest? = nil) {
        (self.connector, self.request) = (connector, request)
    }

    public func openDisplay() throws(DeviceError) -> any DisplayOutput {
        try card.withLock { kept throws(DeviceError) -> DRMOutput in
            if let card = kept {
                do throws(DeviceError) {
                    return try Self.open(connector, request, on: card)
                } catch .notFound(let name) {
                    // Still without a display, which is no reason to let the console have it.
                    throw .notFound(name)
                } catch {
                    kept = nil
                    throw error
                }
            }
            var refusal: DeviceError?
            for path in KernelCard.paths {
                do throws(DeviceError) {
                    let card = try KernelCard(path: path, asMaster: true)
                    let output = try Self.open(connector, request, on: card)
                    kept = card
                    return output
                } catch .notFound {
                    continue
                } catch {
                    refusal = refusal ?? error
                }
            }
            throw refusal ?? .notFound(connector ?? "no display is connected")
        }
    }

    /// The first connector that fits, in the mode that fits, on the first CRTC that can drive it.
    package static func open(
        _ name: String?, _ request: ModeRequest?, on card: any ModeSetting
    ) throws(DeviceError) -> DRMOutput {
        let candidates = try card.connectors(probing: true).filter {
            // Some panels cannot tell whether they are there; whoever names one knows.
            name == nil ? $0.status == .connected : $0.name == name && $0.status != .disconnected
        }
        guard let connector = candidates.first else { throw .notFound(name ?? "no display is connected") }
        guard let (mode, _) = ModeRequest.choose(request, among: connector.modes) else {
            throw .unsupported("\(connector.name) offers no mode that can be drawn")
        }
        let crtcs = try card.crtcs()
        guard let crtc = crtcs.enumerated().first(where: { connector.possibleCRTCs >> $0.offset & 1 == 1 })?.element
        else { throw .unsupported("nothing on the card can drive \(connector.name)") }
        return try DRMOutput(card: card, connector: connector, mode: mode, crtc: crtc)
    }

    /// What cards there are and what is connected to them, for people. Needs no right to set modes.
    public static func survey() -> [(card: String, driver: String, connectors: [Connector])] {
        KernelCard.paths.compactMap { path in
            do throws(DeviceError) {
                let card = try KernelCard(path: path, asMaster: false)
                return (path, card.driver, try card.connectors(probing: true))
            } catch { return nil }
        }
    }
}
