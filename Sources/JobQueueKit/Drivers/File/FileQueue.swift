import PlatformCore

/// The directories of a file queue, and what moves jobs between them; used by one thread, under the lock.
///
///     ready/<channel>/<keys>/<job>             may be reserved
///     line/<channel>/<partition>/<keys>/<job>  behind the job of its partition that is in front
///     waiting/<keys>/<job>                     delayed, snoozed, or between two tries
///     reserved/<job>                           lent; lease and owner are in the name
///     failed/<job>                             given up
///     unique/<channel>/<key>                   a link that holds the identity of the job that has the key
///     front/<channel>/<partition>              a link that holds the key of the job in front
///     errors/<id>                              why the last run of a job failed
///     progress/<id>                            what the run of a job reported last
///     channels/<channel>                       a link that holds the settings of a channel that has some
///     done/<channel>/<name>,<count>            how many jobs of that name succeeded
///     batch                                    which jobs a push of several puts here, while it does
///     bell                                     opened and closed to wake other processes
///     tmp/                                     being written
///
/// Each change is in an order that a repair understands wherever it was cut off: see `FileQueue+Repair`.
final class FileQueue: @unchecked Sendable {
    // Proof of Sendable: reached only by the one thread of its store's `moving` pool.
    let root: String
    let lock: FileLock
    let waiting: SegmentedDirectory
    private var readyByChannel: [String: SegmentedDirectory] = [:]
    private var lineByPartition: [FilePartition: SegmentedDirectory] = [:]
    private var reservedNames: [String: FileJobName]?
    private var settingsByChannel: [String: ChannelSettings]?
    private var doneByChannel: [String: [String: Int]] = [:]
    private var generation: Int64 = -1
    /// The directories with new names, which a durable push has to sync.
    private(set) var changedDirectories: Set<String> = []

    /// Makes or opens the directory; refuses one that holds something else.
    init(root: String) throws(SystemError) {
        self.root = root
        try Files.makeDirectory(root)
        // The lock is the first thing made: where it is missing, either nothing is there or something else.
        let isEmpty = try Disk.names(in: root).isEmpty
        let hasLock = try Disk.names(in: root).contains("lock")
        guard isEmpty || hasLock else {
            throw SystemError("open \(root)", code: Self.foreignFile)
        }
        lock = try FileLock("\(root)/lock")
        waiting = SegmentedDirectory("\(root)/waiting", willChange: lock.beginChange)
        for name in ["tmp", "reserved", "failed", "errors", "progress", "channels", "done"] {
            try Files.makeDirectory("\(root)/\(name)")
        }
    }

    /// Runs `body` while no other process changes anything, after repairing what another one left unfinished.
    func locked<Value>(_ body: () throws(SystemError) -> Value) throws(QueueError) -> Value {
        do throws(SystemError) {
            let state = try lock.acquire()
            defer { lock.release() }
            guard let state else { throw SystemError("open \(root)/lock", code: Self.foreignFile) }
            guard !lock.isReplaced else { throw SystemError("use \(root)", code: Self.replaced) }
            changedDirectories = []
            let isSameBoot = state.bootID == Owner.current.bootID
            if state.generation != generation || state.isChanging { forget() }
            do throws(SystemError) {
                if state.isChanging || !isSameBoot { try repair(afterBoot: !isSameBoot) }
                let value = try body()
                // What was done is done; if that cannot be noted, the next one repairs.
                generation = (try? lock.endChange()) ?? -1
                return value
            } catch {
                generation = -1
                throw error
            }
        } catch {
            throw QueueError(error)
        }
    }

    /// An error of a call beside the lock: where the queue itself is gone, that is what has to be said.
    func explained(_ error: SystemError) -> QueueError {
        QueueError(lock.isReplaced ? SystemError("use \(root)", code: Self.replaced) : error)
    }

    static let foreignFile = Int32.min
    /// The queue was removed or replaced while in use.
    static let replaced = Int32.min + 1

    // MARK: Directories

    /// The ready jobs of a channel, named as its directory is.
    func ready(_ channel: String) -> SegmentedDirectory {
        if let directory = readyByChannel[channel] { return directory }
        let directory = SegmentedDirectory("\(root)/ready/\(channel)", willChange: lock.beginChange)
        readyByChannel[channel] = directory
        return directory
    }

    func line(_ partition: FilePartition) -> SegmentedDirectory {
        if let directory = lineByPartition[partition] { return directory }
        let directory = SegmentedDirectory("\(root)/line/\(partition.path)", willChange: lock.beginChange)
        lineByPartition[partition] = directory
        return directory
    }

    /// A partition whose line is empty leaves nothing behind.
    func dropLine(_ partition: FilePartition) throws(SystemError) {
        lineByPartition[partition] = nil
        try Disk.removeDirectory("\(root)/line/\(partition.path)")
    }

    /// Reserved jobs by their identity.
    func reserved() throws(SystemError) -> [String: FileJobName] {
        if let reservedNames { return reservedNames }
        var names: [String: FileJobName] = [:]
        for name in try Disk.names(in: "\(root)/reserved") {
            if let job = FileJobName(name) { names[job.id] = job }
        }
        reservedNames = names
        return names
    }

    func setReserved(_ name: FileJobName?, for id: String) {
        reservedNames?[id] = name
    }

    /// The settings of channels that have some, by the names of their directories.
    func settings() throws(SystemError) -> [String: ChannelSettings] {
        if let settingsByChannel { return settingsByChannel }
        var settings: [String: ChannelSettings] = [:]
        for channel in try Disk.names(in: "\(root)/channels") {
            guard let text = try Disk.held(by: "\(root)/channels/\(channel)") else { continue }
            settings[channel] = ChannelSettings(text: text)
        }
        settingsByChannel = settings
        return settings
    }

    func set(_ settings: ChannelSettings, for channel: String) throws(SystemError) {
        settingsByChannel = nil
        try lock.beginChange()
        let path = "\(root)/channels/\(channel)"
        if settings == ChannelSettings() {
            try Disk.remove(path)
        } else {
            try Disk.link(path, holding: settings.text, temporary: temporaryPath("link"))
        }
        try Disk.sync("\(root)/channels", root: root)
    }

    /// How many jobs of each name succeeded in a channel; where a kill left two counts, the higher one holds.
    func doneCounts(in channel: String) throws(SystemError) -> [String: Int] {
        if let counts = doneByChannel[channel] { return counts }
        let files = try Disk.names(in: "\(root)/done/\(channel)").compactMap(Self.doneCount)
        let counts = Dictionary(files.map { ($0.name, $0.count) }, uniquingKeysWith: max)
        doneByChannel[channel] = counts
        return counts
    }

    func setDoneCount(_ count: Int, of name: String, in channel: String) {
        doneByChannel[channel]?[name] = count
    }

    var batchPath: String { "\(root)/batch" }

    func reservedPath(_ name: FileJobName) -> String { "\(root)/reserved/\(name.unsorted)" }

    /// A name for what this process writes; whoever repairs the queue removes those of dead processes.
    func temporaryPath(_ serial: String) -> String { "\(root)/tmp/\(Owner.current),\(serial)" }

    func errorPath(_ id: String) -> String { "\(root)/errors/\(FileComponent.name(for: id))" }

    func progressPath(_ id: String) -> String { "\(root)/progress/\(FileComponent.name(for: id))" }

    func uniquePath(_ content: FileJobContent) -> String? {
        content.uniqueKey.map {
            "\(root)/unique/\(content.channelComponent)/\(FileComponent.name(for: $0))"
        }
    }

    func frontPath(_ partition: FilePartition) -> String { "\(root)/front/\(partition.path)" }

    func note(_ directories: [String]) {
        changedDirectories.formUnion(directories)
    }

    /// Makes a link and its directory.
    func link(_ path: String, holding text: String) throws(SystemError) {
        note(try Disk.makeDirectory(Files.parent(of: path)))
        try Disk.link(path, holding: text, temporary: temporaryPath("link"))
        note([Files.parent(of: path)])
    }

    func forget() {
        readyByChannel = [:]
        lineByPartition = [:]
        reservedNames = nil
        settingsByChannel = nil
        doneByChannel = [:]
        waiting.forget()
    }
}

/// A partition of a channel, as the names of two directories.
struct FilePartition: Hashable {
    let channel: String
    let key: String

    var path: String { "\(channel)/\(key)" }
}

extension ChannelSettings {
    /// Its stored form.
    fileprivate var text: String { "\(isPaused ? "paused" : "open") \(concurrency.map { "\($0)" } ?? "-")" }

    fileprivate init(text: String) {
        let parts = text.split(separator: " ")
        self.init(isPaused: parts.first == "paused", concurrency: parts.last.flatMap { Int($0) })
    }
}

extension FileJobContent {
    /// The name of its channel's directories.
    var channelComponent: String { FileComponent.name(for: channel) }

    var filePartition: FilePartition? {
        partition.map { FilePartition(channel: channelComponent, key: FileComponent.name(for: $0)) }
    }
}

extension QueueError {
    /// What the system said, in the words of the queue.
    init(_ error: SystemError) {
        switch error.code {
        case FileQueue.foreignFile:
            let cause = "made by another program or a newer version"
            self.init(.foreign, operation: error.operation, cause: cause)
        case FileQueue.replaced:
            let cause = "was removed or replaced while in use: restart the programs that use it"
            self.init(.unavailable, operation: error.operation, cause: cause)
        default:
            let code: Code = SystemError.isFull(error.code) ? .full : .unavailable
            self.init(code, operation: error.operation, cause: SystemError.text(of: error.code))
        }
    }
}
