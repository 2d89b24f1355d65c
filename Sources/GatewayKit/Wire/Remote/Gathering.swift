/// Collects a fixed number of results in their places and tells when all are there.
final class Gathering<Element> {
    private var elements: [Element?]
    private var missing: Int
    private let done: ([Element]) -> Void

    init(count: Int, _ done: @escaping ([Element]) -> Void) {
        elements = Array(repeating: nil, count: count)
        missing = count
        self.done = done
    }

    /// Puts a result into its place, once for each.
    func put(_ element: Element, at index: Int) {
        guard elements[index] == nil else { return }
        elements[index] = element
        missing -= 1
        if missing == 0 { done(elements.compactMap(\.self)) }
    }
}
