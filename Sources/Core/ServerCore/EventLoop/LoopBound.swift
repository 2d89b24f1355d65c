/// A value that only its loop touches, in a wrapper that may travel: how a connection gets into a closure for its loop.
package struct LoopBound<Value>: @unchecked Sendable {
    // Proof of Sendable: `value` is handed out on the loop's thread only.
    package let loop: EventLoop
    private let bound: Value

    /// Binds a value on its loop's thread.
    package init(_ value: Value, to loop: EventLoop) {
        loop.preconditionCurrent()
        self.loop = loop
        bound = value
    }

    /// The value; on the loop's thread only.
    package var value: Value {
        loop.preconditionCurrent()
        return bound
    }

    /// The value, or nil off the loop's thread: for a task that may outlive the loop.
    package var ifCurrent: Value? {
        loop.isCurrent ? bound : nil
    }
}
