import Glibc
import HTTPTypes
import HummingbirdCore
import NIOCore
import SignallingMessages
import SocketIO

/// Answers HTTP: Socket.IO's long polling, the console's files, `/healthz`.
struct SwitchboardResponder<Application: SocketIOApplication>: Sendable {
    let endpoint: SocketIOEndpoint<Application>
    let console: ConsoleFiles
    let isSecure: Bool

    /// - Parameter connection: what the request came on.
    func respond(to request: Request, on connection: any Channel) async -> Response {
        let (path, query) = SocketIORequest.split(request.head.path ?? "/")
        var response: Response
        if SocketIORequest.isForSocketIO(path: path) {
            response = await socketIO(request, query: query, on: connection)
            // Any page may talk to us, but no browser sends credentials along, so none can be borrowed.
            response.headers[.accessControlAllowOrigin] = "*"
        } else if path == "/healthz" {
            response = text(.ok, "ok\n")
            // What a kiosk's check of the network takes its clock's error from.
            response.headers[.date] = Self.date()
        } else {
            response = file(request, path: path)
        }
        response.headers[.xContentTypeOptions] = "nosniff"
        if isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        return response
    }

    /// Now, as RFC 9110 §5.6.7 writes it.
    private static func date() -> String {
        var (seconds, parts) = (time(nil), tm())
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 40)
        // No locale is set, so the names are English.
        let count = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
        return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func socketIO(_ request: Request, query: Substring, on connection: any Channel) async -> Response {
        if request.method == .options {
            var response = Response(status: .noContent)
            response.headers[.accessControlAllowMethods] = "GET, POST"
            response.headers[.accessControlAllowHeaders] = "Content-Type"
            return response
        }
        do throws(SocketIORefusal) {
            let asked = try SocketIORequest(query: query)
            // A WebSocket that is not refused has left HTTP before it comes here.
            guard asked.transport == .polling else { throw .badRequest }
            switch (request.method, asked.sid) {
            case (.get, nil):
                let address = connection.remoteAddress?.ipAddress ?? ""
                let sid = try endpoint.openPolling(version: asked.version, address: address)
                return try await poll(sid, asked.version, on: connection)
            case (.get, let sid?): return try await poll(sid, asked.version, on: connection)
            case (.post, let sid?): return try await post(request, sid, asked.version)
            default: throw .badMethod
            }
        } catch {
            let json: JSONValue = ["code": .integer(Int64(error.code)), "message": .string(error.message)]
            var response = text(error == .tooManySessions ? .serviceUnavailable : .badRequest, json.text)
            response.headers[.contentType] = "application/json"
            return response
        }
    }

    private func poll(
        _ sid: String, _ version: EngineIOVersion, on connection: any Channel
    ) async throws(SocketIORefusal) -> Response {
        let body = try await endpoint.poll(sid: sid, version: version, connection: connection).get()
        return text(.ok, body)
    }

    private func post(
        _ request: Request, _ sid: String, _ version: EngineIOVersion
    ) async throws(SocketIORefusal) -> Response {
        let limit = endpoint.settings.engine.maxPayload
        var body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: limit)
        } catch {
            return text(.contentTooLarge, "too large\n")
        }
        try endpoint.post(body.readBytes(length: body.readableBytes) ?? [], sid: sid, version: version)
        return text(.ok, "ok")
    }

    private func file(_ request: Request, path: Substring) -> Response {
        guard request.method == .get || request.method == .head else {
            var response = text(.methodNotAllowed, "GET and HEAD only\n")
            response.headers[.allow] = "GET, HEAD"
            return response
        }
        guard let file = console.file(path: path) else { return text(.notFound, "not found\n") }
        var headers: HTTPFields = [.eTag: file.entityTag, .cacheControl: "no-cache"]
        headers[.contentSecurityPolicy] = Self.contentSecurityPolicy
        for (name, value) in Self.policies { if let name = HTTPField.Name(name) { headers[name] = value } }
        if request.headers[.ifNoneMatch] == file.entityTag { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = file.contentType
        if request.method == .head {
            headers[.contentLength] = String(file.content.count)
            return Response(status: .ok, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.content)))
    }

    private func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=UTF-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private static var policies: [(String, String)] {
        [
            (
                "Permissions-Policy",
                "camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self)"
            ),
            ("Referrer-Policy", "no-referrer"),
        ]
    }

    /// Everything from here alone, and the pictures and sound a page makes itself.
    private static var contentSecurityPolicy: String {
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob: mediastream:; connect-src 'self'; "
            + "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    }
}
