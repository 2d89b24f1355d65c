/// What one loop is to do to its clients: posted by `Switchboard`, obeyed in order by `Shard`.
///
/// Numbers of clients that are not there are passed over.
package enum Command: Sendable {
    case sendToClient(EncodedFrame, UInt32)
    case sendToClients(EncodedFrame, [UInt32])
    case sendToUid(EncodedFrame, String)
    case sendToUids(EncodedFrame, [String])
    case sendToAll(EncodedFrame, excluding: Set<UInt32>)
    case bind(UInt32, uid: String)
    case unbind(UInt32)
    /// Sends the frame, if there is one, then closes once it is with the kernel.
    case kick(UInt32, last: EncodedFrame?)
    /// Cuts the connection; what waits for it is lost.
    case destroy(UInt32)
    /// Looks at the loop's tables, after all that was posted before.
    case query(@Sendable (Shard) -> Void)
}
