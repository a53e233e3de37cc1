import Devices
import Glibc
import KioskConfiguration
import Testing

/// The files in board/, each as kioskd reads it. Their agreement with the schema is tested in Tests/Interop.
@Suite struct BoardFileTests {
    static let names: [String] = {
        guard let directory = opendir(Repository.path("board")) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".yaml") { names.append(name) }
        }
        return names.sorted()
    }()

    @Test func thereIsOneForEachBoard() {
        for name in ["virtual.yaml", "reference-kiosk.yaml", "rpi.yaml", "qemu-rig.yaml"] {
            #expect(Self.names.contains(name))
        }
    }

    @Test(arguments: names) func everyBoardIsSound(name: String) throws {
        let board = try BoardConfiguration(file: Repository.path("board/" + name))
        #expect(!board.name.isEmpty)
    }

    @Test(arguments: ["reference-kiosk.yaml", "rpi.yaml"]) func aBoardForPatientsHasRealDevices(name: String) throws {
        let board = try BoardConfiguration(file: Repository.path("board/" + name))
        guard case .v4l2 = board.camera.source else {
            Issue.record("the camera is virtual")
            return
        }
        #expect(board.display.drm != nil)
        #expect(board.panel.gpio?.lines.contains { $0.role == .callButton } == true)
        #expect(board.panel.listen == nil, "a page that anybody could operate the kiosk from")
    }
}
