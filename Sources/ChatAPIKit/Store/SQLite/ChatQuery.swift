/// The queries of the chat store, as constants: a test asks SQLite how it would run each of them.
///
/// None may cost more because other users have more.
package enum ChatQuery {
    private static let conversationColumns = """
        id, uid, title, created_at, updated_at, system_prompt, model, thinking, replies, prompt_tokens, cached_tokens, \
        completion_tokens, reasoning_tokens
        """
    static let conversation = "SELECT \(conversationColumns) FROM conversations WHERE id = ? AND uid = ?"
    static let settings = "SELECT system_prompt, title_by FROM conversations WHERE id = ?"
    static let titleOwner = "SELECT uid, title_by FROM conversations WHERE id = ?"
    static let firstAnswer = """
        SELECT messages.content, replies.content FROM messages JOIN replies ON replies.message_id = messages.id
        WHERE messages.conversation_id = ? AND replies.state = 'finished' AND replies.content <> ''
        ORDER BY messages.number LIMIT 1
        """
    static let expired =
        "SELECT \(conversationColumns) FROM conversations WHERE updated_at <= ? ORDER BY updated_at LIMIT 1"
    static let conversations = """
        SELECT \(conversationColumns) FROM conversations
        WHERE uid = ? AND (updated_at, id) < (?, ?) ORDER BY updated_at DESC, id DESC LIMIT ?
        """

    private static let messageColumns = "id, conversation_id, uid, content, idempotency_key, created_at, parent_id"
    static let messageIDs = "SELECT id FROM messages WHERE conversation_id = ? ORDER BY number"
    static let historyTurn = "SELECT parent_id, content, begins_history FROM messages WHERE id = ?"
    static let oldKeys = """
        SELECT number FROM messages WHERE idempotency_key IS NOT NULL AND created_at <= ? ORDER BY created_at LIMIT ?
        """
    static let spentKey = "SELECT created_at FROM spent_keys WHERE uid = ? AND idempotency_key = ?"
    static let oldSpentKeys =
        "SELECT uid, idempotency_key FROM spent_keys WHERE created_at <= ? ORDER BY created_at LIMIT ?"
    static let message = "SELECT \(messageColumns) FROM messages WHERE id = ?"
    static let messageByKey =
        "SELECT \(messageColumns), fingerprint FROM messages WHERE uid = ? AND idempotency_key = ?"
    static let messageParent = "SELECT parent_id FROM messages WHERE id = ? AND conversation_id = ?"
    static let newestMessage =
        "SELECT id FROM messages WHERE conversation_id = ? ORDER BY number DESC LIMIT 1"
    static let newestChild =
        "SELECT id FROM messages WHERE conversation_id = ? AND parent_id = ? ORDER BY number DESC LIMIT 1"
    static let versions =
        "SELECT id FROM messages WHERE conversation_id = ? AND parent_id IS ? ORDER BY number"
    static let children = "SELECT id FROM messages WHERE conversation_id = ? AND parent_id = ?"

    private static let replyColumns = """
        id, message_id, conversation_id, uid, state, attempt, last_seq, model, thinking, content, reasoning, \
        finish_reason, prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens, error_code, created_at, \
        ended_at, request_id
        """
    static let reply = "SELECT \(replyColumns) FROM replies WHERE id = ?"
    static let claim = "SELECT number, job_id, touched_at FROM replies WHERE id = ?"
    static let repliesOfMessage = "SELECT \(replyColumns) FROM replies WHERE message_id = ? ORDER BY number"
    static let firstReplyOfMessage = "\(repliesOfMessage) LIMIT 1"
    static let lastAnswer = """
        SELECT content FROM replies
        WHERE message_id = ? AND state IN ('finished', 'stopped') AND content <> '' ORDER BY number DESC LIMIT 1
        """

    private static let positionColumns = "id, message_id, conversation_id, state, attempt, last_seq"
    static let position = "SELECT \(positionColumns) FROM replies WHERE id = ?"
    package static let activeReplies = """
        SELECT \(positionColumns) FROM replies WHERE uid = ? AND state IN ('queued', 'running') ORDER BY number
        """
    package static let earlierUnfinished = """
        SELECT id, conversation_id FROM replies
        WHERE conversation_id = ? AND number < ? AND state IN ('queued', 'running') ORDER BY number LIMIT 1
        """
    package static let sweepCandidates = """
        SELECT id, conversation_id FROM replies
        WHERE state IN ('queued', 'running') AND number > ?
            AND touched_at <= CASE state WHEN 'queued' THEN ? ELSE ? END
        ORDER BY number LIMIT ?
        """
    static let replyNumber = "SELECT number FROM replies WHERE id = ?"

    static let unfolded = """
        SELECT ended_at, reply_id FROM unfolded_replies WHERE ended_at <= ? ORDER BY ended_at, reply_id LIMIT 1
        """
    static let usageDays = """
        SELECT day, replies, prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens FROM usage_days
        WHERE uid = ? AND day > ? ORDER BY day
        """

    static let log = "SELECT seq, attempt, kind, text FROM reply_log WHERE reply_id = ? AND seq > ? ORDER BY seq"

    /// Every query, by name.
    package static let all: KeyValuePairs<String, String> = [
        "conversation": conversation, "conversations": conversations, "message": message,
        "messageByKey": messageByKey, "messageParent": messageParent, "newestMessage": newestMessage,
        "newestChild": newestChild, "versions": versions, "children": children, "settings": settings,
        "titleOwner": titleOwner,
        "firstAnswer": firstAnswer, "expired": expired, "messageIDs": messageIDs, "historyTurn": historyTurn,
        "oldKeys": oldKeys, "spentKey": spentKey, "oldSpentKeys": oldSpentKeys, "unfolded": unfolded,
        "usageDays": usageDays,
        "reply": reply, "claim": claim, "repliesOfMessage": repliesOfMessage,
        "firstReplyOfMessage": firstReplyOfMessage, "lastAnswer": lastAnswer, "position": position,
        "activeReplies": activeReplies, "earlierUnfinished": earlierUnfinished, "sweepCandidates": sweepCandidates,
        "replyNumber": replyNumber, "log": log,
    ]
}
