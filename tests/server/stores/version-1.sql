-- A store as version 1 left it: made by a gchat-server of that version, written by sqlite3's iterdump.
PRAGMA application_id = 1734568052;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE documents (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID;
INSERT INTO "documents" VALUES('account','neural','{"name": "Neural"}');
CREATE TABLE gone (number INTEGER PRIMARY KEY);
INSERT INTO "gone" VALUES(2);
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO "meta" VALUES('checked',0);
INSERT INTO "meta" VALUES('id','f12c9c8792c99e7f014c50b63e280682');
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
CREATE UNIQUE INDEX records_order ON records (target, kind, ms, seq);
COMMIT;
