import CPangoCairo
import CallControl
import Devices
import Primitives

/// Draws the screens. Everything that stands still is drawn once into a layer and kept; a new picture or second touches
/// only its own rectangle. One thread at a time; the display's lock sees to that.
final class ScreenRenderer: @unchecked Sendable {
    let layout: ScreenLayout
    let options: ScreenOptions
    let typesetter = Typesetter()
    let frame: Canvas
    /// The layer that stands still.
    let base: Canvas
    /// What changed of `frame` with its last serials.
    private(set) var damage: DamageHistory
    var serial: UInt64 { damage.serial }
    /// What is written on the screen now, in the order of drawing.
    var written: [PlacedText] = []
    /// How often texts were laid out.
    private(set) var layouts = 0

    var remote = PictureBuffer()
    var local = PictureBuffer()
    let scaled = PictureBuffer()
    let pictures: PictureLayer
    private var drawn: Look?
    private(set) var drawnRemote: UInt64 = 0
    private(set) var drawnLocal: UInt64 = 0
    /// The plate with the time as `frame` has it.
    var drawnTime: PictureLayer.Patch?
    private var lastScene: Scene = .idle
    private var cleaned = CleanContent(ScreenContent())

    /// - Parameter serial: the first drawing's is one higher.
    init(width: Int, height: Int, options: ScreenOptions, after serial: UInt64 = 0) {
        layout = ScreenLayout(width: width, height: height, buttonSide: options.buttonSide)
        self.options = options
        frame = Canvas(width: width, height: height)
        base = Canvas(width: width, height: height)
        pictures = PictureLayer()
        damage = DamageHistory(after: serial)
    }

    func look(of content: ScreenContent, at now: Instant) -> Look {
        if cleaned.content != content { cleaned = CleanContent(content) }
        let scene = content.scene(at: now, connectingDelay: options.connectingDelay, peer: cleaned.peer) ?? lastScene
        return Look(
            scene: scene, clinic: cleaned.clinic, kiosk: cleaned.kiosk, clock: cleaned.clock,
            emergency: cleaned.emergency, cameraIsOpen: content.call.devices.camera == .open,
            microphoneIsOpen: content.call.devices.microphone == .open, troubles: cleaned.troubles,
            isPrivate: content.isPrivate, remark: scene.hasPictures ? cleaned.remark : nil,
            hasPicture: scene.hasPictures && !remote.isEmpty, motion: content.motion(of: scene, at: now))
    }

    /// Brings `frame` up to what `content` and the pictures are at `now`.
    func draw(_ content: ScreenContent, at now: Instant) {
        let look = look(of: content, at: now)
        lastScene = look.scene
        let moved = remote.generation != drawnRemote || local.generation != drawnLocal
        guard look != drawn || (moved && look.scene.hasPictures) else { return }
        var changes = DirtyRegion()
        let stillChanged = look.still != drawn?.still
        if stillChanged {
            layouts += 1
            drawStill(look)
            frame.copy(frame.bounds, from: base)
            changes.add(frame.bounds.pixels)
        }
        if stillChanged || look.motion != drawn?.motion { changes.add(drawMotion(look)) }
        if look.scene.hasPictures { drawPictures(look, everything: stillChanged, changes: &changes) }
        (drawn, drawnRemote, drawnLocal) = (look, remote.generation, local.generation)
        frame.flush()
        damage.note(changes)
    }

    /// Overwrites every picture, also in the framebuffer; the next drawing is a whole one.
    func forgetPictures() {
        for picture in [remote, local, scaled] { picture.wipe() }
        pictures.clear()
        (pictures.inset, drawnTime) = (nil, nil)
        frame.fill(frame.bounds, Palette.ground)
        frame.flush()
        drawn = nil
    }

    private func drawStill(_ look: Look) {
        written.removeAll(keepingCapacity: true)
        base.fill(base.bounds, Palette.ground)
        pictures.clear()
        switch look.scene {
        case .inCall, .reconnecting: drawCall(look)
        default:
            drawHeader(look)
            drawScene(look)
        }
    }

    /// - Returns: what was drawn on.
    private func drawMotion(_ look: Look) -> PixelBox {
        switch look.scene {
        case .ringing(_, _, let seconds?): return drawCountdown(look, seconds: seconds)
        case .ringing: return drawBreathing(.handset, Palette.go, look)
        case .calling: return drawBreathing(.handset, Palette.wait, look)
        case .connecting: return drawBreathing(.joining, Palette.wait, look)
        case .inCall, .reconnecting:
            drawCallTime(look)
            return .empty
        case .idle, .ended, .offline, .fault: return .empty
        }
    }
}

/// Text as it stands on the screen: what tests and `/state.json` read back.
package struct PlacedText: Sendable {
    package enum Role: Sendable { case sentence, note }
    package let text: String
    package let role: Role
    /// What the letters cover, and the box they were to stay in.
    package let ink: Box
    package let box: Box
    /// The height of a capital or an ideograph.
    package let letterHeight: Double
    package let isCut: Bool
}
