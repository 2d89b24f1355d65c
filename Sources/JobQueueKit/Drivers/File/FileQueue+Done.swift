import PlatformCore

extension FileQueue {
    /// Takes a job that succeeded out of the queue and counts it, both by one rename: its file becomes the count.
    func finish(_ path: String, _ content: FileJobContent) throws(SystemError) {
        let directory = "\(root)/done/\(content.channelComponent)"
        let name = FileComponent.name(for: content.name)
        let count = try doneCounts(in: content.channelComponent)[name]
        let last = count.map { "\(directory)/\(name),\($0)" }
        let next = "\(directory)/\(name),\((count ?? 0) + 1)"
        do throws(SystemError) {
            if last == nil { _ = try Disk.makeDirectory(directory) }
            try Disk.move(path, to: next)
        } catch {
            guard SystemError.isFull(error.code) else { throw error }
            // Its leaving makes space, as a rule enough for the count; if not, the job is done all the same.
            try Disk.remove(path)
            guard (try? makeCount(next, from: last)) != nil else { return }
            return setDoneCount((count ?? 0) + 1, of: name, in: content.channelComponent)
        }
        setDoneCount((count ?? 0) + 1, of: name, in: content.channelComponent)
        try Disk.empty(next)
        if let last { try Disk.remove(last) }
    }

    private func makeCount(_ path: String, from last: String?) throws(SystemError) {
        if let last { return try Disk.move(last, to: path) }
        _ = try Disk.makeDirectory(Files.parent(of: path))
        try Disk.write([], to: path, isDurable: false)
    }

    /// How many jobs succeeded, by the names of channels and jobs.
    func doneCounts() throws(SystemError) -> [(channel: String, name: String, count: Int)] {
        var counts: [(String, String, Int)] = []
        for channel in try Disk.names(in: "\(root)/done") {
            for (name, count) in try doneCounts(in: channel) {
                counts.append((FileComponent.text(of: channel), FileComponent.text(of: name), count))
            }
        }
        return counts
    }

    /// Removes what a kill left between the rename and the end of `finish`.
    func repairDone() throws(SystemError) {
        for channel in try Disk.names(in: "\(root)/done") {
            let last = try doneCounts(in: channel)
            for file in try Disk.names(in: "\(root)/done/\(channel)") {
                guard let (name, count) = Self.doneCount(file) else { continue }
                let path = "\(root)/done/\(channel)/\(file)"
                if last[name] == count { try Disk.empty(path) } else { try Disk.remove(path) }
            }
        }
    }

    /// The name and the count that the name of a file stands for.
    static func doneCount(_ file: String) -> (name: String, count: Int)? {
        let parts = file.split(separator: ",")
        guard parts.count == 2, let count = Int(parts[1]) else { return nil }
        return (String(parts[0]), count)
    }
}
