import CGPIOD
import Devices

/// A line as `kioskctl devices` lists it.
public struct KernelLine: Equatable, Sendable {
    /// The character device, "/dev/gpiochip0".
    public var chip: String
    /// The chip's label, which stays the same from boot to boot.
    public var label: String
    public var offset: Int
    public var name: String
    /// Who uses it; empty if nobody does.
    public var consumer: String
    public var isOutput: Bool
    public var isUsed: Bool

    package init(
        chip: String, label: String, offset: Int, name: String, consumer: String, isOutput: Bool, isUsed: Bool
    ) {
        (self.chip, self.label, self.offset, self.name) = (chip, label, offset, name)
        (self.consumer, self.isOutput, self.isUsed) = (consumer, isOutput, isUsed)
    }

    /// What the board file calls it by: its name if no other line has it, else chip and number.
    public func stableName(among lines: [KernelLine]) -> String {
        let isUnique = !name.isEmpty && !name.contains(" ") && lines.filter { $0.name == name }.count == 1
        return isUnique ? name : "\(label.isEmpty || label.contains(" ") ? chip : label):\(offset)"
    }
}

/// The kernel's lines, by libgpiod.
public enum LineSource {
    /// The version of libgpiod that this was built with.
    public static var libraryVersion: String { String(cString: callpoint_gpio_library_version()) }

    /// Every line of every chip; 2048 at the most.
    public static func all() -> [KernelLine] {
        let room = 2048
        let lines = UnsafeMutablePointer<callpoint_gpio_line>.allocate(capacity: room)
        defer { lines.deallocate() }
        let count = min(Int(callpoint_gpio_list(lines, UInt32(room))), room)
        return (0..<count).map { index in
            let line = lines[index]
            return KernelLine(
                chip: text(line.chip), label: text(line.label), offset: Int(line.offset), name: text(line.name),
                consumer: text(line.consumer), isOutput: line.is_output != 0, isUsed: line.is_used != 0)
        }
    }

    private static func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

extension PanelLine {
    /// The line among `lines` that is meant.
    /// - Throws: in words, why there is none: a name that two lines have is no name.
    func find(among lines: [KernelLine]) throws(PanelLineError) -> KernelLine {
        switch place {
        case .name(let name):
            let found = lines.filter { $0.name == name }
            guard let line = found.first else { throw PanelLineError(text: "there is no line named \(name)") }
            guard found.count == 1 else {
                throw PanelLineError(text: "\(found.count) lines are named \(name); name the chip and the offset")
            }
            return line
        case .chip(let chip, let offset):
            let found = lines.first {
                $0.offset == offset && [$0.label, $0.chip, $0.chip.dropPrefix("/dev/")].contains(chip)
            }
            guard let found else { throw PanelLineError(text: "there is no line \(chip):\(offset)") }
            return found
        }
    }
}

extension String {
    fileprivate func dropPrefix(_ prefix: String) -> String {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
    }
}

struct PanelLineError: Error {
    var text: String
}
