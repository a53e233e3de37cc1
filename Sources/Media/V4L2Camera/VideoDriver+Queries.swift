import CV4L2
import Devices
import Glibc

/// What a driver says it is.
package struct CameraIdentity: Equatable {
    /// The model, "HD Pro Webcam C920".
    package var card: String
    package var driver: String
    /// Where it is plugged in.
    package var bus: String
    /// Whether it delivers pictures into memory that can be mapped.
    package var isCamera: Bool

    package init(card: String, driver: String, bus: String, isCamera: Bool) {
        (self.card, self.driver, self.bus, self.isCamera) = (card, driver, bus, isCamera)
    }
}

/// Whatever a driver says is bounded here: how many answers are read, and every number in them.
extension VideoDriver {
    private var mostFormats: UInt32 { 64 }
    private var mostSizes: UInt32 { 128 }
    private var mostIntervals: UInt32 { 64 }
    private var sides: ClosedRange<UInt32> { 1...65_536 }

    func identity() throws(DeviceError) -> CameraIdentity {
        var answer = v4l2_capability()
        let result = ask(CV4L2_QUERYCAP, about: &answer)
        guard result >= 0 else { throw .failed(errno: -result, operation: "ask what the device is") }
        let flags =
            answer.capabilities & UInt32(V4L2_CAP_DEVICE_CAPS) != 0 ? answer.device_caps : answer.capabilities
        return CameraIdentity(
            card: text(of: answer.card), driver: text(of: answer.driver), bus: text(of: answer.bus_info),
            isCamera: flags & UInt32(V4L2_CAP_VIDEO_CAPTURE) != 0 && flags & UInt32(V4L2_CAP_STREAMING) != 0)
    }

    /// Everything it offers that is known here, and the names of the formats that are not.
    func offers() -> (offers: [CameraOffer], others: [String]) {
        var offers: [CameraOffer] = []
        var others: [String] = []
        for index in 0..<mostFormats {
            var answer = v4l2_fmtdesc()
            answer.index = index
            answer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue
            guard ask(CV4L2_ENUM_FMT, about: &answer) >= 0 else { break }
            guard let format = CameraPixelFormat(fourCC: answer.pixelformat) else {
                others.append(CameraPixelFormat.name(answer.pixelformat))
                continue
            }
            offers += sizes(of: format)
        }
        return (offers, others)
    }

    private func sizes(of format: CameraPixelFormat) -> [CameraOffer] {
        var offers: [CameraOffer] = []
        for index in 0..<mostSizes {
            var answer = v4l2_frmsizeenum()
            answer.index = index
            answer.pixel_format = format.fourCC
            guard ask(CV4L2_ENUM_FRAMESIZES, about: &answer) >= 0 else { break }
            if answer.type == V4L2_FRMSIZE_TYPE_DISCRETE.rawValue {
                let (width, height) = (answer.discrete.width, answer.discrete.height)
                guard sides.contains(width), sides.contains(height) else { continue }
                offers.append(
                    CameraOffer(
                        format: format, size: .discrete(width: Int(width), height: Int(height)),
                        rates: rates(of: format, width: width, height: height)))
            } else {
                // One answer says it all.
                let steps = answer.stepwise
                guard let widths = range(steps.min_width, steps.max_width),
                    let heights = range(steps.min_height, steps.max_height)
                else { break }
                offers.append(
                    CameraOffer(
                        format: format,
                        size: .stepwise(
                            widths: widths, widthStep: Int(max(1, steps.step_width)), heights: heights,
                            heightStep: Int(max(1, steps.step_height))),
                        rates: rates(of: format, width: steps.max_width, height: steps.max_height)))
                break
            }
        }
        return offers
    }

    private func range(_ low: UInt32, _ high: UInt32) -> ClosedRange<Int>? {
        guard sides.contains(low), sides.contains(high), low <= high else { return nil }
        return Int(low)...Int(high)
    }

    private func rates(of format: CameraPixelFormat, width: UInt32, height: UInt32) -> OfferedRates {
        var intervals: [FrameInterval] = []
        for index in 0..<mostIntervals {
            var answer = v4l2_frmivalenum()
            answer.index = index
            answer.pixel_format = format.fourCC
            (answer.width, answer.height) = (width, height)
            guard ask(CV4L2_ENUM_FRAMEINTERVALS, about: &answer) >= 0 else { break }
            guard answer.type == V4L2_FRMIVAL_TYPE_DISCRETE.rawValue else {
                let (low, high) = (answer.stepwise.min, answer.stepwise.max)
                guard let shortest = FrameInterval(low.numerator, low.denominator),
                    let longest = FrameInterval(high.numerator, high.denominator),
                    shortest.framesPerSecond >= longest.framesPerSecond
                else { return .unknown }
                return .range(shortest: shortest, longest: longest)
            }
            if let interval = FrameInterval(answer.discrete.numerator, answer.discrete.denominator) {
                intervals.append(interval)
            }
        }
        return intervals.isEmpty ? .unknown : .discrete(intervals)
    }
}

/// The text of a fixed field, up to its first zero and without what does not print.
func text<Field>(of field: Field) -> String {
    withUnsafeBytes(of: field) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }.map { (32..<127).contains($0) ? $0 : 46 }, as: UTF8.self)
    }
}
