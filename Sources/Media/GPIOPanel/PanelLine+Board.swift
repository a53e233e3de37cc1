public import KioskConfiguration

extension PanelLine {
    /// The lines that a board file names, in the order of their roles.
    public static func all(of gpio: BoardConfiguration.Panel.GPIO) -> [PanelLine] {
        PanelRole.allCases.compactMap { role in
            BoardConfiguration.Panel.GPIO.Role(rawValue: role.rawValue).flatMap { gpio.lines[$0] }
                .map { PanelLine(role: role, $0) }
        }
    }

    private init(role: PanelRole, _ line: BoardConfiguration.GPIOLine) {
        let place: Place =
            switch line.place {
            case .name(let name): .name(name)
            case .chip(let chip, let offset): .chip(chip, offset: offset)
            }
        let bias: Bias =
            switch line.bias {
            case .asIs: .asIs
            case .disabled: .disabled
            case .pullUp: .pullUp
            case .pullDown: .pullDown
            }
        self.init(role: role, place: place, isActiveLow: line.isActiveLow, bias: bias)
    }
}
