/// The process that has reserved a job, told apart from every other that ever ran.
///
/// A store gives a dead owner's jobs back at once instead of waiting for their leases to end.
public struct Owner: Sendable, Hashable, CustomStringConvertible {
    /// The machine, and on Linux its process namespace: only there a process number means something.
    public let host: String
    /// Changes when the machine starts anew.
    public let bootID: String
    /// The process number.
    public let pid: Int32
    /// When the process started, in the system's own unit: process numbers are used again.
    public let startTime: UInt64

    /// An owner; other characters than letters, digits, dots and hyphens are replaced, and long names cut.
    public init(host: String, bootID: String, pid: Int32, startTime: UInt64) {
        self.host = Self.plain(host, limit: 64)
        self.bootID = Self.plain(bootID, limit: 36)
        self.pid = pid
        self.startTime = startTime
    }

    /// Whether two are the same process.
    public static func == (left: Owner, right: Owner) -> Bool {
        // What differs most often first.
        left.pid == right.pid && left.startTime == right.startTime && left.bootID == right.bootID
            && left.host == right.host
    }

    /// Hashes what differs most often.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(pid)
        hasher.combine(startTime)
    }

    /// Its stored form, fit for a file name: process number, start, boot, host, separated by underscores.
    public var description: String { "\(pid)_\(startTime)_\(bootID)_\(host)" }

    /// The owner a stored form stands for.
    public init?(_ description: String) {
        let parts = description.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 4, let pid = Int32(parts[0]), let startTime = UInt64(parts[1]) else { return nil }
        self.init(host: String(parts[3]), bootID: String(parts[2]), pid: pid, startTime: startTime)
    }

    private static func plain(_ text: String, limit: Int) -> String {
        let bytes = text.utf8.prefix(limit).map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."):
                byte
            default: UInt8(ascii: "-")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
