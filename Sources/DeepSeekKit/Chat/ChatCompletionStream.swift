/// An answer of the model, piece by piece: see `DeepSeekClient.stream` and `ChatCompletionEvent`.
///
/// Each iterator sends a request of its own.
public struct ChatCompletionStream: AsyncSequence, Sendable {
    /// A piece of the answer.
    public typealias Element = ChatCompletionEvent
    /// Why it failed.
    public typealias Failure = DeepSeekError

    let client: DeepSeekClient
    let request: any APIRequest

    /// Begins to listen; the request is sent by the first `next`.
    public func makeAsyncIterator() -> Iterator {
        Iterator(client: client, request: request)
    }
}

extension ChatCompletionStream {
    /// Asks for one piece after the other; dropping it closes the connection.
    public struct Iterator: AsyncIteratorProtocol {
        private enum State {
            case unsent
            case open(Exchange)
            /// Thrown once what arrived before it is delivered.
            case failed(DeepSeekError)
            case ended
        }

        /// An answer under way; a class, so that the growing answer in its reader is never copied.
        private final class Exchange {
            let response: TransportResponse
            var reader: ChatStreamReader
            /// When the server said why the answer ends.
            var finished: ContinuousClock.Instant?
            var body: any TransportBody { response.body }

            init(_ response: TransportResponse, _ reader: ChatStreamReader) {
                self.response = response
                self.reader = reader
            }
        }

        private var call: Call
        private var state: State = .unsent
        private var pending: ArraySlice<ChatCompletionEvent> = []

        fileprivate init(client: DeepSeekClient, request: any APIRequest) {
            call = Call(client: client, request: request, isStreaming: true)
        }

        /// The next piece; nil after `finish` was given or an error thrown.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(DeepSeekError) -> ChatCompletionEvent? {
            while true {
                if let event = pending.popFirst() { return event }
                switch state {
                case .unsent:
                    await send()
                case .open(let exchange):
                    await read(exchange)
                case .failed(let error):
                    state = .ended
                    throw call.reportFailed(error)
                case .ended:
                    return nil
                }
            }
        }

        private mutating func send() async {
            do throws(DeepSeekError) {
                let response = try await call.openStream()
                let configuration = call.client.configuration
                let reader = ChatStreamReader(
                    eventLimit: configuration.maximumEventBytes,
                    streamLimit: configuration.maximumStreamBytes,
                    mayBeEmpty: call.request.mayAnswerEmpty
                )
                state = .open(Exchange(response, reader))
            } catch {
                await fail(error)
            }
        }

        private mutating func read(_ exchange: Exchange) async {
            do throws(DeepSeekError) {
                let bytes = try await call.next(
                    of: exchange.body,
                    hasBegun: exchange.reader.hasBegun,
                    finished: exchange.finished
                )
                var events: [ChatCompletionEvent] = []
                defer { pending = events[...] }
                if let bytes { try exchange.reader.read(bytes, into: &events) }
                if !events.isEmpty { call.noteFirstPiece() }
                if exchange.reader.isFinishing, exchange.finished == nil { exchange.finished = call.client.clock.now }
                guard bytes == nil || exchange.reader.isDone else { return }
                events += try exchange.reader.end()
                exchange.body.finish()
                state = .ended
                call.reportFinished(exchange.reader.answer.usage)
            } catch {
                exchange.body.cancel()
                var error = error.completed(from: exchange.response)
                if exchange.reader.hasBegun { error.partial = exchange.reader.answer }
                await fail(error)
            }
        }

        /// Makes ready for the next attempt, or for the end.
        private mutating func fail(_ error: DeepSeekError) async {
            do throws(DeepSeekError) {
                try await call.waitBeforeRetry(after: error)
                state = .unsent
            } catch {
                state = .failed(error)
            }
        }
    }
}
