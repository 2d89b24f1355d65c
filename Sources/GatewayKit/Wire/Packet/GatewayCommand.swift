extension GatewayPacket {
    /// The number that says what a packet asks for or tells; unknown numbers are legal and ignored.
    package struct Command: RawRepresentable, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        // Gateway to worker.
        package static let onConnect = Self(rawValue: 1)
        package static let onMessage = Self(rawValue: 3)
        package static let onClose = Self(rawValue: 4)
        package static let ping = Self(rawValue: 201)
        package static let onWebSocketConnect = Self(rawValue: 205)

        // Worker or client to gateway.
        package static let sendToOne = Self(rawValue: 5)
        package static let sendToAll = Self(rawValue: 6)
        package static let kick = Self(rawValue: 7)
        package static let destroy = Self(rawValue: 8)
        package static let updateSession = Self(rawValue: 9)
        package static let getAllClientSessions = Self(rawValue: 10)
        package static let isOnline = Self(rawValue: 11)
        package static let bindUid = Self(rawValue: 12)
        package static let unbindUid = Self(rawValue: 13)
        package static let sendToUid = Self(rawValue: 14)
        package static let getClientIDByUid = Self(rawValue: 15)
        package static let batchGetClientIDByUid = Self(rawValue: 16)
        package static let joinGroup = Self(rawValue: 20)
        package static let leaveGroup = Self(rawValue: 21)
        package static let sendToGroup = Self(rawValue: 22)
        package static let getClientSessionsByGroup = Self(rawValue: 23)
        package static let getClientCountByGroup = Self(rawValue: 24)
        package static let select = Self(rawValue: 25)
        package static let getGroupIDList = Self(rawValue: 26)
        package static let ungroup = Self(rawValue: 27)
        package static let batchGetClientCountByGroup = Self(rawValue: 28)
        package static let workerConnect = Self(rawValue: 200)
        package static let gatewayClientConnect = Self(rawValue: 202)
        package static let getSessionByClientID = Self(rawValue: 203)
        package static let setSession = Self(rawValue: 204)
    }
}
