-- A store as version 4 left it: made by a gchat-server of that version, written by sqlite3's iterdump.
PRAGMA application_id = 1734568052;
PRAGMA user_version = 4;
BEGIN TRANSACTION;
CREATE TABLE documents (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID;
INSERT INTO "documents" VALUES('account','neural','{"name": "Neural"}');
CREATE TABLE gone (number INTEGER PRIMARY KEY);
INSERT INTO "gone" VALUES(2);
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO "meta" VALUES('checked',0);
INSERT INTO "meta" VALUES('id','f12c9c8792c99e7f014c50b63e280682');
INSERT INTO "meta" VALUES('paged',2);
CREATE TABLE moderation (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            log INTEGER NOT NULL,
            place INTEGER NOT NULL,
            target TEXT NOT NULL,
            ms INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            action TEXT NOT NULL,
            doer TEXT,
            doer_salt TEXT,
            doer_hash TEXT NOT NULL,
            deed TEXT,
            deed_salt TEXT,
            deed_hash TEXT NOT NULL,
            hash TEXT NOT NULL
        );
INSERT INTO "moderation" VALUES(1,1,1,'#team',1700000000002,0,'kick','["Neural", "Neural"]','f83f7230fa0f033863804125efb16bcc','7bc8a2d44c80bad3e8c7c05e6fbb1022938692d9ac81dcaad69d374a59d96951','[[["Nine", ""]], "", "spam"]','5625b62c523c09dae623fa472021e085','2fbb02b10730aa1e95d6f8bdccdfb7bbd66c7088ca4e79cb3ded573927e6d79a','161151adfe2e8c3d52cfb8cd4e9fbff1a62645b49634137d167c5c7a58fccbd1');
CREATE TABLE modlogs (
            number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, count INTEGER NOT NULL, hash TEXT NOT NULL
        );
INSERT INTO "modlogs" VALUES(1,'#team',1,'161151adfe2e8c3d52cfb8cd4e9fbff1a62645b49634137d167c5c7a58fccbd1');
CREATE TABLE pages (
            target INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            ms INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (target, kind, ms, seq, number)
        ) WITHOUT ROWID;
INSERT INTO "pages" VALUES(1,1,1700000000000,0,1);
CREATE TABLE records (
            number INTEGER PRIMARY KEY,
            target INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            ms INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            command TEXT NOT NULL,
            source TEXT NOT NULL,
            account TEXT NOT NULL,
            middle TEXT,
            text TEXT,
            tags TEXT,
            bot INTEGER NOT NULL
        );
INSERT INTO "records" VALUES(1,1,1,1700000000000,0,'PRIVMSG','Neural!~n@127.0.0.1','Neural','#team','hello from long ago','{"+x": "y"}',0);
INSERT INTO "records" VALUES(2,1,2,1700000000001,0,'PRIVMSG','Neural!~n@127.0.0.1','Neural','#team',NULL,NULL,0);
CREATE TABLE redactions (number INTEGER PRIMARY KEY, by TEXT, reason TEXT, at INTEGER);
INSERT INTO "redactions" VALUES(2,'Nine','spam',1700000000);
CREATE TABLE targets (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, other TEXT);
INSERT INTO "targets" VALUES(1,'#team',NULL);
CREATE INDEX targets_other ON targets (other) WHERE other IS NOT NULL;
CREATE UNIQUE INDEX moderation_order ON moderation (log, place);
CREATE VIEW places AS
            SELECT target, kind, ms, seq, number FROM pages
            UNION ALL
            SELECT target, kind, ms, seq, number FROM records
                WHERE number > (SELECT value FROM meta WHERE name = 'paged') AND kind < 2;
CREATE INDEX edits ON records (target, json_extract(tags, '$."gchat/edit"'))
            WHERE tags IS NOT NULL AND instr(tags, '"gchat/edit"');
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('moderation',1);
COMMIT;
