/// One file of the chat page, compiled into the program.
package struct PageAsset: Sendable {
    /// Its media type, as `Content-Type` says it.
    package let contentType: String
    /// Its bytes; a literal, so that it costs neither start-up time nor memory of its own.
    package let body: StaticString

    package init(contentType: String, body: StaticString) {
        self.contentType = contentType
        self.body = body
    }

    /// The bytes to send.
    package var bytes: [UInt8] {
        body.withUTF8Buffer { Array($0) }
    }
}
