import GatewayKit
import PlatformCore

/// Which connections are asked for: the body of `POST /connections`.
package struct ConnectionQuestion: Codable, Sendable, Equatable {
    /// The most that one answer tells.
    package static let maxLimit = 10_000

    package var uid: String?
    package var group: String?
    package var addressPrefix: String?
    package var limit: Int?

    package init(uid: String? = nil, group: String? = nil, addressPrefix: String? = nil, limit: Int? = nil) {
        self.uid = uid
        self.group = group
        self.addressPrefix = addressPrefix
        self.limit = limit
    }
}

/// A gateway's sockets as they are told through the control socket.
package struct ConnectionReport: Codable, Sendable, Equatable {
    package struct Row: Codable, Sendable, Equatable {
        package var clientId: String
        package var uid: String?
        package var address: String
        /// The first of them.
        package var groups: [String]
        package var groupCount: Int
        package var ageSeconds: Double
        package var queuedBytes: Int
        package var messagesReceived: Int
        package var messagesSent: Int
    }

    package var connections: [Row]
    /// How many fit, those that are not listed among them.
    package var total: Int

    /// A table for people, at most 80 columns wide where the names are short.
    var text: String {
        var table = TextTable(columns: [.left, .left, .left, .left, .right, .right])
        table.add(["client_id", "uid", "address", "groups", "age", "queued"])
        for row in connections {
            let more = row.groupCount - row.groups.count
            let groups = row.groups.joined(separator: ",") + (more > 0 ? " and \(more) more" : "")
            table.add([
                row.clientId, Self.cut(row.uid ?? "-", to: 16), row.address,
                Self.cut(groups.isEmpty ? "-" : groups, to: 24),
                Figure.time(row.ageSeconds), Figure.bytes(row.queuedBytes),
            ])
        }
        var lines = connections.isEmpty ? [] : table.lines
        let rest = total - connections.count
        if total == 0 { lines.append("no connections") }
        if rest > 0 { lines.append("… and \(Figure.count(rest)) more: see --limit, --uid, --group, --address") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func cut(_ text: String, to limit: Int) -> String {
        let visible = TextTable.visible(text).unicodeScalars
        return visible.count > limit ? "\(String(visible.prefix(limit - 1)))…" : String(visible)
    }
}

extension ConnectionReport {
    /// What a gateway has listed.
    init(_ list: ConnectionList) {
        total = list.total
        connections = list.connections.map { connection in
            Row(
                clientId: connection.id.description,
                uid: connection.uid,
                address: connection.address,
                groups: connection.groups,
                groupCount: connection.groupCount,
                ageSeconds: Double(connection.age.milliseconds) / 1000,
                queuedBytes: connection.queuedBytes,
                messagesReceived: connection.messagesReceived,
                messagesSent: connection.messagesSent
            )
        }
    }
}
