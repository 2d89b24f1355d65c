package import PlatformCore

/// Some event loops, each with a thread of its own.
///
/// Whoever makes a group ends it by `shutdown`; a group that is dropped asks its loops to end without waiting.
package final class EventLoopGroup: Sendable {
    package let loops: [EventLoop]
    /// The bytes that wait for slow peers of any loop.
    package let waiting = ByteMeter()

    /// Starts the loops.
    ///
    /// - Parameters:
    ///   - count: at least 1; the number of cores serves most sockets, 1 is right inside another program.
    ///   - poller: how the loops wait; another than the platform's own only for tests.
    ///   - name: the beginning of the threads' names, cut to 15 bytes with the loop's index.
    /// - Throws: when the system has no descriptors left.
    package init(count: Int = 1, poller: PollerKind = .platformDefault, name: String) throws(SystemError) {
        precondition(count > 0, "a group has at least one loop")
        var loops: [EventLoop] = []
        for index in 0..<count {
            do {
                loops.append(try EventLoop(index: index, poller: poller, name: "\(name)-\(index)", waiting: waiting))
            } catch {
                for loop in loops { loop.stop(nil) }
                throw error
            }
        }
        self.loops = loops
    }

    deinit {
        for loop in loops { loop.stop(nil) }
    }

    /// Closes every socket of the loops, runs what was asked before, and returns when the threads are done.
    ///
    /// Connections still open get their `closed` call. Tasks that prefer a loop should have ended before: a late one
    /// runs on the global executor.
    package func shutdown() async {
        for loop in loops {
            await withCheckedContinuation { loop.stop($0) }
        }
    }
}
