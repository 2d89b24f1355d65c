/// The tables of the chat's database, as scripts that are applied once each, in order; released ones never change.
///
/// `number` is the order in which rows were stored, whatever the clocks say. Answers live in `replies` alone; while a
/// reply is queued or running its text is in `reply_log` only. The indexes over unfinished replies hold just those, so
/// looking for them costs the same in a database of years. `unfolded_replies` lists those that ended and whose log is whole.
package enum ChatSchema {
    /// "HwkC": tells this file from those of other programs.
    package static let applicationID: Int32 = 0x4877_6B43

    package static let migrations = [
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
        // What there is may have been titled by hand, so no model titles it.
        """
        ALTER TABLE conversations ADD COLUMN title_by TEXT CHECK (title_by IN ('user', 'model'));
        UPDATE conversations SET title_by = 'user';
        ALTER TABLE conversations ADD COLUMN replies INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE conversations ADD COLUMN prompt_tokens INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE conversations ADD COLUMN cached_tokens INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE conversations ADD COLUMN completion_tokens INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE conversations ADD COLUMN reasoning_tokens INTEGER NOT NULL DEFAULT 0;
        UPDATE conversations
        SET (replies, prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens) = (
            SELECT count(*), coalesce(sum(prompt_tokens), 0), coalesce(sum(cached_tokens), 0),
                coalesce(sum(completion_tokens), 0), coalesce(sum(reasoning_tokens), 0)
            FROM messages JOIN replies ON replies.message_id = messages.id
            WHERE messages.conversation_id = conversations.id AND state IN ('finished', 'stopped')
        );
        CREATE INDEX conversations_by_age ON conversations (updated_at);

        CREATE TABLE usage_days (
            uid TEXT NOT NULL,
            day INTEGER NOT NULL,
            replies INTEGER NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            cached_tokens INTEGER NOT NULL,
            completion_tokens INTEGER NOT NULL,
            reasoning_tokens INTEGER NOT NULL,
            PRIMARY KEY (uid, day)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO usage_days
        SELECT uid, ended_at / 86400000, count(*), coalesce(sum(prompt_tokens), 0), coalesce(sum(cached_tokens), 0),
            coalesce(sum(completion_tokens), 0), coalesce(sum(reasoning_tokens), 0)
        FROM replies WHERE state IN ('finished', 'stopped') GROUP BY 1, 2;

        CREATE TABLE unfolded_replies (
            ended_at INTEGER NOT NULL,
            reply_id TEXT NOT NULL,
            PRIMARY KEY (ended_at, reply_id)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO unfolded_replies SELECT ended_at, id FROM replies WHERE ended_at IS NOT NULL;

        ALTER TABLE messages ADD COLUMN begins_history INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX messages_with_key ON messages (created_at) WHERE idempotency_key IS NOT NULL;
        """,
        // However a message goes, its key is not good for another one before its time.
        """
        CREATE TABLE spent_keys (
            uid TEXT NOT NULL,
            idempotency_key TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (uid, idempotency_key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX spent_keys_by_age ON spent_keys (created_at);
        CREATE TRIGGER messages_spend_their_keys AFTER DELETE ON messages WHEN OLD.idempotency_key IS NOT NULL
        BEGIN
            INSERT OR REPLACE INTO spent_keys VALUES (OLD.uid, OLD.idempotency_key, OLD.created_at);
        END;
        """,
        // A reply that is gone has no log to fold.
        """
        DELETE FROM unfolded_replies WHERE reply_id NOT IN (SELECT id FROM replies);
        CREATE TRIGGER replies_leave_nothing_to_fold AFTER DELETE ON replies WHEN OLD.ended_at IS NOT NULL
        BEGIN
            DELETE FROM unfolded_replies WHERE ended_at = OLD.ended_at AND reply_id = OLD.id;
        END;
        """,
        // Leads from the HTTP request that asked for a reply to whatever is done for it.
        """
        ALTER TABLE replies ADD COLUMN request_id TEXT;
        """,
    ]
}
