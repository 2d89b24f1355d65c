import PlatformCore

extension FileQueue {
    // MARK: Looking

    /// A job that is not among the failed.
    ///
    /// An identity does not say where its job is: takes time with the number of names unless the job runs.
    func place(of id: String) throws(SystemError) -> FilePlace? {
        if let job = try reserved()[id] { return FilePlace(state: .reserved, name: job, path: reservedPath(job)) }
        for (directory, state) in try directories() {
            guard let name = try directory.first(1, where: { FileJobName.isOne($0, of: id) }).first,
                let job = FileJobName(name), let path = try directory.location(of: name)
            else { continue }
            return FilePlace(state: state(job), name: job, path: path)
        }
        return nil
    }

    func status(of id: JobID) throws(SystemError) -> JobStatus? {
        let path: String
        let state: JobStatus.State
        if let place = try place(of: id.description) {
            path = place.path
            state =
                switch place.state {
                case .ready, .inLine: .waiting
                case .waiting: .delayed
                case .reserved: .reserved
                }
        } else if let name = try failedName(id) {
            path = "\(root)/failed/\(name)"
            state = .failed
        } else {
            return nil
        }
        let content = try FileJobContent.head(of: path)
        let progress = try Disk.beginning(of: progressPath(id.description), limit: 1 << 10)
        return JobStatus(
            id: id,
            name: content?.name ?? FileJobContent.damaged,
            channel: Channel(content?.channel ?? "-"),
            state: state,
            progress: progress.flatMap { JobProgress(text: String(decoding: $0, as: UTF8.self)) }
        )
    }

    /// The names of the failed jobs, the latest first.
    func failedNames() throws(SystemError) -> [String] {
        try Disk.names(in: "\(root)/failed").filter { FileJobName.isOne($0) }.sorted(by: >)
    }

    func failedName(_ id: JobID) throws(SystemError) -> String? {
        try failedNames().first { FileJobName.isOne($0, of: id.description) }
    }

    // MARK: Changing

    func report(_ token: Reservation.Token, _ progress: JobProgress) throws(SystemError) -> Bool {
        let id = token.id.description
        guard try reserved()[id]?.fence == token.fence else { return false }
        try note(progress.text, in: progressPath(id), of: id)
        return true
    }

    func retryFailed(_ id: JobID, now: Int64) throws(SystemError) -> FailedRetry {
        guard let name = try failedName(id), let job = FileJobName(name) else { return .unknown }
        let path = "\(root)/failed/\(name)"
        guard let content = try FileJobContent.read(path)?.content else { return .damaged }
        try lock.beginChange()
        if let unique = uniquePath(content) {
            if let holder = try Disk.held(by: unique) { return .keyHeld(by: JobID(holder)) }
            try link(unique, holding: job.id)
        }
        var fresh = FileJobName(id: job.id, priority: job.priority, readyAt: now)
        fresh.fence = job.fence
        try queueUp(path, fresh, content)
        try Disk.remove(errorPath(job.id))
        return .retried
    }

    func forgetFailed(_ id: JobID) throws(SystemError) -> Bool {
        guard let name = try failedName(id) else { return false }
        try lock.beginChange()
        try Disk.remove("\(root)/failed/\(name)")
        try removeNotes(of: id.description)
        return true
    }

    func remove(_ id: String) throws(SystemError) -> Bool {
        guard let place = try place(of: id) else { return false }
        return try remove(place)
    }

    /// Drops a job if it is still where it was found.
    func remove(_ place: FilePlace) throws(SystemError) -> Bool {
        let id = place.name.id
        let directory: SegmentedDirectory? =
            switch place.state {
            case .ready(let channel): ready(channel)
            case .inLine(let partition): line(partition)
            case .waiting: waiting
            case .reserved: nil
            }
        let path = directory == nil ? place.path : try directory?.location(of: place.order)
        guard let path, let content = try FileJobContent.head(of: path) else { return false }
        try lock.beginChange()
        try Disk.remove(path)
        try directory?.left(place.order)
        if directory == nil { setReserved(nil, for: id) }
        if case .inLine(let partition) = place.state, try line(partition).first(1).isEmpty { try dropLine(partition) }
        try removeNotes(of: id)
        try freeKeys(of: id, content)
        return true
    }
}
