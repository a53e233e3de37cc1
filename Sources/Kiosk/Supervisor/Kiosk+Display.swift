import Devices
import LinuxIO
import Logging
import Screens

extension Kiosk {
    /// Shows `screen` on a display of `displays` whenever there is one. Without, the kiosk works by its button and sound.
    static func present(
        _ screen: VirtualDisplay, on displays: any DisplayBackend, _ logger: Logger
    ) throws(StartFailure) -> ScreenPresenter {
        do throws(SystemError) {
            return try ScreenPresenter(of: screen, on: displays) { condition in
                switch condition {
                case .shows(let name, let mode):
                    logger.info("display", metadata: ["connector": "\(name)", "mode": "\(mode)"])
                case .dark(let error):
                    logger.warning("no display: the kiosk goes on without", metadata: ["reason": "\(error)"])
                }
            }
        } catch {
            throw .unavailable("\(error)")
        }
    }
}
