import PlatformCore
import ServerCore

/// How many connections each address has, on all loops; of IPv6 a network of 64 bits counts as one address, since that is
/// what one household gets.
final class AddressCounts: Sendable {
    private enum Key: Hashable {
        case ipv4(UInt32)
        case ipv6(UInt64)
    }

    private let limit: Int
    private let counts = Lock<[Key: Int]>([:])

    init(limit: Int) { self.limit = limit }

    /// Counts one more; false if the address has as many as it may.
    func enter(_ address: SocketAddress) -> Bool {
        let key = Self.key(address)
        return counts.withLock { counts in
            guard counts[key, default: 0] < limit else { return false }
            counts[key, default: 0] += 1
            return true
        }
    }

    /// Counts one less.
    func leave(_ address: SocketAddress) {
        let key = Self.key(address)
        counts.withLock { counts in
            let count = counts[key, default: 0]
            counts[key] = count > 1 ? count - 1 : nil
        }
    }

    private static func key(_ address: SocketAddress) -> Key {
        switch address.host {
        case .ipv4(let value): .ipv4(value)
        case .ipv6(let high, _, _): .ipv6(high)
        }
    }
}
