import Primitives
import SignallingClient
import SignallingMessages
import SocketIO
import Testing

/// The client's machine against a server played by the test, in virtual time.
struct Rig {
    var machine: SignallingMachine
    var now = Instant.zero
    /// What the machine has done since it was last looked at.
    var connects: [EngineIOVersion] = []
    var said: [ClientMessage] = []
    var raw: [String] = []
    var events: [SignallingEvent] = []
    var memory: SignallingMemory
    var closed = 0

    init(memory: SignallingMemory = SignallingMemory(), seed: UInt64 = 1) {
        let configuration = SignallingConfiguration(
            url: "http://127.0.0.1:1", name: "Ward", place: "North", room: "101", stateDirectory: "/nonexistent")
        self.memory = memory
        machine = SignallingMachine(configuration, memory: memory, random: RandomSource(seed: seed))
        machine.start(now: now)
        drain()
    }

    mutating func drain() {
        while let output = machine.poll() {
            switch output {
            case .connect(let version): connects.append(version)
            case .frame(.text(let text)):
                raw.append(text)
                var receiver = SocketIOReceiver()
                if text.hasPrefix("4"), let packet = try? receiver.receive(text: String(text.dropFirst())),
                    let (name, arguments) = packet.event,
                    let message = try? ClientMessage(event: name, arguments: arguments)
                {
                    said.append(message)
                }
            case .frame(.binary): Issue.record("the client sends no binary")
            case .close: closed += 1
            case .event(let event): events.append(event)
            case .remember(let new): memory = new
            }
        }
    }

    mutating func hear(_ text: String) {
        machine.receive(.text(text), now: now)
        drain()
    }
    mutating func hear(_ message: ServerMessage) {
        hear("42" + JSONValue.array([.string(message.event)] + message.arguments).text)
    }
    mutating func wait(_ interval: Interval) {
        now += interval
        machine.advance(to: now)
        drain()
    }
    mutating func act(_ action: SignallingAction) -> SignallingDelivery {
        defer { drain() }
        return machine.handle(action, now: now)
    }
    mutating func lose() {
        machine.connectionLost("gone", now: now)
        drain()
    }
    mutating func forget() { (said, raw, events, connects) = ([], [], [], []) }

    static let open =
        "0{\"sid\":\"E\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":100000}"

    /// Up to the server's greeting, in either order of the ancestor and of ours.
    mutating func greet(_ id: String, callpoint: Bool) {
        machine.connected(now: now)
        hear(Self.open)
        if callpoint {
            hear("40{\"sid\":\"\(id)\"}")
            hear(.welcome(version: 1, maxUsers: 16))
            hear(.connectionSuccess(sockId: id))
        } else {
            hear(.connectionSuccess(sockId: id))
            hear("40{\"sid\":\"\(id)\"}")
        }
    }
    func me(_ id: String = "me") -> User { User(userName: "Ward", roomId: "101", sockId: id) }
    static let li = User(userName: "Li", roomId: "101", sockId: "li")
    static let wu = User(userName: "Wu", roomId: "101", sockId: "wu")

    /// In the room with `others`.
    mutating func enter(callpoint: Bool = false, others: [User] = []) {
        greet("me", callpoint: callpoint)
        hear(.checkRoomSuccess(others))
        hear(.joinRoomSuccess(others + [me()]))
        forget()
    }
}

/// What a test lets the kiosk offer.
let offer = SignallingAction.offer("v=0 offer", to: nil)
