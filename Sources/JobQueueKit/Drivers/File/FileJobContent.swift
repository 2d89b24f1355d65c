import FoundationEssentials
import PlatformCore

/// What a job's file holds and never changes: a line of JSON, then the payload.
struct FileJobContent: Codable {
    var name: String
    var channel: String
    var priority: Int
    var partition: String?
    var uniqueKey: String?
    var ttr: Int64
    var attempts: Int
    var backoff: String
    var pushedAt: Int64
    /// The length of the payload, by which a torn file is told.
    var size: Int

    /// What stands for the name of a job whose file is damaged.
    static let damaged = "(damaged)"

    /// Above what names and keys of 180 bytes can become in JSON.
    private static let headLimit = 16 << 10

    init(_ job: NewJob, pushedAt: Int64) {
        name = job.name
        channel = job.options.channel.name
        priority = job.options.priority
        partition = job.options.partition
        uniqueKey = job.options.uniqueKey
        ttr = job.options.ttr.milliseconds
        attempts = job.options.attempts
        backoff = job.options.backoff.text
        self.pushedAt = pushedAt
        size = job.payload.count
    }

    /// The line of JSON.
    func head() throws(SystemError) -> [UInt8] {
        do {
            return Array(try JSONEncoder().encode(self)) + [UInt8(ascii: "\n")]
        } catch {
            throw SystemError("write a job as JSON", code: 0)
        }
    }

    /// The head of a file; nil if the file is gone or damaged.
    static func head(of path: String) throws(SystemError) -> FileJobContent? {
        guard let bytes = try Disk.beginning(of: path, limit: headLimit) else { return nil }
        return head(in: bytes)
    }

    /// All of a file; nil if the file is damaged.
    static func read(_ path: String) throws(SystemError) -> (content: FileJobContent, payload: [UInt8])? {
        let bytes = try Files.read(path, limit: 1 << 31)
        guard let content = head(in: bytes), let end = bytes.firstIndex(of: UInt8(ascii: "\n")),
            bytes.count - end - 1 == content.size
        else { return nil }
        return (content, Array(bytes[(end + 1)...]))
    }

    private static func head(in bytes: [UInt8]) -> FileJobContent? {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        return try? JSONDecoder().decode(FileJobContent.self, from: Data(bytes[..<end]))
    }

    var options: PushOptions {
        PushOptions(
            priority: priority,
            ttr: .milliseconds(ttr),
            attempts: attempts,
            backoff: Backoff(text: backoff) ?? .exponential(),
            uniqueKey: uniqueKey,
            partition: partition,
            channel: Channel(channel)
        )
    }
}
