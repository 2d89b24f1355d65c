import ChatAPIKit
func MyStore(path: String) throws -> any ChatStore { try SQLiteChatStore(path: path) }
let temporaryFile = "chat.sqlite"
