/// Where a job was found that is not among the failed.
struct FilePlace: Sendable {
    enum State: Sendable {
        /// In the ready jobs of a channel, named as its directory is.
        case ready(String)
        case inLine(FilePartition)
        case waiting(keepsTurn: Bool)
        case reserved
    }

    let state: State
    let name: FileJobName
    let path: String

    /// Sorts jobs of one state as they come.
    var order: String {
        switch state {
        case .ready, .inLine: name.byTurn
        case .waiting: name.byTime
        case .reserved: name.unsorted
        }
    }
}
