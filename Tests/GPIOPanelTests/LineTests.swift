import Devices
import GPIOPanel
import Testing

@Suite struct LineTests {
    @Test func theLibraryIsOneOfTheTwo() {
        #expect(LineSource.libraryVersion.hasPrefix("1.6") || LineSource.libraryVersion.hasPrefix("2."))
    }

    @Test func stableNames() {
        func line(_ name: String, _ label: String, _ offset: Int) -> KernelLine {
            KernelLine(
                chip: "/dev/gpiochip0", label: label, offset: offset, name: name, consumer: "", isOutput: false,
                isUsed: false)
        }
        let lines = [line("CALL", "bank", 0), line("TWICE", "bank", 1), line("TWICE", "bank", 2), line("", "", 3)]
        #expect(lines.map { $0.stableName(among: lines) } == ["CALL", "bank:1", "bank:2", "/dev/gpiochip0:3"])
    }
}
