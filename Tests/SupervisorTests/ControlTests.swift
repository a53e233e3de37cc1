import CallControl
import KioskConfiguration
import Glibc
import LocalControl
import Logging
import Observability
import Primitives
import SignallingMessages
import Supervisor
import Testing

@Suite struct ControlTests {
    @Test func statusAndRequests() async throws {
        let bench = try Bench()
        try await bench.run {
            guard case .done(let idle) = await bench.supervisor.answer(.status) else { throw Bench.Timeout() }
            #expect(idle["state"]?.string == "idle")
            #expect(idle["online"]?.bool == true)
            #expect(idle["devices"]?["camera"]?.string == "closed")
            #expect(await bench.supervisor.answer(.hangup) == .refused("nothing to hangup now"))
            #expect(await bench.supervisor.answer(.answer) == .refused("nothing to answer now"))
            guard case .done(let calling) = await bench.supervisor.answer(.call) else { throw Bench.Timeout() }
            #expect(calling["state"]?.string == "calling")
            guard case .done(let over) = await bench.supervisor.answer(.hangup) else { throw Bench.Timeout() }
            #expect(over["state"]?.string == "ended")
        }
    }

    @Test func statisticsOfTheCall() async throws {
        let bench = try Bench()
        try await bench.run {
            try await bench.call()
            guard case .done(let stats) = await bench.supervisor.answer(.stats) else { throw Bench.Timeout() }
            #expect(stats["call"]?["inbound-rtp/video/framesDecoded"] == .number(42))
            #expect(stats["pools"]?["packets"]?["slots"]?.integer == 2048)
            #expect(stats["kioskd"]?["mediaStarts"]?.integer == 1)
        }
    }

    @Test func theLocalSocket() async throws {
        let path = "/tmp/kioskd-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
        let server = try ControlServer(path: path) { $0 == .status ? .done("fine") : .refused("no") }
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(try ControlClient.ask(.status, path: path) == .done("fine"))
        #expect(try ControlClient.ask(.call, path: path) == .refused("no"))
        #expect(throws: ControlServer.Failure.self) { _ = try ControlServer(path: path) { _ in .refused("") } }
        #expect(try ControlClient.ask(.status, path: path) == .done("fine"))
        server.stop()
        #expect(throws: ControlClient.Failure.notRunning(path: path)) { try ControlClient.ask(.status, path: path) }
    }

    @Test func theCallLogHasALineACall() async throws {
        let directory = "/tmp/kioskd-log-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        #expect(RuntimePaths.make(directory) == nil)
        defer {
            unlink(directory + "/calls.log")
            rmdir(directory)
        }
        let bench = try Bench(callLog: CallLog(directory: directory))
        try await bench.run {
            try await bench.call()
            bench.clock.advance(.seconds(7))
        }
        let lines = try text(directory + "/calls.log").split(separator: "\n")
        #expect(lines.count == 1)
        let entry = try JSONValue(parsing: String(lines.first ?? ""))
        #expect(entry["peer"]?.string == "Doctor")
        #expect(entry["reason"]?.string == "hungUpHere")
        #expect(entry["direction"]?.string == "incoming")
        #expect(entry["durationMilliseconds"]?.integer == 7_000)
    }

    @Test func aLineThatAPowerCutLeftIsNotContinued() async throws {
        let directory = "/tmp/kioskd-log-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        #expect(RuntimePaths.make(directory) == nil)
        let path = directory + "/calls.log"
        defer {
            unlink(path)
            rmdir(directory)
        }
        let file = try #require(fopen(path, "w"))
        fputs("{\"began\":17", file)
        fclose(file)
        let bench = try Bench(callLog: CallLog(directory: directory))
        try await bench.run { try await bench.call() }
        let lines = try text(path).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(try JSONValue(parsing: String(lines.last ?? ""))["peer"]?.string == "Doctor")
    }

    @Test func aFullLogMakesRoomForANewOne() async throws {
        let directory = "/tmp/kioskd-log-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        #expect(RuntimePaths.make(directory) == nil)
        let path = directory + "/calls.log"
        defer {
            for file in [path, path + ".1"] { unlink(file) }
            rmdir(directory)
        }
        let file = try #require(fopen(path, "w"))
        fputs(String(repeating: "x", count: CallLog.sizeLimit - 1) + "\n", file)
        fclose(file)
        let bench = try Bench(callLog: CallLog(directory: directory))
        try await bench.run { try await bench.call() }
        var status = stat()
        #expect(stat(path + ".1", &status) == 0 && status.st_size == CallLog.sizeLimit)
        #expect(try JSONValue(parsing: text(path))["peer"]?.string == "Doctor")
    }

    @Test func aLogThatCannotBeWrittenCostsALineAndNoCall() async throws {
        // A link in its place is not followed, so that nothing can be written.
        let directory = "/tmp/kioskd-full-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        #expect(RuntimePaths.make(directory) == nil)
        symlink("/dev/full", directory + "/calls.log")
        defer {
            unlink(directory + "/calls.log")
            rmdir(directory)
        }
        let bench = try Bench(callLog: CallLog(directory: directory))
        try await bench.run {
            try await bench.call()
            guard case .done = await bench.supervisor.answer(.hangup),
                case .done(let stats) = await bench.supervisor.answer(.stats)
            else { throw Bench.Timeout() }
            #expect(stats["kioskd"]?["callLogLosses"]?.integer == 1)
            #expect(stats["kioskd"]?["calls"]?.integer == 1)
        }
    }

    private func text(_ path: String) throws -> String {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, 4096, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    @Test func namesAreNotLogged() {
        let name = Redacted("Doctor Who")
        #expect(!"\(name) \(String(reflecting: name)) \(Mirror(reflecting: name).children.count)".contains("Who"))
        #expect("\(name)" == "\(Redacted("Doctor Who"))")
        #expect(name.value == "Doctor Who")
    }
}
