import Glibc
import Screens
import Testing

/// Writes every screen as a PNG file into the directory `CALLPOINT_SCREENS`, at the size `CALLPOINT_SCREEN_SIZE`, to be
/// looked at by whoever changes their design.
@Suite struct GalleryTests {
    @Test(.enabled(if: getenv("CALLPOINT_SCREENS") != nil), arguments: Exhibit.all)
    func writeScreen(_ exhibit: Exhibit) throws {
        let directory = String(cString: try #require(getenv("CALLPOINT_SCREENS")))
        let size = getenv("CALLPOINT_SCREEN_SIZE").map { String(cString: $0) } ?? "1280x800"
        let sides = size.split(separator: "x").compactMap { Int($0) }
        try #require(sides.count == 2)
        let png = exhibit.display(width: sides[0], height: sides[1]).png(at: Exhibit.now)
        let file = try #require(fopen("\(directory)/\(exhibit.name)-\(size).png", "w"))
        #expect(fwrite(png, 1, png.count, file) == png.count)
        fclose(file)
    }
}
