import SignallingMessages
import V4L2Camera

extension DeviceListing {
    static let cameras = DeviceListing(kind: "cameras", boardKey: "camera.v4l2") {
        V4L2Camera.list().map { camera in
            ListedDevice(
                name: camera.name, title: "\(camera.card) on \(camera.bus), now \(camera.path)",
                details: lines(camera),
                members: [
                    ("card", .string(camera.card)), ("bus", .string(camera.bus)), ("path", .string(camera.path)),
                    ("formats", .array(camera.offers.map(json))),
                    ("otherFormats", .array(camera.otherFormats.map { .string($0) })),
                ])
        }
    }

    /// A line for each format, with its sizes and their rates.
    private static func lines(_ camera: ListedCamera) -> [String] {
        var lines: [String] = []
        for format in CameraPixelFormat.allCases {
            let sizes = camera.offers.filter { $0.format == format }.map { "\(text($0.size))\(text($0.rates))" }
            if !sizes.isEmpty { lines.append("\(format.name)  \(sizes.joined(separator: ", "))") }
        }
        if !camera.otherFormats.isEmpty {
            lines.append("not used here: \(camera.otherFormats.joined(separator: ", "))")
        }
        return lines
    }

    private static func text(_ size: OfferedSize) -> String {
        switch size {
        case .discrete(let width, let height): "\(width)x\(height)"
        case .stepwise(let widths, _, let heights, _):
            "\(widths.lowerBound)x\(heights.lowerBound) to \(widths.upperBound)x\(heights.upperBound)"
        }
    }

    private static func text(_ rates: OfferedRates) -> String {
        switch rates {
        case .unknown: ""
        case .discrete(let intervals):
            // Some offer a dozen; the ends say enough for people.
            "@" + ends(intervals.map(\.framesPerSecond))
        case .range(let shortest, let longest):
            "@\(text(longest.framesPerSecond))-\(text(shortest.framesPerSecond))"
        }
    }

    private static func ends(_ rates: [Double]) -> String {
        guard let low = rates.min(), let high = rates.max() else { return "" }
        return low == high ? text(high) : "\(text(low))-\(text(high))"
    }

    /// With one digit where it is not whole.
    private static func text(_ rate: Double) -> String {
        let tenths = Int(min(10_000, max(0, rate)) * 10 + 0.5)
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    private static func json(_ offer: CameraOffer) -> JSONValue {
        let rates: [JSONValue] =
            switch offer.rates {
            case .unknown: []
            case .discrete(let intervals): intervals.map { .string(text($0.framesPerSecond)) }
            case .range(let shortest, let longest):
                [.string(text(longest.framesPerSecond)), .string(text(shortest.framesPerSecond))]
            }
        return .members([
            ("format", .string(offer.format.name)), ("size", .string(text(offer.size))), ("rates", .array(rates)),
        ])
    }
}
