/// One promise of a port, as a function that throws where it is not kept.
///
/// ```swift
/// for check in ChatStoreContract.checks {
///     try await check.run(try MyStore(path: temporaryFile))   // a new, empty store for each
/// }
/// ```
public struct ContractCheck<Subject: Sendable>: Sendable {
    /// What is promised, in a sentence.
    public let promise: String
    /// Tries it; throws `ContractViolation`, or what the subject itself throws.
    public let run: @Sendable (Subject) async throws -> Void

    init(_ promise: String, _ run: @escaping @Sendable (Subject) async throws -> Void) {
        self.promise = promise
        self.run = run
    }
}

/// A promise that was not kept.
public struct ContractViolation: Error, Sendable, CustomStringConvertible {
    /// What was found instead, and where in the contract's source.
    public let description: String
}

/// Throws unless something is as promised.
func expect(
    _ isKept: Bool,
    _ found: @autoclosure () -> String = "",
    file: StaticString = #fileID,
    line: Int = #line
) throws {
    guard isKept else { throw ContractViolation(description: "\(file):\(line): \(found())") }
}

/// Throws unless there is a value.
func unwrap<Value>(_ value: Value?, file: StaticString = #fileID, line: Int = #line) throws -> Value {
    guard let value else { throw ContractViolation(description: "\(file):\(line): nothing is there") }
    return value
}
