import GPIOPanel
import KioskConfiguration
import LinuxIO

extension Kiosk {
    /// Takes the board's own lines; nil where it has none.
    static func lines(_ board: BoardConfiguration) throws(StartFailure) -> GPIOPanel? {
        guard let gpio = board.panel.gpio else { return nil }
        do throws(SystemError) {
            return try GPIOPanel(lines: gpio.lines, debounce: gpio.debounce)
        } catch {
            throw .unavailable("\(error)")
        }
    }
}
