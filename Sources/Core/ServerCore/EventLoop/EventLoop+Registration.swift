import PlatformCore

/// Something with a descriptor that a loop watches: a connection, a listening socket, a connect under way.
protocol ReadinessHandler: AnyObject {
    /// The system has something to say about the descriptor.
    func ready(_ readiness: Readiness)
    /// A second has passed; looks at deadlines.
    func sweep(at second: Int64)
    /// The loop ends: closes the descriptor.
    func loopEnds()
}

extension ReadinessHandler {
    func sweep(at second: Int64) {}
}

/// A descriptor's place with its loop.
///
/// It carries a generation, so that a report meant for a closed socket never reaches the one that got its descriptor.
struct Registration {
    let descriptor: Int32
    let token: UInt64
}

/// A place for a handler, used again with the next generation.
struct Slot {
    var handler: (any ReadinessHandler)?
    var generation: UInt32
}

extension EventLoop {
    func register(
        _ descriptor: Int32,
        _ interest: Readiness,
        _ handler: any ReadinessHandler
    ) throws(SystemError) -> Registration {
        preconditionCurrent()
        let index: Int
        if let free = freeSlots.popLast() {
            index = free
        } else {
            index = slots.count
            slots.append(Slot(handler: nil, generation: 0))
        }
        let token = UInt64(slots[index].generation) << 32 | UInt64(index)
        do {
            try poller.add(descriptor, interest, registration: token)
        } catch {
            freeSlots.append(index)
            throw error
        }
        slots[index].handler = handler
        return Registration(descriptor: descriptor, token: token)
    }

    func update(_ registration: Registration, _ interest: Readiness) {
        poller.modify(registration.descriptor, interest, registration: registration.token)
    }

    func deregister(_ registration: Registration) {
        preconditionCurrent()
        poller.remove(registration.descriptor)
        let index = Int(registration.token & 0xffff_ffff)
        slots[index].handler = nil
        slots[index].generation = (slots[index].generation + 1) & 0x7fff_ffff  // never the poller's own registration
        freeSlots.append(index)
    }

    func dispatch(_ event: PollerEvent) {
        let index = Int(event.registration & 0xffff_ffff)
        guard slots[index].generation == UInt32(event.registration >> 32) else { return }
        slots[index].handler?.ready(event.readiness)
    }
}
