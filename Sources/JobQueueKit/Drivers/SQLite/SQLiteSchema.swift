import SQLiteCore

/// The tables of a queue file.
package enum SQLiteSchema {
    /// "HkQ1" in ASCII.
    package static let applicationID: Int32 = 0x486B_5131

    /// Each applied once, in order; never changed after a release.
    package static let migrations = [
        """
        CREATE TABLE jobs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            state INTEGER NOT NULL,
            channel TEXT NOT NULL,
            priority INTEGER NOT NULL,
            ready_at INTEGER NOT NULL,
            partition_key TEXT,
            unique_key TEXT,
            lease_until INTEGER,
            owner TEXT,
            fence INTEGER NOT NULL DEFAULT 0,
            deliveries INTEGER NOT NULL DEFAULT 0,
            failures INTEGER NOT NULL DEFAULT 0,
            crashes INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL,
            ttr INTEGER NOT NULL,
            backoff TEXT NOT NULL,
            pushed_at INTEGER NOT NULL,
            last_error TEXT,
            name TEXT NOT NULL,
            payload BLOB NOT NULL
        ) STRICT;

        CREATE INDEX jobs_ready ON jobs (channel, priority, ready_at, id) WHERE state = 0;
        CREATE INDEX jobs_reserved ON jobs (lease_until, owner) WHERE state = 2;
        CREATE INDEX jobs_waiting ON jobs (ready_at) WHERE state >= 3;
        CREATE UNIQUE INDEX jobs_unique ON jobs (channel, unique_key) WHERE unique_key IS NOT NULL;
        CREATE INDEX jobs_partition ON jobs (channel, partition_key, state, priority, ready_at, id)
            WHERE partition_key IS NOT NULL;

        CREATE TABLE failed_jobs (
            id INTEGER PRIMARY KEY,
            channel TEXT NOT NULL,
            priority INTEGER NOT NULL,
            partition_key TEXT,
            unique_key TEXT,
            deliveries INTEGER NOT NULL,
            failures INTEGER NOT NULL,
            crashes INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            ttr INTEGER NOT NULL,
            backoff TEXT NOT NULL,
            pushed_at INTEGER NOT NULL,
            failed_at INTEGER NOT NULL,
            reason TEXT NOT NULL,
            name TEXT NOT NULL,
            payload BLOB NOT NULL
        ) STRICT;

        CREATE INDEX failed_jobs_time ON failed_jobs (failed_at);
        """,
        // A job that is tried again goes on with its fence; of one that failed before fences were kept, none was so high.
        """
        ALTER TABLE jobs ADD COLUMN progress TEXT;
        ALTER TABLE failed_jobs ADD COLUMN fence INTEGER NOT NULL DEFAULT 1000000000;
        ALTER TABLE failed_jobs ADD COLUMN progress TEXT;

        CREATE TABLE channels (
            name TEXT PRIMARY KEY,
            is_paused INTEGER NOT NULL,
            concurrency INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE done_jobs (
            channel TEXT NOT NULL,
            name TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (channel, name)
        ) STRICT, WITHOUT ROWID;
        """,
        // An owner is lent one job at a time of those that crashed twice: `Tally.isSuspect`.
        """
        DROP INDEX jobs_ready;
        CREATE INDEX jobs_ready ON jobs (channel, priority, ready_at, id) WHERE state = 0 AND crashes < 2;
        CREATE INDEX jobs_suspect ON jobs (channel, priority, ready_at, id) WHERE state = 0 AND crashes >= 2;
        """,
    ]
}

/// The values of `jobs.state`; statements and partial indexes spell the numbers, which SQLite needs to match them.
enum SQLiteJobState: Int {
    case ready = 0
    /// Behind the job of its partition that is in front.
    case inLine = 1
    case reserved = 2
    /// Delayed or snoozed: no turn before it is due.
    case waiting = 3
    /// Between two tries: keeps its turn, in front of its partition.
    case retrying = 4
}
