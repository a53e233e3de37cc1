import SignallingMessages

/// One device as `kioskctl devices` shows it.
struct ListedDevice {
    /// What to put into the board file, the same after a restart and in another socket's order.
    var name: String
    /// What people call it.
    var title: String
    /// One line each: formats, rates, what is wrong with it.
    var details: [String] = []
    /// The same for programs; `name` and `title` need not be repeated.
    var members: [(String, JSONValue)] = []

    var json: JSONValue { .members([("name", .string(name)), ("title", .string(title))] + members) }
}

/// One kind of device that can be listed. A new kind is a file of its own with a static member, and its place in `all`.
struct DeviceListing: Sendable {
    /// The heading, and the member of the JSON answer: `cameras`.
    var kind: String
    /// Where a name belongs in the board file: `camera.v4l2`.
    var boardKey: String
    /// Looks at the machine; opens nothing that a call could be using, and throws nothing: no device is an empty list.
    var list: @Sendable () -> [ListedDevice]
}

extension DeviceListing {
    /// In the order in which an installer needs them.
    static let all: [DeviceListing] = [cameras, microphones, speakers, displays, lines]
}
