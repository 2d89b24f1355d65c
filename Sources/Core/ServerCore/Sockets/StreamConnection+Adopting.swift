package import PlatformCore

extension StreamConnection {
    /// Makes a descriptor of somebody else's fit for a connection: non-blocking, and as one that a listener accepts.
    ///
    /// - Parameters:
    ///   - descriptor: a connected TCP socket; it is not closed here.
    ///   - peerTimeout: as a listener's.
    /// - Returns: who is on the other side.
    /// - Throws: for a descriptor that is none, or no connected TCP socket.
    package static func prepare(_ descriptor: Int32, peerTimeout: Duration) throws(SystemError) -> SocketAddress {
        let peer = try Socket.prepareForeign(descriptor)
        Socket.setNoDelay(descriptor)
        Socket.watchPeers(descriptor, timeout: peerTimeout)
        return peer
    }

    /// Closes a descriptor of somebody else's that is not to be a connection, whatever it is.
    ///
    /// - Parameters:
    ///   - descriptor: the descriptor.
    ///   - answer: what its peer is told, if it is a socket that takes it at once.
    package static func turnAway(_ descriptor: Int32, answer: [UInt8]) {
        Socket.turnAway(descriptor, answer: answer)
    }
}
