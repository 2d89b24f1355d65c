import ServerCore

/// A way into a host: what listens where, and who gets there.
package struct Door: Codable, Sendable, Equatable {
    /// What it is for.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case page, gateway, register, inner, admin, simulator
    }

    package let kind: Kind
    package let address: String
    /// Whether TLS begins here.
    package let isSecure: Bool
    /// Whether only this machine gets there.
    package let isLocal: Bool

    package init(_ kind: Kind, at address: String, isSecure: Bool = false) {
        self.kind = kind
        self.address = address
        self.isSecure = isSecure
        isLocal = SocketAddress(address)?.isLoopback ?? false
    }

    /// What people call it.
    var name: String {
        switch kind {
        case .page: "Chat page, API"
        case .gateway: "WebSocket"
        case .register: "Register"
        case .inner: "Inner port"
        case .admin: "Admin"
        case .simulator: "Simulator"
        }
    }

    /// Where one gets by it, as a person types it.
    package var url: String {
        switch kind {
        case .page, .admin, .simulator: "http://\(address)"
        case .gateway: "\(isSecure ? "wss" : "ws")://\(address)"
        case .register, .inner: address
        }
    }

    /// Who gets there, as far as the address tells.
    var reach: String {
        if isLocal { return "this machine only" }
        return SocketAddress(address)?.isUnspecified == true ? "every network" : "the network"
    }
}

extension Door {
    /// The doors one below the other, in the order of their kinds, and behind each what `note` says of it.
    static func table(_ doors: [Door], note: (Door) -> String = { _ in "" }) -> TextTable {
        var table = TextTable(columns: [.left, .left, .left, .left])
        for kind in Kind.allCases {
            for door in doors where door.kind == kind {
                table.add([door.name, door.url, door.reach, note(door)])
            }
        }
        return table
    }
}
