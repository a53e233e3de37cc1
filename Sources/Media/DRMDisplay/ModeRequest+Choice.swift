package import Devices

extension ModeRequest {
    /// The longest side that a screen is laid out for.
    static let longestSide = 8192
    static let shortestSide = 120

    /// The mode to drive a display with: what is asked for, else what the display prefers, else its largest.
    ///
    /// Interlaced modes are taken only from a display that has nothing else: on a still screen they flicker.
    /// - Returns: the mode, and whether it is what was asked for; nil if the display offers none that can be drawn.
    package static func choose(
        _ request: ModeRequest?, among offered: [ConnectorMode]
    ) -> (mode: ConnectorMode, isAsRequested: Bool)? {
        let possible = offered.filter {
            (shortestSide...longestSide).contains($0.mode.width)
                && (shortestSide...longestSide).contains($0.mode.height)
        }
        let progressive = possible.filter { !$0.isInterlaced }
        let modes = progressive.isEmpty ? possible : progressive
        func distance(_ mode: ConnectorMode, _ rate: Int) -> Int { abs(mode.mode.refresh - rate * 1000) }
        if let request {
            let fitting = modes.filter { $0.mode.width == request.width && $0.mode.height == request.height }
            if let mode = fitting.min(by: { distance($0, request.rate ?? 60) < distance($1, request.rate ?? 60) }) {
                return (mode, request.rate.map { distance(mode, $0) <= 1_000 } ?? true)
            }
        }
        if let preferred = modes.first(where: \.isPreferred) { return (preferred, request == nil) }
        let largest = modes.max {
            let (a, b) = ($0.mode.width * $0.mode.height, $1.mode.width * $1.mode.height)
            return (a, distance($1, 60)) < (b, distance($0, 60))
        }
        return largest.map { ($0, request == nil) }
    }
}
