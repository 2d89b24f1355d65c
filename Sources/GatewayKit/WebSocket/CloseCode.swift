/// Why a WebSocket is closed (RFC 6455 7.4).
public struct CloseCode: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
    /// The number on the wire.
    public let rawValue: UInt16

    /// A code by its number.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// 1000: the purpose is fulfilled.
    public static let normal = CloseCode(rawValue: 1000)
    /// 1001: the server goes down, or the page is left.
    public static let goingAway = CloseCode(rawValue: 1001)
    /// 1002: a rule of the protocol was broken.
    public static let protocolError = CloseCode(rawValue: 1002)
    /// 1003: a kind of data that is not taken.
    public static let unsupportedData = CloseCode(rawValue: 1003)
    /// 1005: the peer gave no code; never on the wire.
    public static let noStatus = CloseCode(rawValue: 1005)
    /// 1006: the connection was cut; never on the wire.
    public static let abnormal = CloseCode(rawValue: 1006)
    /// 1007: a text that is not UTF-8.
    public static let invalidPayload = CloseCode(rawValue: 1007)
    /// 1008: a rule of the application's was broken.
    public static let policyViolation = CloseCode(rawValue: 1008)
    /// 1009: a message larger than is taken.
    public static let messageTooBig = CloseCode(rawValue: 1009)
    /// 1011: the server met a fault of its own.
    public static let internalError = CloseCode(rawValue: 1011)
    /// 1013: the server cannot serve now; try later.
    public static let tryAgainLater = CloseCode(rawValue: 1013)
    /// 4401: the binding has run its time; open a new socket and bind that (this gateway's own).
    public static let bindExpired = CloseCode(rawValue: 4401)

    /// The number.
    public var description: String { "\(rawValue)" }

    /// Whether an endpoint may put it into a close frame.
    ///
    /// RFC 6455 7.4.1 and 7.4.2 with IANA's registry: 1004, 1005, 1006 and 1015 are not sent, 1016-2999 are not assigned.
    package var isSendable: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
