/// What is drawn over the pictures, laid out once and blended over each new one.
final class PictureLayer {
    struct Patch {
        let canvas: Canvas
        let x: Double
        let y: Double
    }
    var patches: [Patch] = []
    /// The plate with the time, made anew every second, and the plate with the name.
    var time: Patch?
    var name: Box?
    /// The own picture, mirrored, as it stands in its corner.
    var inset: Canvas?
    /// Where the other side's picture was last drawn; elsewhere the layer below shows.
    var pictureBox: Box?

    func clear() {
        patches.removeAll(keepingCapacity: true)
        (time, name, pictureBox) = (nil, nil, nil)
    }
}
