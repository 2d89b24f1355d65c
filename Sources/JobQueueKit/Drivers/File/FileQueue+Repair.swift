import PlatformCore

extension FileQueue {
    /// Completes or undoes what was cut short: each job is in one place anyhow, so only the links have to be set right.
    ///
    /// Looks at all jobs; after a boot, when links may be lost that were not yet on the disk, it reads them too.
    func repair(afterBoot: Bool) throws(SystemError) {
        try lock.beginChange()
        forget()
        try undoBatch(afterBoot: afterBoot)
        try removeLeftovers()
        try repairDone()
        let places = try places()
        try removeNotes(besides: places)
        try repairUniqueKeys(places)
        try repairFronts(places)
        if afterBoot { try restoreLinks(places) }
        try eachPair(in: "line") { channel, key throws(SystemError) in
            try advance(FilePartition(channel: channel, key: key))
        }
    }

    /// Removes jobs that were put into the queue by a push that then failed.
    func removeEverywhere(_ ids: Set<String>) throws(SystemError) {
        try lock.beginChange()
        forget()
        for (id, place) in try places() where ids.contains(id) { try Disk.remove(place.path) }
        try repair(afterBoot: false)
    }

    /// Removes the jobs of a push of several that a kill cut short.
    ///
    /// After a boot the list says nothing: its own removal may be what did not reach the disk, when the push had returned.
    private func undoBatch(afterBoot: Bool) throws(SystemError) {
        guard let length = try Disk.length(of: batchPath) else { return }
        if !afterBoot, let bytes = try Disk.beginning(of: batchPath, limit: length) {
            let ids = Set(String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init))
            for (id, place) in try places() where ids.contains(id) { try Disk.remove(place.path) }
            forget()
        }
        try Disk.remove(batchPath)
    }

    /// Every job that is not among the failed.
    func places() throws(SystemError) -> [String: FilePlace] {
        var places: [String: FilePlace] = [:]
        for (directory, state) in try directories() {
            for name in try directory.all() {
                guard let job = FileJobName(name), let path = try directory.location(of: name) else { continue }
                places[job.id] = FilePlace(state: state(job), name: job, path: path)
            }
        }
        for (id, job) in try reserved() {
            places[id] = FilePlace(state: .reserved, name: job, path: reservedPath(job))
        }
        return places
    }

    /// The directories of the jobs that neither run nor have failed, and what being there says of a job.
    func directories() throws(SystemError) -> [(SegmentedDirectory, (FileJobName) -> FilePlace.State)] {
        var directories: [(SegmentedDirectory, (FileJobName) -> FilePlace.State)] = []
        for channel in try Disk.names(in: "\(root)/ready") {
            directories.append((ready(channel), { _ in .ready(channel) }))
        }
        try eachPair(in: "line") { channel, key throws(SystemError) in
            let partition = FilePartition(channel: channel, key: key)
            directories.append((line(partition), { _ in .inLine(partition) }))
        }
        directories.append((waiting, { .waiting(keepsTurn: $0.keepsTurn) }))
        return directories
    }

    /// Files that a process was writing when it died.
    func removeLeftovers() throws(SystemError) {
        for name in try Disk.names(in: "\(root)/tmp") {
            guard let owner = Owner(FileJobName.key(of: name)), owner.isDead else { continue }
            try Disk.remove("\(root)/tmp/\(name)")
        }
    }

    /// Notes are made before a job moves and removed after it is gone.
    private func removeNotes(besides places: [String: FilePlace]) throws(SystemError) {
        let failed = Set(try failedNames().compactMap { FileJobName($0)?.id })
        for notes in ["errors", "progress"] {
            for id in try Disk.names(in: "\(root)/\(notes)")
            where FileJobName.isHexadecimal(id) && places[id] == nil && !failed.contains(id) {
                try Disk.remove("\(root)/\(notes)/\(id)")
            }
        }
    }

    /// A link is made before its job and removed after it: one whose job is not there is free.
    private func repairUniqueKeys(_ places: [String: FilePlace]) throws(SystemError) {
        try eachPair(in: "unique") { channel, key throws(SystemError) in
            let path = "\(root)/unique/\(channel)/\(key)"
            guard let id = try Disk.held(by: path), places[id] == nil else { return }
            try Disk.remove(path)
        }
    }

    /// A job is put in front before it is made ready, and leaves the front after it was moved away.
    private func repairFronts(_ places: [String: FilePlace]) throws(SystemError) {
        try eachPair(in: "front") { channel, key throws(SystemError) in
            let path = "\(root)/front/\(channel)/\(key)"
            guard let front = try Disk.held(by: path) else { return }
            let place = places[FileJobName.id(ofTurn: front)]
            switch place?.state {
            case .ready, .reserved, .waiting(keepsTurn: true):
                return
            case .inLine(let partition):
                guard let place else { return }
                note(try ready(channel).insert(place.path, as: place.name.byTurn))
                try line(partition).left(place.name.byTurn)
            case .waiting(keepsTurn: false), nil:
                try Disk.remove(path)
            }
        }
    }

    /// Makes the links that jobs say they should have; where two jobs claim the front, the later one gets in line.
    private func restoreLinks(_ places: [String: FilePlace]) throws(SystemError) {
        for (id, place) in places.sorted(by: { $0.value.order < $1.value.order }) {
            let job = place.name
            guard let content = try FileJobContent.head(of: place.path) else { continue }
            if let path = uniquePath(content), try Disk.held(by: path) == nil { try link(path, holding: id) }
            guard let partition = content.filePartition else { continue }
            switch place.state {
            case .inLine, .waiting(keepsTurn: false):
                continue
            case .ready, .reserved, .waiting(keepsTurn: true):
                let front = try Disk.held(by: frontPath(partition))
                if front == nil {
                    try link(frontPath(partition), holding: FileJobName.key(of: job.byTurn))
                } else if case .ready = place.state, front.map(FileJobName.id(ofTurn:)) != id {
                    note(try line(partition).insert(place.path, as: job.byTurn))
                    try ready(content.channelComponent).left(job.byTurn)
                }
            }
        }
    }

    /// Calls `body` for each name in each directory of one of the queue's directories.
    private func eachPair(
        in directory: String,
        _ body: (String, String) throws(SystemError) -> Void
    ) throws(SystemError) {
        for outer in try Disk.names(in: "\(root)/\(directory)") {
            for inner in try Disk.names(in: "\(root)/\(directory)/\(outer)") { try body(outer, inner) }
        }
    }
}
