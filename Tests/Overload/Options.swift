import GatewayKit

/// What the command line says.
struct Options: Sendable {
    /// How it is started by hand.
    static let usage = "hawk-overload [--sockets N] [--loops K] [--policy drop|close]"
    /// How many sockets one client process has.
    static let socketsPerProcess = 2500

    /// All sockets; every other one stops reading.
    var sockets = 400
    /// Event loops of the gateway.
    var loops = 2
    /// What the gateway does with those that do not read.
    var policy = SlowPolicy.drop

    /// Nil when the arguments say nothing that makes sense.
    init?(_ arguments: some Sequence<String>) {
        var rest = ArraySlice(Array(arguments))
        while let flag = rest.popFirst() {
            guard let value = rest.popFirst() else { return nil }
            switch (flag, Int(value), value) {
            case ("--sockets", let count?, _) where count >= 2: sockets = count
            case ("--loops", let count?, _) where count >= 1: loops = count
            case ("--policy", _, "drop"): policy = .drop
            case ("--policy", _, "close"): policy = .close
            default: return nil
            }
        }
    }
}
