/// What a gateway is to do to its clients: given to `Switchboard`, obeyed in order by each `Shard` concerned.
///
/// Numbers of clients that are not there are passed over. The serial of a bind or a join is its place in the one order of
/// all loops, given by `Switchboard` when it is asked: loops obey when they come to it.
package enum Command: Sendable {
    /// Sends a frame; `slow` says what becomes of clients that do not take it, nil: what the configuration says.
    case send(EncodedFrame, to: Recipients, slow: SlowPolicy? = nil)
    /// Sends the frame, if there is one, then closes once it is with the kernel.
    case kick(UInt32, last: EncodedFrame?)
    /// Cuts the connection; what waits for it is lost.
    case destroy(UInt32)
    case bind(UInt32, uid: String, serial: UInt64 = 0)
    case unbind(UInt32)
    case join(UInt32, group: String, serial: UInt64 = 0)
    case leave(UInt32, group: String)
    case dissolve(group: String)
    case setSession(UInt32, [UInt8])
    /// Changes a session by an array that PHP's `serialize()` wrote.
    case mergeSession(UInt32, [UInt8])
    /// Closes every client of a uid.
    case close(uid: String, CloseCode, reason: String)
    /// Looks at the loop's tables, after all that was posted before.
    case query(@Sendable (Shard) -> Void)
}

/// Which clients of a gateway receive a frame; the numbers are their connections'.
package enum Recipients: Sendable, Equatable {
    case client(UInt32)
    /// These clients, each as often as it is listed.
    case clients([UInt32])
    case uid(String)
    /// The clients of these uids, once for each time the uid is listed.
    case uids([String])
    /// The clients of these groups but the excluded ones, once for each group.
    case groups([String], excluding: Set<UInt32>)
    /// All clients but the excluded ones.
    case all(excluding: Set<UInt32>)
}
