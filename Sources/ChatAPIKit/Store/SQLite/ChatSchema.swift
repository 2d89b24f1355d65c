/// The tables of the chat's database, as scripts that are applied once each, in order; released ones never change.
///
/// `number` is the order in which rows were stored, whatever the clocks say. Answers live in `replies` alone; while a
/// reply is queued or running its text is in `reply_log` only. The indexes over unfinished replies hold just those, so
/// looking for them costs the same in a database of years.
enum ChatSchema {
    /// "HwkC": tells this file from those of other programs.
    static let applicationID: Int32 = 0x4877_6B43

    static let migrations = [
        """
        CREATE TABLE conversations (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            uid TEXT NOT NULL,
            title TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX conversations_by_uid ON conversations (uid, updated_at, id);

        CREATE TABLE messages (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            uid TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('user')),
            content TEXT NOT NULL,
            idempotency_key TEXT,
            fingerprint BLOB,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX messages_by_conversation ON messages (conversation_id, number);
        CREATE UNIQUE INDEX messages_by_key ON messages (uid, idempotency_key) WHERE idempotency_key IS NOT NULL;

        CREATE TABLE replies (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
            conversation_id TEXT NOT NULL,
            uid TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'finished', 'stopped', 'failed')),
            attempt INTEGER NOT NULL DEFAULT 0,
            last_seq INTEGER NOT NULL DEFAULT 0,
            job_id TEXT,
            touched_at INTEGER NOT NULL,
            model TEXT,
            thinking INTEGER,
            content TEXT NOT NULL DEFAULT '',
            reasoning TEXT NOT NULL DEFAULT '',
            finish_reason TEXT,
            prompt_tokens INTEGER,
            cached_tokens INTEGER,
            completion_tokens INTEGER,
            reasoning_tokens INTEGER,
            error_code TEXT,
            created_at INTEGER NOT NULL,
            ended_at INTEGER
        ) STRICT;
        CREATE INDEX replies_by_message ON replies (message_id, number);
        CREATE INDEX replies_unfinished ON replies (number) WHERE state IN ('queued', 'running');
        CREATE INDEX replies_unfinished_by_conversation ON replies (conversation_id, number)
            WHERE state IN ('queued', 'running');
        CREATE INDEX replies_unfinished_by_uid ON replies (uid, number) WHERE state IN ('queued', 'running');

        CREATE TABLE reply_log (
            reply_id TEXT NOT NULL REFERENCES replies (id) ON DELETE CASCADE,
            seq INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            kind TEXT NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (reply_id, seq)
        ) STRICT, WITHOUT ROWID;
        """,
        // Messages become a tree, in which what there is makes one branch each.
        """
        ALTER TABLE conversations ADD COLUMN system_prompt TEXT;
        ALTER TABLE conversations ADD COLUMN model TEXT;
        ALTER TABLE conversations ADD COLUMN thinking INTEGER;
        ALTER TABLE messages ADD COLUMN parent_id TEXT;
        UPDATE messages SET parent_id = (
            SELECT id FROM messages AS earlier
            WHERE earlier.conversation_id = messages.conversation_id AND earlier.number < messages.number
            ORDER BY earlier.number DESC LIMIT 1
        );
        CREATE INDEX messages_by_parent ON messages (conversation_id, parent_id, number);
        """,
    ]
}
