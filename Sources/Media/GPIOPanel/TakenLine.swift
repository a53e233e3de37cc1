import CGPIOD
import Devices
import Glibc
import LinuxIO
import Primitives

/// A line that is ours; given back when this ends. One thread.
final class TakenLine {
    private let handle: OpaquePointer
    let isDebounced: Bool
    /// The most edges taken at once, which is also about what the kernel keeps for a line.
    static let batch = 16

    /// - Throws: why the kernel does not give it.
    init(_ line: PanelLine, _ found: KernelLine, debounce: Interval, value: Bool) throws(SystemError) {
        var settings = callpoint_gpio_settings()
        settings.offset = UInt32(clamping: found.offset)
        settings.is_output = line.role.isInput ? 0 : 1
        settings.is_active_low = line.isActiveLow ? 1 : 0
        settings.debounce_us = line.role.isInput ? UInt32(clamping: debounce.nanoseconds / 1000) : 0
        settings.value = value ? 1 : 0
        settings.bias =
            switch line.bias {
            case .asIs: UInt8(CALLPOINT_GPIO_BIAS_AS_IS)
            case .disabled: UInt8(CALLPOINT_GPIO_BIAS_DISABLED)
            case .pullUp: UInt8(CALLPOINT_GPIO_BIAS_PULL_UP)
            case .pullDown: UInt8(CALLPOINT_GPIO_BIAS_PULL_DOWN)
            }
        var debounced: Int32 = 0
        guard let handle = callpoint_gpio_request(found.chip, &settings, &debounced) else {
            throw SystemError(errno: errno, operation: "take \(found.chip) line \(found.offset)")
        }
        self.handle = handle
        isDebounced = debounced != 0
    }

    deinit { callpoint_gpio_release(handle) }

    /// Readable when edges wait; -1 for an output.
    var descriptor: Int32 { callpoint_gpio_descriptor(handle) }

    /// The logical level; nil if the line is gone.
    func level() -> Bool? {
        let value = callpoint_gpio_value(handle)
        return value < 0 ? nil : value != 0
    }

    /// - Returns: false if the line is gone.
    func set(_ level: Bool) -> Bool { callpoint_gpio_set(handle, level ? 1 : 0) == 0 }

    /// Calls `body` with each edge that waits, oldest first.
    /// - Returns: false if the line is gone.
    func takeEdges(_ body: (_ isActive: Bool, _ at: Instant) -> Void) -> Bool {
        var edges = [callpoint_gpio_edge](repeating: callpoint_gpio_edge(), count: Self.batch)
        // A chattering line keeps nobody else waiting: what is left is read at the next turn.
        let count = callpoint_gpio_edges(handle, &edges, UInt32(edges.count))
        guard count >= 0 else { return false }
        for edge in edges.prefix(Int(count)) { body(edge.is_active != 0, Instant(nanoseconds: edge.timestamp)) }
        return true
    }
}
