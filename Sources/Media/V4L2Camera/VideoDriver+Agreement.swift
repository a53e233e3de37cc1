import CV4L2
import Devices
import Glibc
import Primitives

/// What the driver has agreed to, checked.
struct AgreedFormat: Equatable {
    /// Of the pictures that are handed on.
    var layout: PictureLayout
    /// Nil if they lie like that already.
    var conversion: PictureConversion?
}

extension VideoDriver {
    /// Sets the format. A driver may change sizes as it likes, so that its answer counts.
    func agree(on choice: FormatNegotiation.Choice, name: String) throws(DeviceError) -> AgreedFormat {
        var format = v4l2_format()
        format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue
        format.fmt.pix.width = UInt32(clamping: choice.width)
        format.fmt.pix.height = UInt32(clamping: choice.height)
        format.fmt.pix.pixelformat = choice.format.fourCC
        format.fmt.pix.field = V4L2_FIELD_NONE.rawValue
        let result = ask(CV4L2_S_FMT, about: &format)
        guard result >= 0 else {
            throw result == -EBUSY ? .busy(name) : .failed(errno: -result, operation: "set the format of \(name)")
        }
        let answer = format.fmt.pix
        guard answer.pixelformat == choice.format.fourCC, let agreed = Self.format(choice.format, answer) else {
            let given = CameraPixelFormat.name(answer.pixelformat)
            throw .unsupported("\(name) gives \(given) of \(answer.width)x\(answer.height), which it did not offer")
        }
        return agreed
    }

    /// Nil for sizes and strides that cannot be.
    private static func format(_ source: CameraPixelFormat, _ answer: v4l2_pix_format) -> AgreedFormat? {
        let (width, height) = (Int(answer.width), Int(answer.height))
        guard FormatNegotiation.widths.contains(width), FormatNegotiation.heights.contains(height), width % 2 == 0,
            height % 2 == 0, answer.bytesperline <= 65_536
        else { return nil }
        let stated = Int(answer.bytesperline)
        switch source {
        case .nv12:
            let stride = stated == 0 ? width : stated
            return PictureLayout(format: .nv12, width: width, height: height, strideY: stride, strideUV: stride)
                .map { AgreedFormat(layout: $0) }
        case .yu12:
            let stride = stated == 0 ? width : stated
            return PictureLayout(format: .i420, width: width, height: height, strideY: stride, strideUV: stride / 2)
                .map { AgreedFormat(layout: $0) }
        case .yuyv, .uyvy, .mjpeg:
            let stride = stated == 0 ? 2 * width : stated
            guard source == .mjpeg || stride >= 2 * width else { return nil }
            return PictureLayout(format: .i420, width: width, height: height).map {
                AgreedFormat(
                    layout: $0, conversion: PictureConversion(source: source, stride: stride, layout: $0))
            }
        }
    }

    /// Sets the rate. A camera that has no choice of it delivers as it likes.
    /// - Returns: the rate that was agreed on, rounded, at least 1.
    func setRate(_ interval: FrameInterval?, wanted: Int) -> Int {
        var parameters = v4l2_streamparm()
        parameters.type = V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue
        let asked = interval ?? FrameInterval(1, UInt32(clamping: max(1, wanted)))
        if let asked {
            parameters.parm.capture.timeperframe = v4l2_fract(
                numerator: asked.numerator, denominator: asked.denominator)
        }
        var agreed = asked
        if ask(CV4L2_S_PARM, about: &parameters) >= 0 {
            let answer = parameters.parm.capture.timeperframe
            agreed = FrameInterval(answer.numerator, answer.denominator) ?? asked
        }
        return max(1, min(240, Int(min(240, agreed?.framesPerSecond ?? 1) + 0.5)))
    }
}
