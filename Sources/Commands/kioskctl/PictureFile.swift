import CPangoCairo
import CTurboJPEG
import CYUV
import Devices
import Glibc
import Primitives

/// A camera's picture as a file.
enum PictureFile {
    enum Kind {
        case jpeg, png

        init?(_ name: String) {
            let name = name.lowercased()
            if name.hasSuffix(".jpg") || name.hasSuffix(".jpeg") {
                self = .jpeg
            } else if name.hasSuffix(".png") {
                self = .png
            } else {
                return nil
            }
        }
    }

    /// False if it could not be made or written.
    static func write(_ frame: borrowing VideoFrame, to path: String, as kind: Kind) -> Bool {
        let (width, height) = (Int32(frame.width), Int32(frame.height))
        guard let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height) else { return false }
        defer { cairo_surface_destroy(surface) }
        guard cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS, let pixels = cairo_image_surface_get_data(surface)
        else { return false }
        let stride = cairo_image_surface_get_stride(surface)
        guard convert(frame, into: pixels, stride: stride) else { return false }
        cairo_surface_mark_dirty(surface)
        switch kind {
        case .png: return cairo_surface_write_to_png(surface, path) == CAIRO_STATUS_SUCCESS
        case .jpeg: return writeJPEG(pixels, width: width, height: height, stride: stride, to: path)
        }
    }

    private static func convert(
        _ frame: borrowing VideoFrame, into pixels: UnsafeMutablePointer<UInt8>, stride: Int32
    ) -> Bool {
        let layout = frame.layout
        return frame.buffer.withUnsafeBytes { bytes in
            guard bytes.count >= layout.size, let from = bytes.bindMemory(to: UInt8.self).baseAddress else {
                return false
            }
            let (u, v) = (from + layout.offsetU, from + layout.offsetV)
            let (strideY, strideUV) = (Int32(layout.strideY), Int32(layout.strideUV))
            let (width, height) = (Int32(layout.width), Int32(layout.height))
            switch layout.format {
            case .i420:
                return I420ToARGB(from, strideY, u, strideUV, v, strideUV, pixels, stride, width, height) == 0
            case .nv12: return NV12ToARGB(from, strideY, u, strideUV, pixels, stride, width, height) == 0
            }
        }
    }

    private static func writeJPEG(
        _ pixels: UnsafePointer<UInt8>, width: Int32, height: Int32, stride: Int32, to path: String
    ) -> Bool {
        guard let compressor = tjInitCompress() else { return false }
        defer { tjDestroy(compressor) }
        var bytes: UnsafeMutablePointer<UInt8>?
        var size: UInt = 0
        defer { tjFree(bytes) }
        guard
            tjCompress2(
                compressor, pixels, width, stride, height, Int32(TJPF_BGRX.rawValue), &bytes, &size,
                Int32(TJSAMP_420.rawValue), 90, 0) == 0, let file = fopen(path, "wbe")
        else { return false }
        let written = fwrite(bytes, 1, Int(size), file)
        return fclose(file) == 0 && written == Int(size)
    }
}
