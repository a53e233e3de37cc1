import Devices

extension ScreenRenderer {
    /// The part of the screen that pictures are in.
    private var pictureArea: PixelBox { layout.picture.pixels }

    /// Where the other side's picture goes: as large as fits, with its proportions.
    private var remoteBox: PixelBox {
        let box = layout.picture.fitting(width: remote.width, height: remote.height)
        return PixelBox(x: Int(box.x), y: Int(box.y), width: Int(box.width), height: Int(box.height))
    }

    /// Draws of a call's pictures what has changed, and notes where. Nothing is allocated for a new picture.
    /// - Parameter everything: the still layer is new, and all of the area has been drawn over.
    func drawPictures(_ look: Look, everything: Bool, changes: inout DirtyRegion) {
        var region = DirtyRegion()
        if everything { region.add(pictureArea) }
        noteRemote(&region)
        noteInset(look, &region)
        if pictures.time?.box != drawnTime?.box || pictures.time?.canvas !== drawnTime?.canvas {
            if let old = drawnTime { region.add(old.box) }
            if let new = pictures.time { region.add(new.box) }
            drawnTime = pictures.time
        }
        frame.flush()
        for index in 0..<region.count { compose(region[index], dimmed: look.scene.isReconnecting) }
        frame.touched()
        changes.formUnion(region)
    }

    private func noteRemote(_ region: inout DirtyRegion) {
        guard !remote.isEmpty else { return }
        let box = remoteBox
        if pictures.pictureBox != box {
            pictures.pictureBox = box
            region.add(pictureArea)
        } else if remote.generation != drawnRemote {
            region.add(box)
        }
        scaled.scale(remote, width: box.width, height: box.height)
    }

    private func noteInset(_ look: Look, _ region: inout DirtyRegion) {
        guard look.cameraIsOpen, !local.isEmpty, !look.scene.isReconnecting else {
            if let gone = pictures.inset { region.add(gone.box) }
            pictures.inset = nil
            return
        }
        let box = insetBox
        if let inset = pictures.inset, inset.box == box, local.generation == drawnLocal { return }
        if pictures.inset?.box != box {
            if let old = pictures.inset { region.add(old.box) }
            pictures.inset = Inset(
                box: box, radius: layout.unit * 0.022, edgeWidth: max(1.5, layout.unit * 0.004))
        }
        pictures.inset?.take(local)
        region.add(box)
    }

    private var insetBox: PixelBox {
        let area = layout.picture
        let margin = (layout.unit * 0.03).rounded()
        let most = Box(0, 0, area.width * (layout.isLandscape ? 0.22 : 0.30), area.height * 0.34)
        let size = most.fitting(width: local.width, height: local.height)
        return PixelBox(
            x: Int(area.right - margin - size.width), y: Int(area.y + margin), width: Int(size.width),
            height: Int(size.height))
    }

    /// Draws `box` of the picture area anew, layer over layer, so that it may be done in any parts and any order.
    private func compose(_ box: PixelBox, dimmed: Bool) {
        var box = box.intersection(pictureArea)
        guard !box.isEmpty else { return }
        if let picture = pictures.pictureBox {
            // A picture's part begins at an even pixel of it.
            let left = (box.x - picture.x) & 1
            let top = (box.y - picture.y) & 1
            let (x, y) = (max(pictureArea.x, box.x - left), max(pictureArea.y, box.y - top))
            box = PixelBox(x: x, y: y, width: box.right - x, height: box.bottom - y)
            if !picture.contains(box) { frame.copy(part: box, from: base) }
            scaled.paint(on: frame, x: picture.x, y: picture.y, part: box)
            if dimmed { frame.dim(part: box.intersection(picture)) }
        } else {
            frame.copy(part: box, from: base)
        }
        pictures.inset?.draw(on: frame, part: box)
        for patch in pictures.patches { frame.blend(patch.canvas, x: patch.x, y: patch.y, part: box) }
        if let time = pictures.time { frame.blend(time.canvas, x: time.x, y: time.y, part: box) }
    }
}
