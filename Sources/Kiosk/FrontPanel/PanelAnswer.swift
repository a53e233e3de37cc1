import NIOCore
import NIOHTTP1
import Screens

/// A whole answer to one request.
struct PanelAnswer {
    var status: HTTPResponseStatus
    var type: String
    var body: ByteBuffer

    static func text(_ status: HTTPResponseStatus, _ text: String) -> PanelAnswer {
        PanelAnswer(status: status, type: "text/plain; charset=utf-8", body: ByteBuffer(string: text + "\n"))
    }

    static func json(_ status: HTTPResponseStatus, _ text: String) -> PanelAnswer {
        PanelAnswer(status: status, type: "application/json", body: ByteBuffer(string: text + "\n"))
    }

    private static func file(_ type: String, _ bytes: [UInt8]) -> PanelAnswer {
        PanelAnswer(status: .ok, type: type, body: ByteBuffer(bytes: bytes))
    }

    /// The page asks nobody else for anything, is in nobody else's frame, and none of it is kept.
    static let commonHeaders: HTTPHeaders = [
        "cache-control": "no-store",
        "content-security-policy":
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    ]

    init(status: HTTPResponseStatus, type: String, body: ByteBuffer) {
        (self.status, self.type, self.body) = (status, type, body)
    }

    /// What is at `path`.
    init(get path: String, from stage: PanelStage) {
        switch path {
        case "/", "/index.html": self = .file("text/html; charset=utf-8", PackageResources.index_html)
        case "/panel.css": self = .file("text/css; charset=utf-8", PackageResources.panel_css)
        case "/panel.js": self = .file("text/javascript; charset=utf-8", PackageResources.panel_js)
        case "/icon.svg", "/favicon.ico": self = .file("image/svg+xml", PackageResources.icon_svg)
        case "/state.json":
            self = stage.facts().map { .json(.ok, $0.json) } ?? .text(.internalServerError, "no state")
        case "/display.png": self = .file("image/png", stage.display.png(at: stage.clock()))
        case "/display.jpg":
            self =
                stage.photograph().map { PanelAnswer(status: .ok, type: "image/jpeg", body: $0.jpeg) }
                ?? .text(.internalServerError, "the screen could not be compressed")
        case let path where path.hasPrefix("/button/"):
            self = .text(.methodNotAllowed, "buttons are pressed by POST")
        default: self = .text(.notFound, "there is nothing at this address")
        }
    }
}
