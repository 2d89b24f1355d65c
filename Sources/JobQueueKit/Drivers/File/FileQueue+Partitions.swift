import PlatformCore

extension FileQueue {
    /// Makes a due job ready, or puts it in line where another of its partition is in front.
    func queueUp(_ source: String, _ name: FileJobName, _ content: FileJobContent) throws(SystemError) {
        if let partition = content.filePartition {
            note(try line(partition).insert(source, as: name.byTurn))
            try advance(partition)
        } else {
            note(try ready(content.channelComponent).insert(source, as: name.byTurn))
        }
    }

    /// Makes a job ready that is in front of its partition, if it has one.
    func makeReady(_ source: String, _ name: FileJobName, _ content: FileJobContent) throws(SystemError) {
        note(try ready(content.channelComponent).insert(source, as: name.byTurn))
        guard let partition = content.filePartition else { return }
        let key = FileJobName.key(of: name.byTurn)
        if try Disk.held(by: frontPath(partition)) != key { try link(frontPath(partition), holding: key) }
    }

    /// Lets the next one come in front, if this job was.
    func leaveFront(_ id: String, _ content: FileJobContent) throws(SystemError) {
        guard let partition = content.filePartition else { return }
        if let key = try Disk.held(by: frontPath(partition)) {
            guard FileJobName.id(ofTurn: key) == id else { return }
            try Disk.remove(frontPath(partition))
        }
        try advance(partition)
    }

    /// Puts the first of a partition's line in front if nobody is there, or if who is there has not been reserved and
    /// comes later.
    func advance(_ partition: FilePartition) throws(SystemError) {
        let line = line(partition)
        guard let next = try line.first(1).first, let path = try line.location(of: next) else {
            return try dropLine(partition)
        }
        let ready = ready(partition.channel)
        if let front = try Disk.held(by: frontPath(partition)) {
            guard FileJobName.key(of: next) < front, let rival = try ready.name(withKey: front),
                let rivalPath = try ready.location(of: rival)
            else { return }
            note(try line.insert(rivalPath, as: rival))
            try ready.left(rival)
        }
        try link(frontPath(partition), holding: FileJobName.key(of: next))
        // A split of the line may have moved it.
        note(try ready.insert(try line.location(of: next) ?? path, as: next))
        try line.left(next)
        if try line.first(1).isEmpty { try dropLine(partition) }
    }
}
