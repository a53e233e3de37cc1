import CV4L2
import Devices
import Glibc
import Testing
import V4L2Camera

@Suite struct CameraNameTests {
    /// A `/dev` of plain files and links, and who says what there.
    private final class Devices {
        let folder: Folder
        var cards: [String: String] = [:]
        private var made: [String] = []

        init() throws { folder = try Folder() }
        deinit {
            for path in made.reversed() {
                unlink(path)
                rmdir(path)
            }
        }

        func add(_ node: String, card: String, byID: String? = nil, byPath: String? = nil) throws {
            let path = "\(folder.path)/\(node)"
            _ = try folder.write(node, [])
            made.append(path)
            cards[path] = card
            for (kind, name) in [("by-id", byID), ("by-path", byPath)] {
                guard let name else { continue }
                for directory in ["v4l", "v4l/\(kind)"] where mkdir("\(folder.path)/\(directory)", 0o700) == 0 {
                    made.append("\(folder.path)/\(directory)")
                }
                let link = "\(folder.path)/v4l/\(kind)/\(name)"
                guard symlink("../../\(node)", link) == 0 else { throw CancellationError() }
                made.append(link)
            }
        }

        var names: CameraNames {
            let cards = cards
            return CameraNames(folder: folder.path) { path in
                cards[path].map {
                    CameraIdentity(card: $0, driver: "test", bus: "usb", isCamera: !$0.hasSuffix("metadata"))
                }
            }
        }
    }

    @Test func aCameraIsFoundByEveryNameItHas() throws {
        let devices = try Devices()
        try devices.add("video10", card: "Webcam: Webcam", byID: "usb-Webcam_1-index0", byPath: "pci-0-usb-1")
        try devices.add("video11", card: "Webcam metadata")
        try devices.add("video2", card: "vivid")
        let folder = devices.folder.path
        let names = devices.names
        #expect(names.nodes().map(\.path) == ["\(folder)/video2", "\(folder)/video10"])
        #expect(try names.path(of: "usb-Webcam_1-index0") == "\(folder)/v4l/by-id/usb-Webcam_1-index0")
        #expect(try names.path(of: "pci-0-usb-1") == "\(folder)/v4l/by-path/pci-0-usb-1")
        #expect(try names.path(of: "Webcam") == "\(folder)/video10")
        #expect(try names.path(of: "vivid") == "\(folder)/video2")
        #expect(try names.path(of: "/dev/video7") == "/dev/video7")
        #expect(names.nodes().map(names.stableName) == ["vivid", "usb-Webcam_1-index0"])
    }

    @Test func whatIsNotClearIsNotGuessed() throws {
        let devices = try Devices()
        try devices.add("video0", card: "Twin", byPath: "left")
        try devices.add("video1", card: "Twin")
        let names = devices.names
        #expect(throws: DeviceError.unsupported("'Twin' could be any of 'left', '\(devices.folder.path)/video1'")) {
            try names.path(of: "Twin")
        }
        #expect(throws: DeviceError.self) { try names.path(of: "auto") }
        for absent in ["", "0", "video0", "Twi", "../video0"] {
            #expect(throws: DeviceError.notFound("camera '\(absent)'")) { try names.path(of: absent) }
        }
    }

    @Test func theOnlyCameraIsTaken() throws {
        let devices = try Devices()
        #expect(throws: DeviceError.notFound("a camera")) { try devices.names.path(of: "auto") }
        try devices.add("video4", card: "One")
        #expect(try devices.names.path(of: "auto") == "\(devices.folder.path)/video4")
    }
}
