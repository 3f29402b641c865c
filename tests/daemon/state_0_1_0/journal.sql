PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE journal_entries (
        at INTEGER PRIMARY KEY, kind TEXT NOT NULL, mood TEXT, title TEXT, artist TEXT, uri TEXT, text TEXT,
        confidence INTEGER, valence INTEGER, arousal INTEGER, people INTEGER
    );
INSERT INTO journal_entries VALUES(1795970733672679,'start',NULL,NULL,NULL,NULL,'the device started',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970736042575,'mood','absent',NULL,NULL,NULL,NULL,100,0,0,0);
INSERT INTO journal_entries VALUES(1795970736042576,'decision','absent',NULL,NULL,NULL,'kept: nobody is here',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970739442574,'mood','neutral',NULL,NULL,NULL,NULL,87,-5,6,1);
INSERT INTO journal_entries VALUES(1795970739442575,'decision','neutral','Norah Jones',NULL,'spotify:artist:2Kx7MNY7cI1ENniW7vT30N','the room is neutral: Norah Jones plays now',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970739478752,'play',NULL,'Norah Jones',NULL,'spotify:artist:2Kx7MNY7cI1ENniW7vT30N',NULL,NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970748142574,'mood','happy',NULL,NULL,NULL,NULL,77,60,41,1);
INSERT INTO journal_entries VALUES(1795970748142575,'decision','happy','Daft Punk',NULL,'spotify:artist:4tZwfgrHOc3mvqYlEYSvVi','the room is happy: Daft Punk plays once this song ends',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970756002244,'command',NULL,NULL,NULL,NULL,'camera OFF (mqtt)',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970756002245,'camera',NULL,NULL,NULL,NULL,'off',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970756002246,'mood','unknown',NULL,NULL,NULL,NULL,0,0,0,0);
INSERT INTO journal_entries VALUES(1795970756002247,'decision','unknown',NULL,NULL,NULL,'kept: nobody looks while the camera is off',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970757028468,'command',NULL,NULL,NULL,NULL,'control hands_off (mqtt)',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970757028469,'control',NULL,NULL,NULL,NULL,'hands_off',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970757028470,'decision','unknown',NULL,NULL,NULL,'what was to play next is taken back: somebody asked for hands off',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970758068934,'command',NULL,NULL,NULL,NULL,'volume 33 (mqtt)',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970758068935,'decision','unknown',NULL,NULL,NULL,'somebody asked for it',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970759087086,'command',NULL,NULL,NULL,NULL,'profile everyday (mqtt)',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970763099405,'command',NULL,NULL,NULL,NULL,'camera ON (mqtt)',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970763099406,'camera',NULL,NULL,NULL,NULL,'on',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970765173257,'mood','absent',NULL,NULL,NULL,NULL,100,0,0,0);
INSERT INTO journal_entries VALUES(1795970765173258,'decision','absent',NULL,NULL,NULL,'kept: somebody asked for hands off',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970768573256,'decision','neutral',NULL,NULL,NULL,'kept: somebody asked for hands off',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970768573257,'mood','neutral',NULL,NULL,NULL,NULL,87,-5,6,1);
INSERT INTO journal_entries VALUES(1795970777273256,'mood','happy',NULL,NULL,NULL,NULL,77,60,41,1);
INSERT INTO journal_entries VALUES(1795970777273257,'decision','happy',NULL,NULL,NULL,'kept: somebody asked for hands off',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970785073256,'mood','surprise',NULL,NULL,NULL,NULL,81,44,63,1);
INSERT INTO journal_entries VALUES(1795970785073257,'decision','surprise',NULL,NULL,NULL,'kept: somebody asked for hands off',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970788139804,'command',NULL,NULL,NULL,NULL,'camera OFF (mqtt)',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970788139805,'camera',NULL,NULL,NULL,NULL,'off',NULL,NULL,NULL,NULL);
INSERT INTO journal_entries VALUES(1795970788139806,'mood','unknown',NULL,NULL,NULL,NULL,0,0,0,0);
INSERT INTO journal_entries VALUES(1795970788139807,'decision','unknown',NULL,NULL,NULL,'kept: somebody asked for hands off',NULL,NULL,NULL,NULL);
CREATE TABLE journal_outcomes (
        at INTEGER PRIMARY KEY, mood TEXT NOT NULL, uri TEXT NOT NULL, title TEXT, outcome TEXT NOT NULL
    );
INSERT INTO journal_outcomes VALUES(1795970757028468,'neutral','spotify:artist:2Kx7MNY7cI1ENniW7vT30N','Norah Jones','hands_off');
CREATE TABLE journal_version (version INTEGER NOT NULL);
INSERT INTO journal_version VALUES(2);
COMMIT;
