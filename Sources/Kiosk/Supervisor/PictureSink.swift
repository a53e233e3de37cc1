public import Primitives
public import Screens

/// Where decoded pictures go. Called on the thread that reads from the media process; must not keep the picture.
public protocol PictureSink: Sendable {
    func show(remote picture: I420View, at now: Instant)
    func show(local picture: I420View, at now: Instant)
}

extension VirtualDisplay: PictureSink {}
